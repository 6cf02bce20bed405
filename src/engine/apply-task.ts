import type { Outcome } from "../operation/outcome.ts";
import { closeTask, TASK_ENDS } from "./close-task.ts";
import { makeReady } from "./consider-task.ts";
import type { DispatchEffect, DispatchMode } from "./effects.ts";
import type {
  AttemptTimedOut,
  TaskCompleted,
  TaskDispatched,
  TaskEvaluated,
  TaskRange,
  TasksNotRun,
  TasksSkipped,
} from "./events.ts";
import { type FanOut, hasChanged, QUEUE_NONE, setUnitStatus } from "./fan-out.ts";
import { hostIndexOf } from "./host-index.ts";
import type { RunState } from "./run-state.ts";
import {
  CANCELLED,
  CAUSE_NONE,
  CAUSE_UNSUPPORTED,
  codeOfOutcome,
  FAILED,
  FLAG_CHANGED,
  FLAG_CONDITIONAL,
  FLAG_EVALUATED,
  FLAG_STOPPED,
  FLAG_TOTAL_TIMEOUT,
  isTerminal,
  NOT_RUN,
  PENDING,
  RUNNING,
  skipCauseCode,
  SKIPPED,
  UNKNOWN,
} from "./status.ts";
import { passSlotsOn } from "./slots.ts";
import { stopGroup } from "./stop-tasks.ts";
import { isTolerated, policyOf } from "./task-access.ts";
import { setFlag, setStatus, statusOf } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { beginAttempt, endAttempt, hostOfUnit, refreshFanOut } from "./unit-state.ts";

/** User code has spoken: the task is ready with what it said. */
export function applyEvaluated(state: RunState, event: TaskEvaluated): void {
  const { task } = event;
  if (event.params !== undefined) state.params.set(task, event.params);
  if (event.keys !== undefined) state.groupItems.set(task, event.keys);
  setFlag(state, task, FLAG_EVALUATED);
  makeReady(state, task, event.host === undefined ? undefined : hostIndexOf(state, event.host));
}

/** An attempt starts on one or several units. */
export function applyDispatched(state: RunState, event: TaskDispatched): void {
  const { task, attempt } = event;
  if (event.units === undefined) {
    dispatchUnit(state, { task, unit: 0, attempt });
    return;
  }
  for (const unit of event.units) dispatchUnit(state, { task, unit, attempt });
}

function dispatchUnit(
  state: RunState,
  unit: { readonly task: number; readonly unit: number; readonly attempt: number },
) {
  beginAttempt(state, unit);
  state.queues.effects.push(dispatchEffect(state, unit));
}

/** The effect that asks for an attempt that has begun. */
export function dispatchEffect(
  state: RunState,
  { task, unit, attempt }: { readonly task: number; readonly unit: number; readonly attempt: number },
): DispatchEffect {
  const generation = state.tasks.generation[task] ?? 1;
  const host = state.fanOuts.size === 0 ? undefined : hostOfUnit(state, task, unit);
  return { type: "dispatch", task, unit, attempt, generation, host, mode: modeOf(state, unitKey(task, unit)) };
}

function modeOf(state: RunState, key: number): DispatchMode {
  if (state.run.isDryRun) return "inspect";
  return state.unknowns.size > 0 && state.unknowns.get(key)?.next === "probe" ? "probe" : "apply";
}

/** The task is at its end, whatever it was. */
export function applyTaskCompleted(state: RunState, event: TaskCompleted): void {
  const { task, outcome } = event;
  const fan = state.fanOuts.size === 0 ? undefined : state.fanOuts.get(task);
  if (event.attempt === 0 || fan !== undefined) passSlotsOn(state, task);
  if (fan !== undefined) cancelOpenUnits(state, task, fan);
  else if (event.attempt > 0) endAttempt(state, task, 0);
  if (state.gates.size > 0) state.gates.delete(task);
  if (state.unknowns.size > 0 && outcome.status !== "unknown") state.unknowns.delete(unitKey(task, 0));
  if (isRich(outcome)) keepOutcome(state, task, outcome);
  if (outcome.status === "changed") setFlag(state, task, FLAG_CHANGED);
  const status = codeOfOutcome(outcome.status);
  if (status === UNKNOWN) {
    setStatus(state, task, UNKNOWN);
    return;
  }
  if (status === FAILED) noteFailure(state, task, outcome);
  if (status === SKIPPED) closeTask(state, task, { status, cause: CAUSE_UNSUPPORTED });
  else closeTask(state, task, TASK_ENDS[status] ?? { status, cause: CAUSE_NONE });
}

/** Whether an outcome says more than its status. */
function isRich(outcome: Outcome): boolean {
  if (outcome.status !== "changed" && outcome.status !== "unchanged") return true;
  return (
    outcome.data !== undefined ||
    outcome.changes !== undefined ||
    outcome.isReversible !== undefined ||
    outcome.isConditional !== undefined ||
    outcome.hostResults !== undefined
  );
}

function keepOutcome(state: RunState, task: number, outcome: Outcome): void {
  state.outcomes.set(task, outcome);
  if (hasChanged(outcome)) setFlag(state, task, FLAG_CHANGED);
  if ("isConditional" in outcome && outcome.isConditional === true) setFlag(state, task, FLAG_CONDITIONAL);
}

function noteFailure(state: RunState, task: number, outcome: Outcome): void {
  if (outcome.status !== "failed" || isTolerated(state, task)) return;
  const { run } = state;
  run.failedCount++;
  run.error ??= outcome.error;
  if (run.phase !== "running" || run.isDryRun || run.pendingStop !== -1) return;
  if (policyOf(state, task).afterFailure === "stopAll") run.pendingStop = task;
}

/** Units that never started, or will never start again, share the end of their task. */
function cancelOpenUnits(state: RunState, task: number, fan: FanOut): void {
  for (let unit = 0; unit < fan.status.length; unit++) {
    if (isTerminal(fan.status[unit] ?? PENDING) || fan.status[unit] === UNKNOWN) continue;
    endAttempt(state, task, unit);
    setUnitStatus(fan, unit, CANCELLED);
    fan.queue[unit] = QUEUE_NONE;
  }
}

/** A whole cascade of skips. */
export function applySkipped(state: RunState, event: TasksSkipped): void {
  const end = { status: SKIPPED, cause: skipCauseCode(event.cause) };
  forEachTask(event.ranges, (task) => {
    if (event.cause === "guard") state.reasons.set(task, event.reason);
    closeTask(state, task, end);
  });
}

/** Tasks that will never start in this run. */
export function applyNotRun(state: RunState, event: TasksNotRun): void {
  // First all are barred from starting: ending one must not make another of them ready.
  forEachTask(event.ranges, (task) => {
    setFlag(state, task, FLAG_STOPPED);
  });
  forEachTask(event.ranges, (task) => {
    state.reasons.set(task, event.reason);
    closeTask(state, task, TASK_ENDS[NOT_RUN] ?? { status: NOT_RUN, cause: CAUSE_NONE });
  });
}

function forEachTask(ranges: readonly TaskRange[], visit: (task: number) => void): void {
  for (const [first, last] of ranges) for (let task = first; task <= last; task++) visit(task);
}

/** The total time of a task is up: nothing of it starts any more, what runs is cancelled. */
export function applyTaskTimedOut(state: RunState, { task }: AttemptTimedOut): void {
  setFlag(state, task, FLAG_STOPPED | FLAG_TOTAL_TIMEOUT);
  if (state.groups.has(task)) stopGroup(state, task);
  // Units that have not started never will: one that is held may be all that is left.
  const fan = state.fanOuts.get(task);
  if (fan !== undefined && statusOf(state, task) === RUNNING) refreshFanOut(state, task, fan);
  if (!isTerminal(statusOf(state, task))) state.queues.settle.push(task);
}
