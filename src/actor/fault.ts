import { type CodedError, DroverError, fromThrown } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";

/** A fault as it came: what people and judges read, and what was thrown. */
export interface Fault {
  readonly error: CodedError;
  /** Has the stack, for the author of the code that failed. */
  readonly thrown: unknown;
}

/** Describes what was thrown. Errors that have a code keep it, so that a judge can tell them apart. */
export function faultOf(code: ErrorCode, thrown: unknown, action: string): Fault {
  const known = thrown instanceof DroverError ? thrown.errors[0] : undefined;
  return { error: known ?? fromThrown(code, thrown, action), thrown };
}
