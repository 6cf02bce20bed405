import {
  DUE_ATTEMPT_TIMEOUT,
  DUE_GATE,
  DUE_GIVE_UP,
  DUE_HEARTBEAT_TIMEOUT,
  DUE_KILL,
  DUE_QUEUE_TIMEOUT,
  DUE_RETRY,
  DUE_TOTAL_TIMEOUT,
  type DueEntry,
} from "./due-queue.ts";
import type { RunState } from "./run-state.ts";
import { FLAG_STOPPED, EXPANDED, READY, RUNNING, WAITING } from "./status.ts";
import { policyOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { taskOfKey, unitOfKey } from "./unit-key.ts";
import { attemptOfUnit, unitStatus } from "./unit-state.ts";

const earliest: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };

/**
 * The earliest instant at which a `tick` would do something (retry delays, timeouts, time gates, grace periods), in
 * milliseconds since 1970; `undefined` when time changes nothing. May lie in the past.
 */
export function nextDueMs(state: RunState): number | undefined {
  return state.queues.due.peek(earliest) ? earliest.dueMs : undefined;
}

/** Whether a due entry still means something: what it is about has not ended or moved on. */
export function isLive(state: RunState, entry: DueEntry): boolean {
  const task = taskOfKey(entry.key);
  switch (entry.kind) {
    case DUE_TOTAL_TIMEOUT:
      return isTotalLive(state, task, entry);
    case DUE_QUEUE_TIMEOUT:
      return isQueueLive(state, task, entry.dueMs);
    case DUE_ATTEMPT_TIMEOUT:
    case DUE_HEARTBEAT_TIMEOUT:
      return isRunning(state, entry) && !state.timeouts.has(entry.key) && !state.cancels.has(entry.key);
    case DUE_RETRY:
      return state.retries.get(entry.key)?.dueMs === entry.dueMs;
    case DUE_GATE:
      return statusOf(state, task) === WAITING && state.gates.get(task)?.dueMs === entry.dueMs;
    case DUE_KILL:
      return isRunning(state, entry) && state.cancels.get(entry.key)?.strength === "abort";
    default:
      return entry.kind === DUE_GIVE_UP && isRunning(state, entry);
  }
}

/** A task that was ready before, and is again, waits from the beginning. */
function isQueueLive(state: RunState, task: number, dueMs: number): boolean {
  const since = state.readySince.get(task);
  return (
    since !== undefined &&
    statusOf(state, task) === READY &&
    since + (policyOf(state, task).queueTimeoutMs ?? 0) === dueMs
  );
}

/** When the total time of a started task is up. */
export function totalDueMs(state: RunState, task: number): number {
  const startedMs = state.totalStarts.get(task) ?? state.tasks.startedAtMs[task] ?? -1;
  return startedMs + policyOf(state, task).totalTimeoutMs;
}

function isTotalLive(state: RunState, task: number, { attempt: generation, dueMs }: DueEntry): boolean {
  const status = statusOf(state, task);
  if (state.tasks.generation[task] !== generation || hasFlag(state, task, FLAG_STOPPED)) return false;
  if (state.totalStarts.size > 0 && dueMs !== totalDueMs(state, task)) return false;
  // Gates that time opens bound themselves.
  if (status === WAITING && (state.gates.get(task)?.dueMs ?? -1) !== -1) return false;
  return status === RUNNING || status === WAITING || status === READY || status === EXPANDED;
}

function isRunning(state: RunState, entry: DueEntry): boolean {
  if (state.run.phase === "undoing") {
    return state.undo?.running.get(entry.key)?.attempt === entry.attempt && !state.retries.has(entry.key);
  }
  const task = taskOfKey(entry.key);
  const unit = unitOfKey(entry.key);
  return unitStatus(state, task, unit) === RUNNING && attemptOfUnit(state, task, unit) === entry.attempt;
}
