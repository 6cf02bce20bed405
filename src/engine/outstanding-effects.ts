import { dispatchEffect } from "./apply-task.ts";
import { undoEffect } from "./apply-undo.ts";
import type { Effect } from "./effects.ts";
import { evaluationNeeds, judgeGuards } from "./guards.ts";
import type { RunState } from "./run-state.ts";
import { EVALUATING, RUNNING } from "./status.ts";
import { statusOf } from "./task-status.ts";
import { taskOfKey, unitKey, unitOfKey } from "./unit-key.ts";
import { attemptOfUnit, generationOfAttempt, unitCount, unitStatus } from "./unit-state.ts";

/**
 * Everything the world still owes an answer to, from state alone: evaluations, attempts and undos in flight, and for each
 * attempt that was asked to end the strongest request. In the order of tasks and units. Same effects as those taken
 * since the start minus the answered ones; tokens are the same too, so performing them again is safe.
 */
export function outstandingEffects(state: RunState): Effect[] {
  const effects: Effect[] = [];
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    if (status === EVALUATING) addEvaluation(state, task, effects);
    else if (status === RUNNING) addAttempts(state, task, effects);
  }
  addUndos(state, effects);
  return effects;
}

function addEvaluation(state: RunState, task: number, effects: Effect[]): void {
  const needs = evaluationNeeds(state, task, judgeGuards(state, task));
  const generation = state.tasks.generation[task] ?? 1;
  if (needs !== undefined) effects.push({ type: "evaluate", task, generation, needs });
}

function addAttempts(state: RunState, task: number, effects: Effect[]): void {
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    if (unitStatus(state, task, unit) !== RUNNING) continue;
    const attempt = attemptOfUnit(state, task, unit);
    effects.push(dispatchEffect(state, { task, unit, attempt }));
    addCancel(state, { task, unit, attempt }, effects);
  }
}

function addCancel(
  state: RunState,
  place: { readonly task: number; readonly unit: number; readonly attempt: number },
  effects: Effect[],
): void {
  const { task, unit, attempt } = place;
  const cancel = state.cancels.get(unitKey(task, unit));
  if (cancel === undefined) return;
  const generation = generationOfAttempt(state, unitKey(task, unit));
  effects.push({ type: "cancelAttempt", task, unit, attempt, generation, strength: cancel.strength });
}

function addUndos(state: RunState, effects: Effect[]): void {
  if (state.undo === undefined) return;
  const keys = [...state.undo.running.keys()].sort((left, right) => left - right);
  for (const key of keys) {
    const undo = state.undo.running.get(key);
    if (undo === undefined || state.retries.has(key)) continue;
    const place = { task: taskOfKey(key), unit: unitOfKey(key) };
    effects.push(undoEffect(state, place, undo));
    addCancel(state, { ...place, attempt: undo.attempt }, effects);
  }
}
