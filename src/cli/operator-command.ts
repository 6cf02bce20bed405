import { z } from "zod";
import type { Command } from "../engine/commands.ts";

const text = z.string().max(10_000);
const task = z.number().int().nonnegative();
const by = { actor: text.optional(), reason: text.optional(), expectedVersion: z.number().int().positive().optional() };

/** The commands that people give; results and other answers of the world never come in here. */
const schema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("cancel"), ...by }),
  z.strictObject({ type: z.literal("undo"), ...by }),
  z.strictObject({ type: z.literal("pause"), ...by }),
  z.strictObject({ type: z.literal("resume"), ...by }),
  z.strictObject({ type: z.literal("retryFailed"), ...by }),
  z.strictObject({ type: z.literal("retryFrom"), task, ...by }),
  z.strictObject({ type: z.literal("rewind"), task, ...by }),
  z.strictObject({ type: z.literal("skip"), task, ...by }),
  z.strictObject({
    type: z.literal("markSucceeded"),
    task,
    status: z.enum(["changed", "unchanged"]).optional(),
    data: z.json().optional(),
    ...by,
  }),
  z.strictObject({
    type: z.literal("resolveUnknown"),
    task,
    unit: z.number().int().nonnegative(),
    decision: z.enum(["rerun", "succeeded", "failed"]),
    ...by,
  }),
  z.strictObject({ type: z.literal("approve"), task, ...by, actor: text }),
  z.strictObject({ type: z.literal("reject"), task, ...by, actor: text }),
  z.strictObject({ type: z.literal("signal"), name: text, id: text, payload: z.json().optional(), ...by }),
]);

/** Reads a command that came from another process; `undefined` when it is none that people give. */
export function operatorCommand(given: unknown): Command | undefined {
  const parsed = schema.safeParse(given);
  if (!parsed.success) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema is stricter than the type, but for absent members
  return parsed.data as Command;
}
