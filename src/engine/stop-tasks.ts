import { countOf, enqueueUnit, type FanOut, setUnitStatus } from "./fan-out.ts";
import { enqueueTask } from "./enqueue-task.ts";
import type { RunState } from "./run-state.ts";
import {
  EVALUATING,
  EXPANDED,
  FLAG_STOPPED,
  HELD,
  isTerminal,
  PENDING,
  READY,
  RUNNING,
  SKIPPING,
  UNKNOWN,
  WAITING,
} from "./status.ts";
import { setFlag, setStatus, statusOf } from "./task-status.ts";
import { countStartable, refreshFanOut } from "./unit-state.ts";

/**
 * Stops every task: what has not started falls back to pending, what runs is marked and put on the list of tasks to
 * settle. Units of unknown outcome that are about to be settled keep their turn, unless the run was cancelled.
 */
export function stopAllTasks(state: RunState): void {
  const { queues, slots } = state;
  queues.ready.clear();
  queues.queued.fill(0);
  queues.parkedByHost.clear();
  for (const key of slots.keys.values()) key.parked.clear();
  for (let task = 0; task < state.tasks.count; task++) stopTask(state, task);
}

/** Stops the tasks of a group whose time is up, and those of groups inside it. */
export function stopGroup(state: RunState, group: number): void {
  const record = state.groups.get(group);
  if (record === undefined) return;
  for (let task = record.first; task < record.end; task++) {
    const status = statusOf(state, task);
    if (isTerminal(status)) continue;
    setFlag(state, task, FLAG_STOPPED);
    stopTask(state, task);
    if (status === EXPANDED) stopGroup(state, task);
  }
  state.queues.settle.push(group);
}

function stopTask(state: RunState, task: number): void {
  switch (statusOf(state, task)) {
    case EVALUATING:
    case SKIPPING:
    case HELD:
      setStatus(state, task, PENDING);
      return;
    case READY:
      stopReady(state, task);
      return;
    case RUNNING:
    case WAITING:
      setFlag(state, task, FLAG_STOPPED);
      stopStarted(state, task);
      state.queues.settle.push(task);
      return;
    case UNKNOWN:
      setFlag(state, task, FLAG_STOPPED);
      return;
    default:
      return;
  }
}

function stopReady(state: RunState, task: number): void {
  if (state.tasks.attempts[task] === 0 || state.fanOuts.has(task)) {
    state.fanOuts.delete(task);
    state.readySince.delete(task);
    setStatus(state, task, PENDING);
    return;
  }
  setFlag(state, task, FLAG_STOPPED);
  if (mayStillSettle(state)) enqueueTask(state, task);
  else setStatus(state, task, UNKNOWN);
}

function stopStarted(state: RunState, task: number): void {
  const fan = state.fanOuts.get(task);
  if (fan === undefined || countOf(fan, READY) === 0) return;
  if (!mayStillSettle(state)) holdUnsettled(fan);
  else if (countStartable(state, task, fan) > 0) {
    queueUnsettled(fan);
    enqueueTask(state, task);
  }
  refreshFanOut(state, task, fan);
}

/** A cancelled run does not start anything to find out what happened. */
function mayStillSettle(state: RunState): boolean {
  return state.run.stopMode !== "cancel";
}

/** Those that waited for their host are in no queue any more. */
function queueUnsettled(fan: FanOut): void {
  for (let unit = 0; unit < fan.status.length; unit++) {
    if (fan.status[unit] === READY && (fan.attempts[unit] ?? 0) > 0) enqueueUnit(fan, unit);
  }
}

function holdUnsettled(fan: FanOut): void {
  for (let unit = 0; unit < fan.status.length; unit++) {
    if (fan.status[unit] === READY && (fan.attempts[unit] ?? 0) > 0) setUnitStatus(fan, unit, UNKNOWN);
  }
}
