import { must } from "../base/assert.ts";
import type { RunView, TaskView } from "../engine/run-view.ts";

/** What the program answers to the shell; the numbers are a promise. */
export const EXIT_CODES = {
  ok: 0,
  usage: 1,
  /** Only with `--detailed-exitcode`. */
  planHasChanges: 2,
  validation: 3,
  failed: 4,
  unreachable: 5,
  cancelled: 6,
  decisionNeeded: 7,
  rollbackIncomplete: 8,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const TIMEOUT_CODE = /^DRV_TASK_[A-Z]+_TIMEOUT$/;

/**
 * The exit code of a finished run. When several apply, the one that needs a person most wins: 8 rollback incomplete,
 * 7 decision needed, 6 cancelled or timed out, 5 host unreachable, 4 failed.
 */
export function exitCodeOf(view: RunView): ExitCode {
  const verdict = must(view.verdict, "Only a finished run has an exit code");
  const found = new Set<ExitCode>();
  if (verdict === "needsDecision") found.add(EXIT_CODES.decisionNeeded);
  if (verdict === "cancelled") found.add(EXIT_CODES.cancelled);
  if (verdict === "failed" || verdict === "rolledBack") found.add(EXIT_CODES.failed);
  if (verdict !== "succeeded") {
    for (let index = 0; index < view.taskCount; index++) addTaskCodes(view, index, found);
  }
  let worst: ExitCode = EXIT_CODES.ok;
  for (const code of found) if (code > worst) worst = code;
  return worst;
}

function addTaskCodes(view: RunView, index: number, found: Set<ExitCode>): void {
  const status = view.statusOf(index);
  if (status === "skipped" || status === "notRun" || status === "pending") return;
  const task = view.task(index);
  if (task.undoError !== undefined || isIncompleteStep(task)) found.add(EXIT_CODES.rollbackIncomplete);
  if (status !== "failed") return;
  if (hasTimedOut(task)) found.add(EXIT_CODES.cancelled);
  if (task.hostResults.some((host) => host.failure === "unreachable")) found.add(EXIT_CODES.unreachable);
}

/** A rollback step that did not do its work, or nobody knows whether it did. */
function isIncompleteStep({ isRollbackStep, isTolerated, status }: TaskView): boolean {
  return isRollbackStep === true && isTolerated !== true && (status === "failed" || status === "unknown");
}

function hasTimedOut(task: TaskView): boolean {
  return [task.error, ...task.hostResults.map((host) => host.error)].some(
    (error) => error !== undefined && TIMEOUT_CODE.test(error.code),
  );
}
