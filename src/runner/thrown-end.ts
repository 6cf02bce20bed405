import type { Outcome } from "../operation/outcome.ts";
import type { Attempt } from "./attempt.ts";
import { outcomeOfThrown } from "./function-outcome.ts";

/** A function that throws because it was asked to stop has not failed: it is cancelled. */
export function endOfThrown(attempt: Attempt, thrown: unknown): Outcome {
  const reason = attempt.abortReason;
  if (reason === undefined) return outcomeOfThrown(thrown);
  const isAbort = thrown === reason || (thrown instanceof Error && thrown.name === "AbortError");
  return isAbort ? { status: "cancelled", reason: reason.message } : outcomeOfThrown(thrown);
}

/** Whether a function answers later. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** What was thrown, in words. */
export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
