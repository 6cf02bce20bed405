import { z } from "zod";
import type { CodedError } from "../base/coded-error.ts";

/** Goes up when a request changes its meaning; both sides must speak the same. */
export const CONTROL_VERSION = 1;
/** Bytes of one line of the protocol. */
export const CONTROL_LINE_BYTES_MAX = 64 * 1024 * 1024;

/** One request on a line of JSON; the answer is one line with the same id. */
export const controlRequest = z.object({
  v: z.literal(CONTROL_VERSION),
  id: z.number().int().nonnegative(),
  method: z.enum(["list", "snapshot", "preview", "command"]),
  runId: z.string().max(100).optional(),
  command: z.looseObject({ type: z.string().max(100) }).optional(),
});

export type ControlRequest = z.infer<typeof controlRequest>;

/** Either what was asked for, or why not. */
export interface ControlAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: CodedError;
}
