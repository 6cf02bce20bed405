import type { RunState } from "./run-state.ts";
import { IS_ACTIVE } from "./status.ts";

/** Moves a task to another status and keeps the counts. */
export function setStatus(state: RunState, task: number, status: number): void {
  const { tasks } = state;
  const before = tasks.status[task] ?? 0;
  if (before === status) return;
  tasks.status[task] = status;
  tasks.counts[before] = (tasks.counts[before] ?? 0) - 1;
  tasks.counts[status] = (tasks.counts[status] ?? 0) + 1;
  tasks.active += (IS_ACTIVE[status] ?? 0) - (IS_ACTIVE[before] ?? 0);
}

/** Status code of a task. */
export function statusOf(state: RunState, task: number): number {
  return state.tasks.status[task] ?? 0;
}

/** Whether all bits of `flag` are set. */
export function hasFlag(state: RunState, task: number, flag: number): boolean {
  return ((state.tasks.flags[task] ?? 0) & flag) === flag;
}

/** Sets bits. */
export function setFlag(state: RunState, task: number, flag: number): void {
  state.tasks.flags[task] = (state.tasks.flags[task] ?? 0) | flag;
}

/** Traits of a task, see `status.ts`. */
export function traitsAt(state: RunState, task: number): number {
  return state.tasks.traits[task] ?? 0;
}
