import type { Outcome } from "../operation/outcome.ts";
import type { TaskRange } from "./events.ts";
import type { RunState } from "./run-state.ts";
import type { Verdict } from "./run-view.ts";
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
  if (run.phase === "undoing") return (state.undo?.running.size ?? 0) === 0 && completeRun(step);
  if (tasks.active > 0) return false;
  if (run.phase === "stopping") {
    emit(step, { type: "phase.entered", v: 1, at: step.now, phase: "failureBranches" });
    return true;
  }
  if (hasOpenTasks(state)) {
    if (run.phase === "running" && run.onUnknownHeld === "wait") return false;
    return writeOffBlocked(step);
  }
  if (run.phase === "running" && run.onUnknownHeld === "wait" && (tasks.counts[UNKNOWN] ?? 0) > 0) return false;
  return isUndoWanted(state) ? enterUndo(step) : completeRun(step);
}

function hasOpenTasks({ tasks }: RunState): boolean {
  return (tasks.counts[PENDING] ?? 0) + (tasks.counts[HELD] ?? 0) + (tasks.counts[EXPANDED] ?? 0) > 0;
}

function isUndoWanted({ run }: RunState): boolean {
  if (run.isDryRun || run.stopMode === "cancel") return false;
  return run.stopMode === "rollback" || (run.rollback === "onFailure" && run.failedCount > 0);
}

function enterUndo(step: Step): boolean {
  emit(step, { type: "phase.entered", v: 1, at: step.now, phase: "undoing" });
  return true;
}

function completeRun(step: Step): boolean {
  emit(step, { type: "run.completed", v: 1, at: step.now, verdict: verdictOf(step.state) });
  return true;
}

/** How the run ended. A cancel has the last word, then open decisions, then failures and whether they were undone. */
function verdictOf(state: RunState): Verdict {
  const { run, undo } = state;
  if (run.stopMode === "cancel") return "cancelled";
  if ((state.tasks.counts[UNKNOWN] ?? 0) > 0) return "needsDecision";
  if (run.failedCount === 0 && run.stopMode === undefined) return "succeeded";
  if (undo === undefined || undo.doneCount === 0) return "failed";
  return undo.errors.size === 0 && undo.irreversibleCount === 0 ? "rolledBack" : "failed";
}

/** After a stop: writes off what is not part of a failure branch, a stretch of the plan at a time. */
export function writeOffUnreached(step: Step): boolean {
  const { state } = step;
  const { queues, tasks } = state;
  const ranges: [number, number][] = [];
  let task = queues.notRunFrom;
  for (; task < tasks.count && ranges.length < RANGES_PER_EVENT_MAX; task++) {
    if (statusOf(state, task) === PENDING && !hasFlag(state, task, FLAG_BRANCH)) addTask(ranges, task);
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
  const ranges: [number, number][] = [];
  let unknown = -1;
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    if (status === PENDING || status === HELD) addTask(ranges, task);
    if (status === UNKNOWN && unknown === -1) unknown = task;
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
