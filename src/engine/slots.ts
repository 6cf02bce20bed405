import { enqueueUnit, QUEUE_PARKED, QUEUE_READY } from "./fan-out.ts";
import { enqueueTask } from "./enqueue-task.ts";
import { ReadyQueue } from "./ready-queue.ts";
import type { KeySlots, RunState } from "./run-state.ts";
import { isTerminal, TRAIT_DRY, TRAIT_KEYED, TRAIT_TARGET } from "./status.ts";
import { policyOf, taskOf } from "./task-access.ts";
import { statusOf, traitsAt } from "./task-status.ts";
import { isWriting } from "./traits.ts";

/** Takes the slots of one unit: of the run, of its concurrency key, of its host if it writes. */
export function occupySlots(state: RunState, task: number, unit: number): void {
  const { slots } = state;
  slots.running++;
  const traits = traitsAt(state, task);
  if ((traits & TRAIT_KEYED) !== 0) {
    const key = keySlotsOf(state, task);
    if (key !== undefined) key.running++;
  }
  const host = writtenHost(state, task, unit);
  if (host !== -1) slots.writing[host] = (slots.writing[host] ?? 0) + 1;
}

/** Gives the slots back and lets the best of those that wait for them be looked at again. */
export function freeSlots(state: RunState, task: number, unit: number): void {
  const { slots } = state;
  slots.running--;
  const traits = traitsAt(state, task);
  if ((traits & TRAIT_KEYED) !== 0) {
    const key = keySlotsOf(state, task);
    if (key !== undefined) {
      key.running--;
      wakeForKey(state, key);
    }
  }
  const host = writtenHost(state, task, unit);
  if (host === -1) return;
  slots.writing[host] = (slots.writing[host] ?? 0) - 1;
  wakeForHost(state, host);
}

/** The slots of the concurrency key of a task. A key without a declared limit admits one unit at a time. */
export function keySlotsOf(state: RunState, task: number): KeySlots | undefined {
  const name = policyOf(state, task).concurrencyKey;
  if (name === undefined) return undefined;
  const { keys } = state.slots;
  let found = keys.get(name);
  if (found === undefined) {
    found = { limit: 1, running: 0, parked: new ReadyQueue(state.order) };
    keys.set(name, found);
  }
  return found;
}

/** Whether the concurrency key of the task admits one more unit. */
export function isKeyFree(state: RunState, task: number): boolean {
  const key = keySlotsOf(state, task);
  return key === undefined || key.running < key.limit;
}

/** Whether the host of a unit may take it now. */
export function isHostFree(state: RunState, task: number, unit: number): boolean {
  const host = writtenHost(state, task, unit);
  return host === -1 || (state.slots.writing[host] ?? 0) < state.plan.limits.maxWritingPerHost;
}

/** The host whose write slot a unit needs, or -1: reading needs none, nor does a dry run. */
export function writtenHost(state: RunState, task: number, unit: number): number {
  if ((traitsAt(state, task) & (TRAIT_TARGET | TRAIT_DRY)) !== TRAIT_TARGET) return -1;
  if (!isWriting(taskOf(state, task).body)) return -1;
  return state.fanOuts.get(task)?.hosts[unit] ?? -1;
}

/** Sets a unit aside until its host is free. */
export function parkForHost(state: RunState, task: number, unit: number): void {
  const fan = state.fanOuts.get(task);
  const host = writtenHost(state, task, unit);
  if (fan === undefined || host === -1) return;
  fan.queue[unit] = QUEUE_PARKED;
  let parked = state.queues.parkedByHost.get(host);
  if (parked === undefined) state.queues.parkedByHost.set(host, (parked = new ReadyQueue(state.order)));
  parked.push(task, unit);
}

/** Lets the best unit that waits for a host be looked at again. */
export function wakeForHost(state: RunState, host: number): void {
  const parked = state.queues.parkedByHost.get(host);
  while (parked !== undefined && parked.size > 0) {
    const task = parked.top();
    const unit = parked.topUnit();
    parked.pop();
    const fan = state.fanOuts.get(task);
    if (fan === undefined || fan.queue[unit] !== QUEUE_PARKED) continue;
    enqueueUnit(fan, unit);
    enqueueTask(state, task);
    return;
  }
}

/** Lets the best task that waits for a key be looked at again. */
export function wakeForKey(state: RunState, key: KeySlots): void {
  while (key.running < key.limit && key.parked.size > 0) {
    const task = key.parked.top();
    key.parked.pop();
    if (isTerminal(statusOf(state, task))) continue;
    enqueueTask(state, task);
    return;
  }
}

/** A task ends without having started what it was about to: others may have waited behind it for key or hosts. */
export function passSlotsOn(state: RunState, task: number): void {
  const key = (traitsAt(state, task) & TRAIT_KEYED) === 0 ? undefined : keySlotsOf(state, task);
  if (key !== undefined) wakeForKey(state, key);
  const fan = state.fanOuts.get(task);
  for (let unit = 0; unit < (fan?.queue.length ?? 0); unit++) {
    if (fan?.queue[unit] === QUEUE_READY) wakeForHost(state, fan.hosts[unit] ?? -1);
  }
}
