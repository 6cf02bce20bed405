import { codedError, type CodedError } from "../base/coded-error.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import type { AttemptResult, UndoFinishedCommand } from "./commands.ts";
import { isRetried, jitterDraw, retryDelayMs } from "./retry.ts";
import { emit, type Step } from "./step.ts";
import { nameOf, policyOf } from "./task-access.ts";
import { timeoutFailure } from "./timeout-failure.ts";
import { attemptIdentity } from "./token.ts";
import { taskOfKey, unitKey, unitOfKey } from "./unit-key.ts";
import { nextUndo } from "./unwind.ts";

/** The next undo starts, if its host and the run have room. */
export function startNextUndo(step: Step): boolean {
  const key = nextUndo(step.state);
  if (key === -1) return false;
  startUndo(step, key);
  return true;
}

/** Starts the undo of a unit, or its next attempt. */
export function startUndo(step: Step, key: number): void {
  const unit = step.state.undo?.units.get(key);
  if (unit === undefined) return;
  const place = { task: taskOfKey(key), unit: unitOfKey(key) };
  const { source } = unit;
  emit(step, { type: "undo.started", v: 1, at: step.now, ...place, attempt: unit.attempt + 1, source });
}

/** Asks executors to end undos of a task whose time is up. */
export function settleUndo(step: Step, task: number): void {
  const { state } = step;
  for (const [key, { attempt }] of state.undo?.running ?? []) {
    if (taskOfKey(key) !== task || !state.timeouts.has(key) || state.cancels.has(key)) continue;
    const place = { task, unit: unitOfKey(key), attempt };
    emit(step, { type: "attempt.cancelRequested", v: 1, at: step.now, ...place, strength: "abort" });
    return;
  }
}

/** One attempt to undo has ended. */
export function decideUndoFinished(step: Step, command: UndoFinishedCommand): CodedError | undefined {
  const { state } = step;
  const { task, unit, attempt } = command;
  const key = unitKey(task, unit);
  const running = state.undo?.running.get(key);
  const isCurrent = running?.attempt === attempt && !state.retries.has(key);
  if (!isCurrent || running.generation !== command.generation) {
    const found = `undo attempt ${attempt} of unit ${unit} is not running`;
    return codedError("DRV_RUN_ATTEMPT_STALE", `Cannot take the result of undoing task ${task}: ${found}`);
  }
  const outcome = readOutcome(step, command);
  if (outcome.status === "failed" && retryUndo(step, command, outcome)) return undefined;
  endUndoAttempt(step, command, outcome);
  return undefined;
}

/** Ends the undo of a unit for good. */
export function endUndoAttempt(
  step: Step,
  place: { readonly task: number; readonly unit: number; readonly attempt: number },
  outcome: Outcome,
): void {
  const { task, unit, attempt } = place;
  emit(step, { type: "undo.completed", v: 1, at: step.now, task, unit, attempt, outcome });
}

function readOutcome({ state }: Step, { task, unit, outcome }: AttemptResult): Outcome {
  if (outcome.status !== "failed" && outcome.status !== "cancelled") return outcome;
  const limit = state.timeouts.get(unitKey(task, unit));
  if (limit !== undefined) return timeoutFailure(state, task, { limit, answer: outcome });
  if (outcome.status === "failed") return outcome;
  const message = `Cannot undo task "${nameOf(state, task)}": it ended as cancelled, and nobody had asked: ${outcome.reason}`;
  return { status: "failed", error: codedError("DRV_TASK_CANCELLED_UNASKED", message), errorClass: "retryable" };
}

function retryUndo(step: Step, result: AttemptResult, failure: Failed): boolean {
  const { state, now } = step;
  const { task, unit, attempt } = result;
  const policy = policyOf(state, task).retry;
  const undoOf = state.undo?.units.get(unitKey(task, unit))?.undoOf ?? 0;
  const made = attempt - undoOf;
  if (policy === undefined || !isRetried(policy, failure, made)) return false;
  const draw = policy.jitter === 0 ? 0 : jitterDraw(attemptIdentity(state, result));
  const dueMs = now + (failure.retryAfterMs ?? retryDelayMs(policy, made, { draw }));
  emit(step, { type: "retry.scheduled", v: 1, at: now, task, unit, attempt, dueMs, error: failure.error });
  return true;
}
