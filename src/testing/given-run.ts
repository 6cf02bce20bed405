import { must } from "../base/assert.ts";
import { codedError } from "../base/coded-error.ts";
import { parseRunId, type RunId } from "../base/ids.ts";
import type { RunOptions, StartCommand } from "../engine/commands.ts";
import type { Failed } from "../operation/outcome.ts";

/** What a run specification starts with. */
export interface GivenRun {
  /** Hosts by target text. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  readonly options?: RunOptions;
  readonly params?: StartCommand["params"];
  /** When the run starts, in milliseconds. Default 1,000. */
  readonly nowMs?: number;
  /** Checks after every event that the log folds to the same state; O(tasks) each. Default true. */
  readonly isReplayed?: boolean;
  /** Checks the whole state after every event, not only the event. Default true. */
  readonly isSwept?: boolean;
}

/** The run id of every specification. */
export const RUN_ID_FIXTURE: RunId = must(parseRunId("run_01890a5d-ac96-774b-bcce-b302099a8057"), "A run id");

/** An outcome that failed and may be retried. */
export function failedOutcome(options: Partial<Failed> = {}): Failed {
  const error = codedError("DRV_TASK_FUNCTION_FAILED", "Cannot do it: it broke");
  return { status: "failed", error, errorClass: "retryable", ...options };
}
