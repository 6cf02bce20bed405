import { formatDuration } from "../base/duration.ts";
import { assert } from "../base/assert.ts";
import type { Outcome } from "../operation/outcome.ts";
import { completeUnit, giveUpAttempt } from "./decide-result.ts";
import { endUndoAttempt, startUndo } from "./decide-undo.ts";
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
import { enqueueTask } from "./enqueue-task.ts";
import { enqueueUnit } from "./fan-out.ts";
import { FLAG_TOTAL_TIMEOUT } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { policyOf, taskOf } from "./task-access.ts";
import { hasFlag } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";
import { taskOfKey, unitOfKey } from "./unit-key.ts";

/** Lets the earliest thing happen that is due. Returns false when nothing is. */
export function handleDue(step: Step): boolean {
  const { due } = step.state.queues;
  const entry: DueEntry = { dueMs: 0, kind: 0, key: 0, attempt: 0 };
  if (!due.peek(entry) || entry.dueMs > step.now) return false;
  due.drop();
  happen(step, entry);
  return true;
}

function happen(step: Step, entry: DueEntry): void {
  const { state, now: at } = step;
  const task = taskOfKey(entry.key);
  const unit = unitOfKey(entry.key);
  const { attempt } = entry;
  switch (entry.kind) {
    case DUE_QUEUE_TIMEOUT: {
      const outcome = timeoutFailure(state, task, { limit: "queue" });
      return emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome });
    }
    case DUE_ATTEMPT_TIMEOUT:
      return emit(step, { type: "attempt.timedOut", v: 1, at, task, unit, attempt, limit: "attempt" });
    case DUE_HEARTBEAT_TIMEOUT:
      return checkHeartbeat(step, entry);
    case DUE_TOTAL_TIMEOUT:
      return emit(step, { type: "attempt.timedOut", v: 1, at, task, limit: "total" });
    case DUE_RETRY:
      return retry(step, entry);
    case DUE_GATE:
      return emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome: OPENED });
    case DUE_KILL:
      return emit(step, { type: "attempt.cancelRequested", v: 1, at, task, unit, attempt, strength: "kill" });
    case DUE_GIVE_UP:
      return giveUp(step, entry);
    default:
      return assert(false, `Due entry has unknown kind ${entry.kind}`);
  }
}

const OPENED: Outcome = { status: "unchanged" };

/** An executor that was heard in the meantime gets a new deadline. */
function checkHeartbeat(step: Step, entry: DueEntry): void {
  const { state, now: at } = step;
  const task = taskOfKey(entry.key);
  const heardMs = state.queues.heartbeats.get(entry.key);
  const dueMs = (heardMs ?? 0) + (policyOf(state, task).heartbeatTimeoutMs ?? 0);
  if (heardMs !== undefined && dueMs > at) {
    state.queues.due.at({ ...entry, dueMs });
    return;
  }
  const { attempt } = entry;
  emit(step, { type: "attempt.timedOut", v: 1, at, task, unit: unitOfKey(entry.key), attempt, limit: "heartbeat" });
}

function retry(step: Step, { key }: DueEntry): void {
  const { state } = step;
  if (state.run.phase === "undoing") {
    // The end of a pause makes it due again.
    if (state.run.pause === undefined) startUndo(step, key);
    return;
  }
  const task = taskOfKey(key);
  const fan = state.fanOuts.get(task);
  if (fan !== undefined) enqueueUnit(fan, unitOfKey(key));
  enqueueTask(state, task);
}

/**
 * An attempt was killed and its executor still says nothing. What it did is unknown; only a function whose time was up
 * is a failure, for its process is ours and nobody else could ever say more.
 */
function giveUp(step: Step, { key, attempt }: DueEntry): void {
  const { state } = step;
  const task = taskOfKey(key);
  const unit = unitOfKey(key);
  const generation = state.tasks.generation[task] ?? 1;
  const graceText = formatDuration(policyOf(state, task).killGraceMs);
  const reason = `no answer within ${graceText} after it was told to end at once`;
  if (state.run.phase === "undoing") {
    endUndoAttempt(step, { task, unit, attempt }, { status: "unknown", reason });
    return;
  }
  const limit = hasFlag(state, task, FLAG_TOTAL_TIMEOUT) ? "total" : state.timeouts.get(key);
  if (limit !== undefined && taskOf(state, task).body.kind === "function") {
    completeUnit(step, { task, unit, attempt, generation }, timeoutFailure(state, task, { limit }));
  } else {
    giveUpAttempt(step, { task, unit, attempt, generation }, reason);
  }
}
