import { codedError, type CodedError } from "../base/coded-error.ts";
import type { Outcome } from "../operation/outcome.ts";
import { countOf, type FanOut, hasChanged, verdictOf } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import { CANCELLED, CHANGED, FAILED, FLAG_TOTAL_TIMEOUT, PENDING, READY, SKIPPED } from "./status.ts";
import { nameOf } from "./task-access.ts";
import { hasFlag } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";

/** The outcome of a task whose units have all ended, or will not start any more. */
export function fanOutOutcome(state: RunState, task: number, fan: FanOut): Outcome {
  const status = verdictOf(fan);
  const cutOff = countOf(fan, CANCELLED) + countOf(fan, PENDING) + countOf(fan, READY);
  if ((status === FAILED || cutOff > 0) && hasFlag(state, task, FLAG_TOTAL_TIMEOUT)) return outOfTime(state, task, fan);
  switch (status) {
    case FAILED:
      return failure(state, task, fan);
    case CANCELLED:
      return { status: "cancelled", reason: state.run.stopReason ?? "the run stopped" };
    case SKIPPED:
      return { status: "skipped", reason: reasonOf(fan.outcomes[0]) };
    default:
      return { status: status === CHANGED ? "changed" : "unchanged" };
  }
}

function outOfTime(state: RunState, task: number, fan: FanOut): Outcome {
  const failed = timeoutFailure(state, task, { limit: "total" });
  return fan.outcomes.some(hasChanged) ? { ...failed, changed: true } : failed;
}

function reasonOf(outcome: Outcome | undefined): string {
  return outcome?.status === "skipped" ? outcome.reason : "not supported";
}

/** A single host fails with its own error; several with a summary whose cause is the first of them. */
function failure(state: RunState, task: number, fan: FanOut): Outcome {
  const only = fan.hosts.length === 1 ? fan.outcomes[0] : undefined;
  if (only?.status === "failed") return only;
  const first = fan.outcomes.find((outcome) => outcome?.status === "failed");
  const cause = first?.status === "failed" ? first.error : undefined;
  const error = summary(state, task, { fan, cause });
  const changed = fan.outcomes.some(hasChanged);
  return { status: "failed", error, errorClass: "fatal", ...(changed ? { changed } : {}) };
}

function summary(
  state: RunState,
  task: number,
  { fan, cause }: { readonly fan: FanOut; readonly cause: CodedError | undefined },
): CodedError {
  const found = `${countOf(fan, FAILED)} of ${fan.hosts.length} hosts failed, and ${fan.failedMax} may fail`;
  const message = `Cannot complete task "${nameOf(state, task)}": ${found}`;
  return codedError("DRV_TASK_HOSTS_FAILED", message, cause === undefined ? {} : { cause });
}
