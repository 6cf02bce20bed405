import { isSettledAtOnce } from "./consider-task.ts";
import {
  DUE_ATTEMPT_TIMEOUT,
  DUE_GATE,
  DUE_GIVE_UP,
  DUE_HEARTBEAT_TIMEOUT,
  DUE_KILL,
  DUE_QUEUE_TIMEOUT,
  DUE_RETRY,
  DUE_TOTAL_TIMEOUT,
} from "./due-queue.ts";
import { totalDueMs } from "./due-times.ts";
import { enqueueTask } from "./enqueue-task.ts";
import { countOf, rebuildQueue } from "./fan-out.ts";
import { holdForLevel } from "./level-barriers.ts";
import type { RunState } from "./run-state.ts";
import { occupySlots } from "./slots.ts";
import { DROPPED, EVALUATING, HELD, isTerminal, PENDING, READY, RUNNING } from "./status.ts";
import { policyOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";
import { taskOfKey, unitKey, unitOfKey } from "./unit-key.ts";
import { attemptOfUnit, unitCount, unitStatus } from "./unit-state.ts";

/**
 * Makes the caches of a state again from the state alone: what may start, what is to be written, what is due, what is in use.
 * Like after a replay everything that could start is looked at again, and what is overdue is due.
 */
export function rebuildCaches(state: RunState): void {
  clearCaches(state);
  rebuildLevels(state);
  for (const fan of state.fanOuts.made()) rebuildQueue(fan);
  const isFinished = state.run.phase === "finished";
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    if (status === RUNNING) occupyAll(state, task);
    if (status === PENDING || status === DROPPED || isTerminal(status) || isFinished) continue;
    rebuildTask(state, task, status);
  }
  state.slots.running += state.undo?.running.size ?? 0;
  if (isFinished) state.queues.queued = new Uint8Array(0);
  else rebuildDue(state);
}

function clearCaches({ slots, queues, tasks }: RunState): void {
  slots.running = 0;
  slots.writing.length = 0;
  for (const key of slots.keys.values()) {
    key.running = 0;
    key.parked.clear();
  }
  queues.ready.clear();
  queues.settle.clear();
  queues.due.clear();
  queues.parkedByHost.clear();
  queues.notRunFrom = 0;
  queues.queued = new Uint8Array(tasks.capacity);
}

function rebuildLevels({ queues, tasks }: RunState): void {
  const { barriers } = queues;
  if (barriers === undefined) return;
  barriers.open.fill(0);
  barriers.held.clear();
  barriers.current = 0;
  for (let task = 0; task < tasks.rootCount; task++) {
    const level = barriers.levelOf[task] ?? 0;
    if (!isTerminal(tasks.status[task] ?? 0)) barriers.open[level] = (barriers.open[level] ?? 0) + 1;
  }
  while (barriers.current + 1 < barriers.open.length && barriers.open[barriers.current] === 0) barriers.current++;
}

function occupyAll(state: RunState, task: number): void {
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    if (unitStatus(state, task, unit) === RUNNING) occupySlots(state, task, unit);
  }
}

function rebuildTask(state: RunState, task: number, status: number): void {
  if (status === EVALUATING) return;
  if (status === HELD) {
    holdForLevel(state.queues.barriers, task);
    return;
  }
  // Asked about a task at rest the engine writes nothing.
  state.queues.settle.push(task);
  const fan = state.fanOuts.get(task);
  const isStartable = status === READY ? !isSettledAtOnce(state, task) : fan !== undefined && countOf(fan, READY) > 0;
  if (isStartable) enqueueTask(state, task);
}

/** Entries that have no meaning any more are dropped by the queue itself. */
function rebuildDue(state: RunState): void {
  const { due } = state.queues;
  for (const [task, sinceMs] of state.readySince) {
    const dueMs = sinceMs + (policyOf(state, task).queueTimeoutMs ?? Number.POSITIVE_INFINITY);
    due.at({ dueMs, kind: DUE_QUEUE_TIMEOUT, key: unitKey(task, 0), attempt: 0 });
  }
  for (let task = 0; task < state.tasks.count; task++) {
    if (state.tasks.startedAtMs[task] === -1 || isTerminal(statusOf(state, task))) continue;
    const dueMs = totalDueMs(state, task);
    const attempt = state.tasks.generation[task] ?? 1;
    if (Number.isFinite(dueMs)) due.at({ dueMs, kind: DUE_TOTAL_TIMEOUT, key: unitKey(task, 0), attempt });
  }
  for (const [key, startedMs] of state.attemptStarts) rebuildAttempt(state, key, startedMs);
  for (const [key, { dueMs, attempt }] of state.retries) due.at({ dueMs, kind: DUE_RETRY, key, attempt });
  for (const [task, { dueMs }] of state.gates) {
    if (dueMs !== -1) due.at({ dueMs, kind: DUE_GATE, key: unitKey(task, 0), attempt: 0 });
  }
  for (const [key, { strength, atMs }] of state.cancels) {
    const dueMs = atMs + policyOf(state, taskOfKey(key)).killGraceMs;
    const kind = strength === "abort" ? DUE_KILL : DUE_GIVE_UP;
    due.at({ dueMs, kind, key, attempt: runningAttempt(state, key) });
  }
}

function rebuildAttempt(state: RunState, key: number, startedMs: number): void {
  const { due } = state.queues;
  const { attemptTimeoutMs, heartbeatTimeoutMs } = policyOf(state, taskOfKey(key));
  const attempt = runningAttempt(state, key);
  if (attemptTimeoutMs !== undefined) {
    due.at({ dueMs: startedMs + attemptTimeoutMs, kind: DUE_ATTEMPT_TIMEOUT, key, attempt });
  }
  if (heartbeatTimeoutMs !== undefined) {
    due.at({ dueMs: startedMs + heartbeatTimeoutMs, kind: DUE_HEARTBEAT_TIMEOUT, key, attempt });
  }
}

/** The attempt of a unit, or that of its undo, that runs. */
function runningAttempt(state: RunState, key: number): number {
  const undo = state.run.phase === "undoing" ? state.undo?.running.get(key) : undefined;
  return undo?.attempt ?? attemptOfUnit(state, taskOfKey(key), unitOfKey(key));
}
