import { codedError, type CodedError } from "../base/coded-error.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import {
  type AttemptNotStartedCommand,
  type AttemptResult,
  type AttemptsFinishedCommand,
  RESULTS_PER_COMMAND_MAX,
} from "./commands.ts";
import { isRetried, jitterDraw, retryDelayMs } from "./retry.ts";
import type { RunState } from "./run-state.ts";
import { FLAG_STOPPED, FLAG_TOTAL_TIMEOUT, RUNNING } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf, policyOf } from "./task-access.ts";
import { hasFlag, statusOf, traitsAt } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";
import { attemptIdentity } from "./token.ts";
import { unitKey } from "./unit-key.ts";
import { attemptOfUnit, unitCount, unitStatus } from "./unit-state.ts";
import { nextForUnknown } from "./unknown-policy.ts";

/** Pause before a unit is placed again whose executor refused it: long enough not to spin, short enough not to be felt. */
export const REFUSED_DELAY_MS = 1_000;

/** One attempt has ended. */
export function decideResult(step: Step, result: AttemptResult): CodedError | undefined {
  if (!isCurrent(step.state, result)) return stale(step.state, result);
  judgeResult(step, result);
  return undefined;
}

/** Several attempts have ended; those that are not running are counted and passed over. */
export function decideResults(step: Step, { results }: AttemptsFinishedCommand): CodedError | undefined {
  if (results.length > RESULTS_PER_COMMAND_MAX) {
    const found = `there are ${results.length}, and ${RESULTS_PER_COMMAND_MAX} are allowed in one command`;
    return codedError("DRV_RUN_TOO_MANY_RESULTS", `Cannot take results of attempts: ${found}`);
  }
  const { state } = step;
  for (const result of results) {
    if (isCurrent(state, result)) judgeResult(step, result);
    else step.staleCount++;
  }
  return undefined;
}

/** An executor refused an attempt without starting anything. */
export function decideNotStarted(step: Step, command: AttemptNotStartedCommand): CodedError | undefined {
  const { state, now } = step;
  if (!isCurrent(state, command)) return stale(state, command);
  const { task, unit, attempt, reason } = command;
  emit(step, { type: "attempt.refused", v: 1, at: now, task, unit, attempt, dueMs: now + REFUSED_DELAY_MS, reason });
  return undefined;
}

type AttemptRef = Pick<AttemptResult, "task" | "unit" | "attempt" | "generation">;

/** Whether an answer is about the attempt that runs now. */
function isCurrent(state: RunState, result: AttemptRef): boolean {
  const { task, unit, attempt, generation } = result;
  const { tasks } = state;
  if (statusOf(state, task) !== RUNNING || tasks.generation[task] !== generation) return false;
  if (traitsAt(state, task) === 0) return unit === 0 && tasks.attempts[task] === attempt;
  if (!(unit >= 0 && unit < unitCount(state, task))) return false;
  return unitStatus(state, task, unit) === RUNNING && attemptOfUnit(state, task, unit) === attempt;
}

function stale(state: RunState, result: AttemptRef): CodedError {
  const name = result.task >= 0 && result.task < state.tasks.count ? nameOf(state, result.task) : String(result.task);
  const found = `attempt ${result.attempt} of unit ${result.unit} is not running`;
  return codedError("DRV_RUN_ATTEMPT_STALE", `Cannot take the result of task "${name}": ${found}`);
}

function judgeResult(step: Step, result: AttemptResult): void {
  const { state } = step;
  const { task, attempt, outcome } = result;
  const isSimple = traitsAt(state, task) === 0 && state.cancels.size === 0 && state.timeouts.size === 0;
  if (isSimple && (outcome.status === "unchanged" || outcome.status === "changed")) {
    emit(step, { type: "task.completed", v: 1, at: step.now, task, attempt, outcome });
    return;
  }
  if (outcome.status === "unknown") {
    giveUpAttempt(step, result, outcome.reason);
    return;
  }
  const read = interpret(state, result);
  if (read.status === "failed" && retryFailure(step, result, read)) return;
  completeUnit(step, result, read);
}

/** Nobody knows what became of a running attempt: the policy of the task says what settles it. */
export function giveUpAttempt(step: Step, place: AttemptRef, reason: string): void {
  const { task, unit, attempt } = place;
  const next = nextForUnknown(step.state, place);
  emit(step, { type: "attempt.unknown", v: 1, at: step.now, task, unit, attempt, reason, next });
}

/** Ends a unit for good. */
export function completeUnit(step: Step, place: AttemptRef, outcome: Outcome): void {
  const { task, unit, attempt } = place;
  const at = step.now;
  if (step.state.fanOuts.has(task)) emit(step, { type: "unit.completed", v: 1, at, task, unit, attempt, outcome });
  else emit(step, { type: "task.completed", v: 1, at, task, attempt, outcome });
}

/**
 * What an answer means. Success counts also when it comes late: what happened wins over what was asked. A failure after
 * a timeout is that timeout; an attempt that ends itself as cancelled has failed.
 */
function interpret(state: RunState, result: AttemptResult): Outcome {
  const { task, outcome } = result;
  if (outcome.status !== "failed" && outcome.status !== "cancelled") return outcome;
  const key = unitKey(task, result.unit);
  const limit = hasFlag(state, task, FLAG_TOTAL_TIMEOUT) ? "total" : state.timeouts.get(key);
  if (limit !== undefined) return timeoutFailure(state, task, { limit, answer: outcome });
  if (outcome.status === "failed" || state.cancels.has(key) || hasFlag(state, task, FLAG_STOPPED)) return outcome;
  const message = `Cannot complete task "${nameOf(state, task)}": it ended as cancelled, and nobody had asked: ${outcome.reason}`;
  return { status: "failed", error: codedError("DRV_TASK_CANCELLED_UNASKED", message), errorClass: "retryable" };
}

/** Makes another attempt if the policy has one left; never while the run stops, nor in a dry run. */
function retryFailure(step: Step, result: AttemptResult, failure: Failed): boolean {
  const { state, now } = step;
  const { task, unit, attempt } = result;
  if (state.run.isDryRun || hasFlag(state, task, FLAG_STOPPED)) return false;
  const policy = policyOf(state, task).retry;
  const made = attempt - (state.uncounted.get(unitKey(task, unit)) ?? 0);
  if (policy === undefined || !isRetried(policy, failure, made)) return false;
  const draw = policy.jitter === 0 ? 0 : jitterDraw(attemptIdentity(state, result));
  const dueMs = now + (failure.retryAfterMs ?? retryDelayMs(policy, made, { draw }));
  emit(step, { type: "retry.scheduled", v: 1, at: now, task, unit, attempt, dueMs, error: failure.error });
  return true;
}
