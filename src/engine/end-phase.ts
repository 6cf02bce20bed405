import type { Outcome } from "../operation/outcome.ts";
import type { PhaseEntered, TaskRange } from "./events.ts";
import { endOfSteps, isRollbackStep, NO_ROLLBACK_REASON, restingSteps } from "./rollback-steps.ts";
import type { RunState } from "./run-state.ts";
import type { Verdict } from "./run-view.ts";
import { rangesOf, TASKS_PER_SKIP_MAX } from "./skip-cascade.ts";
import { EXPANDED, FLAG_BRANCH, HELD, PENDING, UNKNOWN } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";

/** Ranges one event may carry. */
export const RANGES_PER_EVENT_MAX = 4_096;

/** Ends the phase when nothing moves any more. Returns false when something does, or when the run waits for a decision. */
export function endPhase(step: Step): boolean {
  const { state } = step;
  const { run, tasks } = state;
  if (run.phase === "undoing") return (state.undo?.running.size ?? 0) === 0 && endUndoing(step);
  if (tasks.active > 0) return false;
  if (run.phase === "stopping") return enterPhase(step, "failureBranches");
  if (hasOpenTasks(state)) {
    if (run.phase === "running" && run.onUnknownHeld === "wait") return false;
    return writeOffBlocked(step);
  }
  if (run.phase === "running" && run.onUnknownHeld === "wait" && (tasks.counts[UNKNOWN] ?? 0) > 0) return false;
  if (run.phase === "rollbackSteps") return completeRun(step);
  return isUndoWanted(state) ? enterPhase(step, "undoing") : skipSteps(step) || completeRun(step);
}

function hasOpenTasks(state: RunState): boolean {
  const { counts } = state.tasks;
  const pendingCount = (counts[PENDING] ?? 0) - restingSteps(state).length;
  return pendingCount + (counts[HELD] ?? 0) + (counts[EXPANDED] ?? 0) > 0;
}

function isUndoWanted({ run }: RunState): boolean {
  if (run.isDryRun || run.stopMode === "cancel") return false;
  return run.stopMode === "rollback" || (run.rollback === "onFailure" && run.failedCount > 0);
}

function enterPhase(step: Step, phase: PhaseEntered["phase"]): boolean {
  emit(step, { type: "phase.entered", v: 1, at: step.now, phase });
  return true;
}

/** Also when nothing had to be undone: the run is rolled back all the same. */
function endUndoing(step: Step): boolean {
  return step.state.rollbackSteps.size > 0 ? enterPhase(step, "rollbackSteps") : completeRun(step);
}

/** A run that is not rolled back passes over its rollback steps, a number at a time. */
function skipSteps(step: Step): boolean {
  const steps = restingSteps(step.state).slice(0, TASKS_PER_SKIP_MAX);
  if (steps.length === 0) return false;
  const why = { cause: "notTriggered", reason: NO_ROLLBACK_REASON } as const;
  emit(step, { type: "tasks.skipped", v: 1, at: step.now, ranges: rangesOf(steps), ...why });
  return true;
}

function completeRun(step: Step): boolean {
  emit(step, { type: "run.completed", v: 1, at: step.now, verdict: verdictOf(step.state) });
  return true;
}

/** How the run ended. A cancel has the last word, then open decisions, then failures and whether they were undone. */
function verdictOf(state: RunState): Verdict {
  const { run } = state;
  if (run.stopMode === "cancel") return "cancelled";
  if ((state.tasks.counts[UNKNOWN] ?? 0) > 0) return "needsDecision";
  if (run.failedCount === 0 && run.stopMode === undefined) return "succeeded";
  return isRolledBack(state) ? "rolledBack" : "failed";
}

function isRolledBack(state: RunState): boolean {
  const { undo } = state;
  if (undo === undefined || undo.errors.size > 0 || undo.irreversibleCount > 0) return false;
  const { hasDone, hasFailed } = endOfSteps(state);
  return !hasFailed && (hasDone || undo.done.size > 0);
}

/** After a stop: writes off what is not part of a failure branch, a stretch of the plan at a time. */
export function writeOffUnreached(step: Step): boolean {
  const { state } = step;
  const { queues, tasks } = state;
  const ranges: [number, number][] = [];
  let task = queues.notRunFrom;
  for (; task < tasks.count && ranges.length < RANGES_PER_EVENT_MAX; task++) {
    const isUnreached = statusOf(state, task) === PENDING && !hasFlag(state, task, FLAG_BRANCH);
    if (isUnreached && !state.rollbackSteps.has(task)) addTask(ranges, task);
  }
  queues.notRunFrom = task;
  if (ranges.length === 0) return false;
  emit(step, { type: "tasks.notRun", v: 1, at: step.now, ranges, reason: `not run: ${state.run.stopReason ?? ""}` });
  return true;
}

function addTask(ranges: [number, number][], task: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last[1] === task - 1) last[1] = task;
  else ranges.push([task, task]);
}

/** Nothing moves, yet tasks are open: they wait for an outcome that is unknown. Groups around it are unknown too. */
function writeOffBlocked(step: Step): boolean {
  const { state } = step;
  const resting = new Set(restingSteps(state));
  const ranges: [number, number][] = [];
  let unknown = -1;
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    if ((status === PENDING || status === HELD) && !resting.has(task)) addTask(ranges, task);
    if (status === UNKNOWN && (unknown === -1 || isRollbackStep(state, task))) unknown = task;
  }
  const reason = unknown === -1 ? "the run ended" : `the outcome of "${nameOf(state, unknown)}" is unknown`;
  const closed: readonly TaskRange[] = ranges;
  if (closed.length > 0) {
    emit(step, { type: "tasks.notRun", v: 1, at: step.now, ranges: closed, reason: `not run: ${reason}` });
    return true;
  }
  return closeGroup(step, reason);
}

/** Ends the innermost group that is still open; the groups around it follow. */
function closeGroup(step: Step, reason: string): boolean {
  const { state } = step;
  for (let task = state.tasks.count - 1; task >= 0; task--) {
    if (statusOf(state, task) !== EXPANDED) continue;
    const outcome: Outcome = { status: "unknown", reason };
    emit(step, { type: "task.completed", v: 1, at: step.now, task, attempt: 0, outcome });
    return true;
  }
  return false;
}
