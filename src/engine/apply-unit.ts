import type { Outcome } from "../operation/outcome.ts";
import { DUE_GIVE_UP, DUE_KILL, DUE_RETRY } from "./due-queue.ts";
import type {
  AttemptCancelRequested,
  AttemptRefused,
  AttemptTimedOut,
  AttemptUnknown,
  RetryScheduled,
  UnitCompleted,
  UnknownResolved,
} from "./events.ts";
import { continueBatches, hasChanged, setUnitStatus } from "./fan-out.ts";
import { enqueueTask } from "./enqueue-task.ts";
import type { PendingRetry, RunState } from "./run-state.ts";
import { codeOfOutcome, FLAG_CHANGED, FLAG_CONDITIONAL, READY, UNKNOWN, WAITING } from "./status.ts";
import { policyOf } from "./task-access.ts";
import { setFlag } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import {
  attemptOfUnit,
  endAttempt,
  forgetAttempt,
  generationOfAttempt,
  refreshFanOut,
  restUnit,
} from "./unit-state.ts";

/** One host of a task is at its end; the next batch may be let go by it. */
export function applyUnitCompleted(state: RunState, event: UnitCompleted): void {
  const { task, unit, outcome } = event;
  const fan = state.fanOuts.get(task);
  if (fan === undefined) return;
  endAttempt(state, task, unit);
  state.unknowns.delete(unitKey(task, unit));
  setUnitStatus(fan, unit, codeOfOutcome(outcome.status));
  fan.outcomes[unit] = outcome;
  fan.finishedAtMs[unit] = event.at;
  noteOutcome(state, task, outcome);
  const batch = fan.batch;
  continueBatches(fan);
  if (fan.batch !== batch) enqueueTask(state, task);
  refreshFanOut(state, task, fan);
  state.queues.settle.push(task);
}

function noteOutcome(state: RunState, task: number, outcome: Outcome): void {
  if (hasChanged(outcome)) setFlag(state, task, FLAG_CHANGED);
  if ("isConditional" in outcome && outcome.isConditional === true) setFlag(state, task, FLAG_CONDITIONAL);
}

/** The unit (or its undo) rests until its next attempt is due. */
export function applyRetry(state: RunState, event: RetryScheduled): void {
  // A failure is known: whatever it was to settle is settled.
  if (state.run.phase !== "undoing") state.unknowns.delete(unitKey(event.task, event.unit));
  wait(state, event, { attempt: event.attempt, dueMs: event.dueMs, error: event.error });
}

/** Nothing was started: the unit rests a moment, and the attempt does not count. */
export function applyRefused(state: RunState, event: AttemptRefused): void {
  const key = unitKey(event.task, event.unit);
  state.uncounted.set(key, (state.uncounted.get(key) ?? 0) + 1);
  wait(state, event, { attempt: event.attempt, dueMs: event.dueMs, error: undefined });
}

function wait(state: RunState, place: { readonly task: number; readonly unit: number }, retry: PendingRetry): void {
  const { task, unit } = place;
  const key = unitKey(task, unit);
  const isUndo = state.run.phase === "undoing";
  if (isUndo) forgetAttempt(state, key);
  else endAttempt(state, task, unit);
  state.retries.set(key, retry);
  state.queues.due.at({ dueMs: retry.dueMs, kind: DUE_RETRY, key, attempt: retry.attempt });
  if (isUndo) return;
  restUnit(state, place, WAITING);
  state.queues.settle.push(task);
}

/** Nobody knows how the attempt ended: the unit is tried again, asked about, or held. */
export function applyUnknown(state: RunState, event: AttemptUnknown): void {
  const { task, unit, reason, next } = event;
  const key = unitKey(task, unit);
  endAttempt(state, task, unit);
  state.unknowns.set(key, { reason, next });
  if (next !== "hold") state.uncounted.set(key, (state.uncounted.get(key) ?? 0) + 1);
  restUnit(state, event, next === "hold" ? UNKNOWN : READY);
  state.queues.settle.push(task);
}

/** An operator has spoken about a held unit. */
export function applyResolved(state: RunState, event: UnknownResolved): void {
  const key = unitKey(event.task, event.unit);
  if (event.decision === "rerun") {
    state.unknowns.delete(key);
    state.uncounted.set(key, attemptOfUnit(state, event.task, event.unit));
    restUnit(state, event, READY);
    return;
  }
  const reason = state.unknowns.get(key)?.reason ?? "";
  state.unknowns.set(key, { reason, next: "hold", decision: event.decision });
  state.queues.settle.push(event.task);
}

/** The time of one attempt is up; its end is still to come. */
export function applyUnitTimedOut(state: RunState, event: AttemptTimedOut): void {
  if (event.limit !== "total") state.timeouts.set(unitKey(event.task, event.unit ?? 0), event.limit);
  state.queues.settle.push(event.task);
}

/** The executor is asked to end an attempt. Its answer, or silence, is awaited for the grace period. */
export function applyCancelRequested(state: RunState, event: AttemptCancelRequested): void {
  const { task, unit, attempt, strength } = event;
  const key = unitKey(task, unit);
  state.cancels.set(key, { strength, atMs: event.at });
  const dueMs = event.at + policyOf(state, task).killGraceMs;
  state.queues.due.at({ dueMs, kind: strength === "abort" ? DUE_KILL : DUE_GIVE_UP, key, attempt });
  const generation = generationOfAttempt(state, key);
  state.queues.effects.push({ type: "cancelAttempt", task, unit, attempt, generation, strength });
}
