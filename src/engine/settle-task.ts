import { codedError } from "../base/coded-error.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import { settleUndo } from "./decide-undo.ts";
import { completeUnit } from "./decide-result.ts";
import { countOf } from "./fan-out.ts";
import { fanOutOutcome } from "./fan-out-outcome.ts";
import type { PendingRetry, RunState } from "./run-state.ts";
import { settleGate } from "./settle-gate.ts";
import { expandGroup, settleGroup } from "./settle-group.ts";
import { skipCascade } from "./skip-cascade.ts";
import {
  EXPANDED,
  FLAG_STOPPED,
  FLAG_TOTAL_TIMEOUT,
  READY,
  RUNNING,
  SKIPPING,
  TRAIT_GATE,
  TRAIT_GROUP,
  UNKNOWN,
  WAITING,
} from "./status.ts";
import { emit, roomOf, type Step } from "./step.ts";
import { nameOf, taskOf } from "./task-access.ts";
import { hasFlag, statusOf, traitsAt } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";
import { unitKey } from "./unit-key.ts";
import { attemptOfUnit, countStartable, unitCount, unitStatus } from "./unit-state.ts";
import { isInspectable, isSettledAtOnce } from "./consider-task.ts";

/**
 * Writes what has to be written about one task right now. Asked again about a task at rest it writes nothing, so tasks
 * may be put on the list more often than needed. A task that needs more events than there is room stays on the list.
 */
export function settleTask(step: Step, task: number): void {
  const { state } = step;
  if (state.run.phase === "undoing") {
    settleUndo(step, task);
    return;
  }
  switch (statusOf(state, task)) {
    case SKIPPING:
      skipCascade(step, task);
      return;
    case READY:
      // The end of a pause puts it on the list again.
      if (isSettledAtOnce(state, task) && state.run.pause === undefined) settleReady(step, task);
      return;
    case EXPANDED:
      settleGroup(step, task);
      return;
    case RUNNING:
    case WAITING:
    case UNKNOWN:
      if (state.gates.has(task)) settleGate(step, task);
      else settleUnits(step, task);
      return;
    default:
      return;
  }
}

/** Tasks that are never dispatched. */
function settleReady(step: Step, task: number): void {
  const { state, now: at } = step;
  const { body } = taskOf(state, task);
  const traits = traitsAt(state, task);
  if ((traits & TRAIT_GROUP) !== 0) {
    expandGroup(step, task);
  } else if (state.run.isDryRun && !isInspectable(state, task)) {
    const outcome = { status: "unchanged", isConditional: true } as const;
    emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome });
  } else if (state.fanOuts.get(task)?.hosts.length === 0) {
    emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome: withoutHosts(state, task) });
  } else if ((traits & TRAIT_GATE) !== 0 && body.kind === "gate") {
    const { gate } = body;
    const head = { type: "gate.entered", v: 1, at, task } as const;
    if (gate.kind === "delay") emit(step, { ...head, dueMs: at + gate.delayMs });
    else emit(step, gate.kind === "until" ? { ...head, dueMs: gate.atMs } : head);
  }
}

function withoutHosts(state: RunState, task: number): Outcome {
  const { target, policy } = taskOf(state, task);
  if (policy.allowsEmptyTarget) return { status: "skipped", reason: `target "${target?.text}" has no hosts` };
  const message = `Cannot start task "${nameOf(state, task)}": target "${target?.text}" has no hosts`;
  return { status: "failed", error: codedError("DRV_TASK_NO_HOST", message), errorClass: "fatal" };
}

function settleUnits(step: Step, task: number): void {
  const { state } = step;
  const isStopped = hasFlag(state, task, FLAG_STOPPED);
  if (isStopped || state.timeouts.size > 0 || state.unknowns.size > 0) {
    for (let unit = 0; unit < unitCount(state, task); unit++) {
      if (roomOf(step) === 0) {
        state.queues.settle.unshift(task);
        return;
      }
      settleUnit(step, task, unit);
    }
  }
  const fan = state.fanOuts.get(task);
  if (fan === undefined || statusOf(state, task) === READY) return;
  const moving = countOf(fan, RUNNING) + countOf(fan, WAITING) + countOf(fan, UNKNOWN);
  if (moving + countStartable(state, task, fan) > 0) return;
  if (roomOf(step) === 0) {
    state.queues.settle.unshift(task);
    return;
  }
  const attempt = state.tasks.attempts[task] ?? 0;
  emit(step, { type: "task.completed", v: 1, at: step.now, task, attempt, outcome: fanOutOutcome(state, task, fan) });
}

function settleUnit(step: Step, task: number, unit: number): void {
  const { state, now: at } = step;
  const key = unitKey(task, unit);
  const attempt = attemptOfUnit(state, task, unit);
  const generation = state.tasks.generation[task] ?? 1;
  switch (unitStatus(state, task, unit)) {
    case RUNNING:
      if (isToBeCancelled(state, task, key)) {
        emit(step, { type: "attempt.cancelRequested", v: 1, at, task, unit, attempt, strength: "abort" });
      }
      return;
    case WAITING: {
      const retry = state.retries.get(key);
      if (retry === undefined || !hasFlag(state, task, FLAG_STOPPED)) return;
      completeUnit(step, { task, unit, attempt, generation }, endOfRetries(state, task, retry));
      return;
    }
    case UNKNOWN: {
      const decided = decidedOutcome(state, task, key);
      if (decided !== undefined) completeUnit(step, { task, unit, attempt, generation }, decided);
      return;
    }
    default:
      return;
  }
}

/** Attempts that find out about an unknown outcome may finish after a failure; a cancelled run does not wait for them. */
function isToBeCancelled(state: RunState, task: number, key: number): boolean {
  if (state.cancels.has(key)) return false;
  if (state.timeouts.has(key)) return true;
  if (!hasFlag(state, task, FLAG_STOPPED)) return false;
  const isSettling = state.unknowns.has(key) && !hasFlag(state, task, FLAG_TOTAL_TIMEOUT);
  return !isSettling || state.run.stopMode === "cancel";
}

/** A stop takes the retries that were left: the last failure counts. */
function endOfRetries(state: RunState, task: number, retry: PendingRetry): Outcome {
  const failure: Failed | undefined =
    retry.error === undefined ? undefined : { status: "failed", error: retry.error, errorClass: "retryable" };
  if (hasFlag(state, task, FLAG_TOTAL_TIMEOUT)) {
    return timeoutFailure(
      state,
      task,
      failure === undefined ? { limit: "total" } : { limit: "total", answer: failure },
    );
  }
  return failure ?? { status: "cancelled", reason: state.run.stopReason ?? "the run stopped" };
}

function decidedOutcome(state: RunState, task: number, key: number): Outcome | undefined {
  const unknown = state.unknowns.get(key);
  if (unknown?.decision === "succeeded") return { status: "changed" };
  if (unknown?.decision !== "failed") return undefined;
  const message = `Cannot complete task "${nameOf(state, task)}": it was declared failed: ${unknown.reason}`;
  return { status: "failed", error: codedError("DRV_TASK_DECLARED_FAILED", message), errorClass: "fatal" };
}
