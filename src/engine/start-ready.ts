import { DUE_RETRY } from "./due-queue.ts";
import { enqueueTask } from "./enqueue-task.ts";
import { type FanOut, nextQueued, QUEUE_NONE, QUEUE_READY } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import { isHostFree, isKeyFree, keySlotsOf, parkForHost, wakeForHost, wakeForKey } from "./slots.ts";
import { FLAG_STOPPED, READY, TRAIT_KEYED, WAITING } from "./status.ts";
import { emit, roomOf, type Step } from "./step.ts";
import { hasFlag, statusOf, traitsAt } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";

/** Starts the best ready tasks while the run has slots. Returns whether any event was written. */
export function startReadyTasks(step: Step): boolean {
  const { state } = step;
  const { ready } = state.queues;
  if (state.queues.isHeld) return false;
  const before = step.events.length;
  while (ready.size > 0 && state.slots.running < state.run.maxParallel && roomOf(step) > 0) {
    const task = ready.top();
    if (traitsAt(state, task) === 0) startSingle(step, task);
    else startOther(step, task);
  }
  return step.events.length > before;
}

function startSingle(step: Step, task: number): void {
  const { state } = step;
  leaveQueue(state, task);
  if (!isStartable(step, task)) return;
  const attempt = (state.tasks.attempts[task] ?? 0) + 1;
  emit(step, { type: "task.dispatched", v: 1, at: step.now, task, attempt });
}

/** Entries of the queue may have lost their meaning since they were made. */
function isStartable(step: Step, task: number): boolean {
  const { state } = step;
  const status = statusOf(state, task);
  if (status === READY) return true;
  if (status !== WAITING || hasFlag(state, task, FLAG_STOPPED)) return false;
  return isRetryDue(step, unitKey(task, 0));
}

/** Whether the delay of a retry is over. It may be no more, when the clock went back while there was no slot: it is waited for again. */
function isRetryDue({ state, now }: Step, key: number): boolean {
  const retry = state.retries.get(key);
  if (retry === undefined) return false;
  if (retry.dueMs <= now) return true;
  state.queues.due.at({ dueMs: retry.dueMs, kind: DUE_RETRY, key, attempt: retry.attempt });
  return false;
}

/** The task is the top of the queue. */
function leaveQueue(state: RunState, task: number): void {
  state.queues.ready.pop();
  state.queues.queued[task] = 0;
}

function startOther(step: Step, task: number): void {
  const { state } = step;
  const fan = state.fanOuts.get(task);
  const isKeyed = (traitsAt(state, task) & TRAIT_KEYED) !== 0;
  const key = isKeyed ? keySlotsOf(state, task) : undefined;
  if (key !== undefined && isWaitingToStart(step, task, fan) && !isKeyFree(state, task)) {
    leaveQueue(state, task);
    key.parked.push(task, 0);
    if (fan !== undefined) offerHosts(state, fan);
    return;
  }
  if (fan === undefined) startSingle(step, task);
  else startUnits(step, task, fan);
  // A task that was woken for its key and could not use it (its host is taken, it has ended) passes it on.
  if (key !== undefined && state.queues.queued[task] === 0) wakeForKey(state, key);
}

function isWaitingToStart(step: Step, task: number, fan: FanOut | undefined): boolean {
  return fan === undefined ? isStartable(step, task) : nextQueued(fan) !== -1;
}

/** While a task waits for its key, the hosts it could have used go to those that wait for them. */
function offerHosts(state: RunState, fan: FanOut): void {
  for (let unit = 0; unit < fan.queue.length; unit++) {
    if (fan.queue[unit] === QUEUE_READY) wakeForHost(state, fan.hosts[unit] ?? -1);
  }
}

/**
 * Starts as many units of a task as slots allow, those of one attempt number in one event. The task leaves the queue
 * first: what is woken meanwhile may come before it there.
 */
function startUnits(step: Step, task: number, fan: FanOut): void {
  const { state } = step;
  leaveQueue(state, task);
  const room = freeSlotsFor(state, task);
  const units: number[] = [];
  let attempt = -1;
  while (units.length < room) {
    const unit = nextQueued(fan);
    if (unit === -1) break;
    if (!isUnitStartable(step, task, unit)) {
      fan.queue[unit] = QUEUE_NONE;
      wakeForHost(state, fan.hosts[unit] ?? -1);
      continue;
    }
    if (!isHostFree(state, task, unit)) {
      parkForHost(state, task, unit);
      continue;
    }
    const next = (fan.attempts[unit] ?? 0) + 1;
    if (attempt !== -1 && next !== attempt) break;
    attempt = next;
    fan.queue[unit] = QUEUE_NONE;
    units.push(unit);
  }
  if (nextQueued(fan) !== -1) enqueueTask(state, task);
  if (units.length > 0) emit(step, { type: "task.dispatched", v: 1, at: step.now, task, attempt, units });
}

function freeSlotsFor(state: RunState, task: number): number {
  const free = state.run.maxParallel - state.slots.running;
  const key = (traitsAt(state, task) & TRAIT_KEYED) === 0 ? undefined : keySlotsOf(state, task);
  return key === undefined ? free : Math.min(free, key.limit - key.running);
}

function isUnitStartable(step: Step, task: number, unit: number): boolean {
  const { state } = step;
  const fan = state.fanOuts.get(task);
  const isStopped = hasFlag(state, task, FLAG_STOPPED);
  // After a stop only unknown outcomes are settled: those units have been tried before.
  if (fan?.status[unit] === READY) return !isStopped || (fan.attempts[unit] ?? 0) > 0;
  if (fan?.status[unit] !== WAITING || isStopped) return false;
  return isRetryDue(step, unitKey(task, unit));
}
