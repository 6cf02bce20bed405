import type { UndoCompleted, UndoStarted } from "./events.ts";
import type { UndoEffect } from "./effects.ts";
import type { RunState } from "./run-state.ts";
import { unitKey } from "./unit-key.ts";
import { forgetAttempt, startTimers } from "./unit-state.ts";
import { beginUndo, endUndo, type UndoUnit } from "./unwind.ts";

/** The undo of a unit starts, for the first time or again. */
export function applyUndoStarted(state: RunState, event: UndoStarted): void {
  const { task, unit, attempt } = event;
  const key = unitKey(task, unit);
  const undoUnit = beginUndo(state, key, attempt);
  if (undoUnit === undefined) return;
  state.retries.delete(key);
  startTimers(state, event);
  state.queues.effects.push(undoEffect(state, event, undoUnit));
}

/** The effect that asks for an undo that has begun. */
export function undoEffect(
  state: RunState,
  place: { readonly task: number; readonly unit: number },
  undo: UndoUnit,
): UndoEffect {
  const { task, unit } = place;
  const { attempt, undoOf, generation, source } = undo;
  const host = undo.host === -1 ? undefined : state.hosts[undo.host];
  return { type: "undo", task, unit, attempt, generation, host, undoOf, source };
}

/** The undo of a unit is at its end. */
export function applyUndoCompleted(state: RunState, event: UndoCompleted): void {
  const key = unitKey(event.task, event.unit);
  forgetAttempt(state, key);
  endUndo(state, key, event.outcome);
}
