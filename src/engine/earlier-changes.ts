import type { EarlierChange, RunState } from "./run-state.ts";
import { FLAG_STARTED } from "./status.ts";
import { hasFlag } from "./task-status.ts";
import { EARLIER_UNIT, unitKey } from "./unit-key.ts";
import { attemptOfUnit, unitCount } from "./unit-state.ts";
import { leftChange, undoSourceOf } from "./unwind.ts";

/**
 * Remembers what a task that begins anew has changed so far, so that a later rollback takes that back too. What has been undone
 * is not remembered; an undo that failed is tried again.
 */
export function keepEarlierChanges(state: RunState, task: number): void {
  if (!hasFlag(state, task, FLAG_STARTED)) return;
  const fan = state.fanOuts.get(task);
  const found: EarlierChange[] = [];
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    const undoOf = attemptOfUnit(state, task, unit);
    if (undoOf === 0 || state.undo?.done.has(unitKey(task, unit)) === true) continue;
    const source = undoSourceOf(state, task, unit);
    if (source === undefined) {
      if (leftChange(state, task, unit)) state.run.earlierIrreversibleCount++;
      continue;
    }
    const attempt = state.undo?.units.get(unitKey(task, unit))?.attempt ?? undoOf;
    const generation = state.tasks.generation[task] ?? 1;
    found.push({ generation, undoOf, attempt, source, host: fan?.hosts[unit] ?? -1 });
  }
  if (found.length > 0) state.earlier.set(task, [...(state.earlier.get(task) ?? []), ...found]);
}

/** A rollback is over: what it has undone of earlier generations is not to be undone again. */
export function forgetUndone(state: RunState): void {
  const { undo } = state;
  if (undo === undefined) return;
  for (const [task, changes] of state.earlier) {
    const left = changes.flatMap((change, place) => {
      const key = unitKey(task, EARLIER_UNIT + place);
      return undo.done.has(key) ? [] : [{ ...change, attempt: undo.units.get(key)?.attempt ?? change.attempt }];
    });
    if (left.length > 0) state.earlier.set(task, left);
    else state.earlier.delete(task);
  }
}
