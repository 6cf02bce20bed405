import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { LINUX_FAMILIES } from "../linux-families.ts";

/** What every operation declares that makes something of a Linux system true. */
export const ENSURE = {
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: LINUX_FAMILIES,
  needsRoot: true,
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "rerun",
  secretParams: [],
} as const;

/** What every operation declares that only looks at a Linux system. */
export const READ = {
  operationClass: "read-only",
  reversibility: "none",
  osFamilies: LINUX_FAMILIES,
  attemptTimeoutMs: 60_000,
  unknownPolicy: "rerun",
  secretParams: [],
} as const;

/** What every operation declares whose repetition does something again. */
export const ACT = {
  ...ENSURE,
  operationClass: "non-idempotent",
  reversibility: "none",
  unknownPolicy: "hold",
} as const;

/** Whether something must be there or not. */
export function presence() {
  return z
    .enum(["present", "absent"], 'must be "present" or "absent"')
    .default("present")
    .describe("What must be true");
}

/** Parameters of an operation that needs none. */
export const noParams = z.strictObject({});
