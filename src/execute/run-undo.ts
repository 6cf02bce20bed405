import { codedError, type CodedError } from "../base/coded-error.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Provider } from "../operation/provider.ts";
import { failedOutcome, failure, type Attempt } from "./attempt.ts";
import type { StoredPreImage } from "./pre-image-store.ts";

export interface UndoRun {
  readonly operation: string;
  readonly provider: Provider | undefined;
  readonly stored: StoredPreImage;
}

/** Restores what the pre-image saw. Undoing is idempotent, so a broken connection is a failure that may be repeated. */
export async function runUndo(attempt: Attempt, run: UndoRun): Promise<Outcome> {
  const { provider, stored, operation } = run;
  if (provider?.kind !== "write" || provider.undo === undefined) {
    return failure(cannotUndo(operation, "the operation has no undo"), "fatal", attempt.trace);
  }
  const changes = [{ property: "undo", after: operation }];
  if (attempt.job.mode === "inspect") return { status: "changed", changes };
  if (attempt.job.mode === "probe") return { status: "unknown", reason: `Undoing "${operation}" cannot be probed` };
  const undone = await provider.undo(stored.preImage, attempt.context);
  if (!undone.ok) return failedOutcome(undone.error, attempt.trace);
  return { status: "changed", changes };
}

/** The error of an attempt that cannot be undone. */
export function cannotUndo(operation: string, reason: string): CodedError {
  return codedError("DRV_EXECUTE_NOT_REVERSIBLE", `Cannot undo operation "${operation}": ${reason}`, {
    hint: "Restore the former state by hand, or declare an undo for the task",
  });
}
