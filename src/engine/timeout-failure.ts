import { codedError, type CodedErrorOptions } from "../base/coded-error.ts";
import { formatDuration } from "../base/duration.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import type { TaskPolicy } from "../plan/compiled-plan.ts";
import type { RunState } from "./run-state.ts";
import { nameOf, policyOf } from "./task-access.ts";

/** The four limits on time of a task. */
export type TimeLimit = "queue" | "attempt" | "heartbeat" | "total";

const CODES: Readonly<Record<TimeLimit, ErrorCode>> = {
  queue: "DRV_TASK_QUEUE_TIMEOUT",
  attempt: "DRV_TASK_ATTEMPT_TIMEOUT",
  heartbeat: "DRV_TASK_HEARTBEAT_TIMEOUT",
  total: "DRV_TASK_TOTAL_TIMEOUT",
};

/** The failure of a task or attempt whose time is up. Attempts may be retried; the total and the queue may not. */
export function timeoutFailure(
  state: RunState,
  task: number,
  options: { readonly limit: TimeLimit; readonly answer?: Outcome },
): Failed {
  const { limit, answer } = options;
  const message = `Cannot complete task "${nameOf(state, task)}": ${describe(limit, policyOf(state, task))}`;
  const cause: CodedErrorOptions = answer?.status === "failed" ? { cause: answer.error } : {};
  const errorClass = limit === "attempt" || limit === "heartbeat" ? "retryable" : "fatal";
  const failure: Failed = { status: "failed", error: codedError(CODES[limit], message, cause), errorClass };
  if (answer?.status !== "failed") return failure;
  return { ...answer, error: failure.error, errorClass };
}

function describe(limit: TimeLimit, policy: TaskPolicy): string {
  switch (limit) {
    case "queue":
      return `it has not started within ${formatDuration(policy.queueTimeoutMs ?? 0)}`;
    case "attempt":
      return `an attempt has not ended within ${formatDuration(policy.attemptTimeoutMs ?? 0)}`;
    case "heartbeat":
      return `its executor has not been heard for ${formatDuration(policy.heartbeatTimeoutMs ?? 0)}`;
    case "total":
      return `it has not ended within ${formatDuration(policy.totalTimeoutMs)}`;
  }
}
