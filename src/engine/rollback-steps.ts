import type { RunState } from "./run-state.ts";
import { CHANGED, FAILED, PENDING, UNCHANGED } from "./status.ts";
import { groupOf, isTolerated } from "./task-access.ts";
import { statusOf } from "./task-status.ts";

/** What people read about the rollback steps of a run that was not rolled back. */
export const NO_ROLLBACK_REASON = "no rollback was needed";

/** Whether a task is a rollback step, or inside a group that is one. */
export function isRollbackStep(state: RunState, task: number): boolean {
  if (state.rollbackSteps.size === 0) return false;
  let at = task;
  for (let group = groupOf(state, at); group !== undefined; group = groupOf(state, at)) at = group;
  return state.rollbackSteps.has(at);
}

/** Rollback steps whose phase has not come: they wait for it without keeping the phases before from ending. */
export function restingSteps(state: RunState): readonly number[] {
  if (state.rollbackSteps.size === 0 || state.run.phase === "rollbackSteps") return NOTHING;
  return [...state.rollbackSteps].filter((task) => statusOf(state, task) === PENDING);
}

const NOTHING: readonly number[] = [];

/** How the rollback steps of a run ended, together. */
export interface StepsEnd {
  /** Some step did its work. */
  readonly hasDone: boolean;
  /** Some step failed, and that is not tolerated. */
  readonly hasFailed: boolean;
}

/** Looks at all rollback steps once they have ended. */
export function endOfSteps(state: RunState): StepsEnd {
  let hasDone = false;
  let hasFailed = false;
  for (const task of state.rollbackSteps) {
    const status = statusOf(state, task);
    if (status === CHANGED || status === UNCHANGED) hasDone = true;
    if (status === FAILED && !isTolerated(state, task)) hasFailed = true;
  }
  return { hasDone, hasFailed };
}
