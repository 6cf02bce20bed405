import type { Outcome } from "../operation/outcome.ts";
import { DUE_ATTEMPT_TIMEOUT, DUE_HEARTBEAT_TIMEOUT, DUE_TOTAL_TIMEOUT } from "./due-queue.ts";
import { enqueueTask } from "./enqueue-task.ts";
import { countOf, enqueueUnit, type FanOut, QUEUE_NONE, setUnitStatus } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import { freeSlots, occupySlots } from "./slots.ts";
import { FLAG_STARTED, FLAG_STOPPED, PENDING, READY, RUNNING, TRAIT_TIMED, UNKNOWN, WAITING } from "./status.ts";
import { policyOf } from "./task-access.ts";
import { hasFlag, setFlag, setStatus, statusOf, traitsAt } from "./task-status.ts";
import { taskOfKey, unitKey } from "./unit-key.ts";

/** Status of a unit. The only unit of a task without a target has the status of the task. */
export function unitStatus(state: RunState, task: number, unit: number): number {
  const fan = state.fanOuts.get(task);
  return fan === undefined ? statusOf(state, task) : (fan.status[unit] ?? PENDING);
}

/** Number of the latest attempt of a unit; 0 before the first. */
export function attemptOfUnit(state: RunState, task: number, unit: number): number {
  const fan = state.fanOuts.get(task);
  return (fan === undefined ? state.tasks.attempts[task] : fan.attempts[unit]) ?? 0;
}

/** Generation of the attempt of a unit, or of its undo, that runs. */
export function generationOfAttempt(state: RunState, key: number): number {
  const undo = state.run.phase === "undoing" ? state.undo?.running.get(key) : undefined;
  return undo?.generation ?? state.tasks.generation[taskOfKey(key)] ?? 1;
}

/** How a unit ended, if that says more than its status. */
export function outcomeOfUnit(state: RunState, task: number, unit: number): Outcome | undefined {
  const fan = state.fanOuts.get(task);
  return fan === undefined ? state.outcomes.get(task) : fan.outcomes[unit];
}

/** Units a task has. */
export function unitCount(state: RunState, task: number): number {
  return state.fanOuts.get(task)?.hosts.length ?? 1;
}

/** The name of the host of a unit; `undefined` without a target. */
export function hostOfUnit(state: RunState, task: number, unit: number): string | undefined {
  const host = state.fanOuts.get(task)?.hosts[unit];
  return host === undefined ? undefined : state.hosts[host];
}

/** Starts attempt `attempt` of a unit: takes slots, sets timers, forgets what it waited for. */
export function beginAttempt(state: RunState, unit: UnitAttempt): void {
  const { task } = unit;
  const fan = state.fanOuts.get(task);
  occupySlots(state, task, unit.unit);
  if (fan === undefined) {
    setStatus(state, task, RUNNING);
  } else {
    setUnitStatus(fan, unit.unit, RUNNING);
    fan.queue[unit.unit] = QUEUE_NONE;
    fan.attempts[unit.unit] = unit.attempt;
    if (fan.startedAtMs[unit.unit] === -1) fan.startedAtMs[unit.unit] = state.run.lastAtMs;
    setStatus(state, task, RUNNING);
  }
  if ((state.tasks.attempts[task] ?? 0) < unit.attempt) state.tasks.attempts[task] = unit.attempt;
  if (state.retries.size > 0) state.retries.delete(unitKey(task, unit.unit));
  if (!hasFlag(state, task, FLAG_STARTED)) markStarted(state, task);
  if ((traitsAt(state, task) & TRAIT_TIMED) !== 0) startTimers(state, unit);
}

/** Names one attempt. */
export interface UnitAttempt {
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
}

/** Notes that a task has started, and from when its total time counts. */
export function markStarted(state: RunState, task: number): void {
  setFlag(state, task, FLAG_STARTED);
  if (state.readySince.size > 0) state.readySince.delete(task);
  state.tasks.startedAtMs[task] = state.run.lastAtMs;
  startTotal(state, task);
}

/** A held task moves again because a person has decided: the time that took does not count. */
function restartTotal(state: RunState, task: number): void {
  state.totalStarts.set(task, state.run.lastAtMs);
  startTotal(state, task);
}

function startTotal(state: RunState, task: number): void {
  const { totalTimeoutMs } = policyOf(state, task);
  if (!Number.isFinite(totalTimeoutMs)) return;
  state.queues.due.after(totalTimeoutMs, {
    dueMs: state.run.lastAtMs + totalTimeoutMs,
    kind: DUE_TOTAL_TIMEOUT,
    key: unitKey(task, 0),
    attempt: state.tasks.generation[task] ?? 1,
  });
}

/** Sets the timers of one attempt, also of an undo. */
export function startTimers(state: RunState, { task, unit, attempt }: UnitAttempt): void {
  const { attemptTimeoutMs, heartbeatTimeoutMs } = policyOf(state, task);
  const key = unitKey(task, unit);
  const now = state.run.lastAtMs;
  const { due } = state.queues;
  if (attemptTimeoutMs !== undefined || heartbeatTimeoutMs !== undefined) state.attemptStarts.set(key, now);
  if (attemptTimeoutMs !== undefined) {
    due.after(attemptTimeoutMs, { dueMs: now + attemptTimeoutMs, kind: DUE_ATTEMPT_TIMEOUT, key, attempt });
  }
  if (heartbeatTimeoutMs !== undefined) {
    due.after(heartbeatTimeoutMs, { dueMs: now + heartbeatTimeoutMs, kind: DUE_HEARTBEAT_TIMEOUT, key, attempt });
  }
}

/** Ends the running attempt of a unit: frees its slots and forgets its timers. Does nothing for a unit at rest. */
export function endAttempt(state: RunState, task: number, unit: number): void {
  if (unitStatus(state, task, unit) === RUNNING) freeSlots(state, task, unit);
  forgetAttempt(state, unitKey(task, unit));
}

/** Forgets everything that is kept about an attempt in flight. */
export function forgetAttempt(state: RunState, key: number): void {
  if (state.cancels.size > 0) state.cancels.delete(key);
  if (state.timeouts.size > 0) state.timeouts.delete(key);
  if (state.attemptStarts.size > 0) state.attemptStarts.delete(key);
  if (state.retries.size > 0) state.retries.delete(key);
  if (state.queues.heartbeats.size > 0) state.queues.heartbeats.delete(key);
}

/** Moves a unit that does not end here: to wait, to be ready again, or to be held. */
export function restUnit(
  state: RunState,
  place: { readonly task: number; readonly unit: number },
  status: number,
): void {
  const { task, unit } = place;
  const fan = state.fanOuts.get(task);
  if (fan === undefined) {
    const wasHeld = statusOf(state, task) === UNKNOWN;
    setStatus(state, task, status);
    if (status === READY) enqueueTask(state, task);
    if (wasHeld) restartTotal(state, task);
    return;
  }
  setUnitStatus(fan, unit, status);
  if (status === READY) {
    enqueueUnit(fan, unit);
    enqueueTask(state, task);
  }
  refreshFanOut(state, task, fan);
}

/** Derives the status of a started task from its units. */
export function refreshFanOut(state: RunState, task: number, fan: FanOut): void {
  const wasHeld = statusOf(state, task) === UNKNOWN;
  setStatus(state, task, statusOfFanOut(state, task, fan));
  if (wasHeld && statusOf(state, task) !== UNKNOWN) restartTotal(state, task);
}

function statusOfFanOut(state: RunState, task: number, fan: FanOut): number {
  const isMoving = countOf(fan, RUNNING) + countStartable(state, task, fan) > 0;
  if (isMoving) return RUNNING;
  if (countOf(fan, WAITING) > 0) return WAITING;
  return countOf(fan, UNKNOWN) > 0 ? UNKNOWN : RUNNING;
}

/** Units that will still start: of a stopped task only those whose unknown outcome is being settled. */
export function countStartable(state: RunState, task: number, fan: FanOut): number {
  if (!hasFlag(state, task, FLAG_STOPPED)) return countOf(fan, READY);
  let count = 0;
  for (let unit = 0; unit < fan.status.length; unit++) {
    if (fan.status[unit] === READY && (fan.attempts[unit] ?? 0) > 0) count++;
  }
  return count;
}
