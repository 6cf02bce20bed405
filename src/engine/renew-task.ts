import { EDGE_PREFERRED } from "../dag/edge.ts";
import { keepEarlierChanges } from "./earlier-changes.ts";
import { edgeMark } from "./edge-conditions.ts";
import type { RunState } from "./run-state.ts";
import { isTerminal } from "./status.ts";
import { placeOf } from "./task-access.ts";
import { setStatus, statusOf } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { forgetAttempt, unitCount } from "./unit-state.ts";

/** Makes a task as if it had never started, with this status. What it has changed and nobody has undone is remembered. */
export function renewTask(
  state: RunState,
  task: number,
  renewed: { readonly generation: number; readonly status: number },
) {
  const { tasks } = state;
  keepEarlierChanges(state, task);
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    const key = unitKey(task, unit);
    forgetAttempt(state, key);
    state.unknowns.delete(key);
    state.uncounted.delete(key);
  }
  const maps = [state.outcomes, state.reasons, state.params, state.fanOuts, state.gates, state.groupItems];
  for (const map of [...maps, state.readySince, state.totalStarts, state.decisions]) map.delete(task);
  tasks.flags[task] = 0;
  tasks.skipCause[task] = 0;
  tasks.marks[task] = 0;
  tasks.attempts[task] = 0;
  tasks.generation[task] = renewed.generation;
  tasks.startedAtMs[task] = -1;
  tasks.finishedAtMs[task] = -1;
  setStatus(state, task, renewed.status);
}

/** Judges the edges of a task anew: which dependencies have ended, and how. */
export function renewDependencies(state: RunState, task: number): void {
  const { tasks } = state;
  const { plan, local, shift } = placeOf(state, task);
  const { offsets, targets, kinds } = plan.graph.incoming;
  const end = offsets[local + 1] ?? 0;
  let remaining = 0;
  let marks = 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) {
    const kind = kinds[edge] ?? EDGE_PREFERRED;
    if (kind === EDGE_PREFERRED) continue;
    const dependency = (targets[edge] ?? 0) + shift;
    const status = statusOf(state, dependency);
    if (isTerminal(status)) marks |= edgeMark({ status, cause: tasks.skipCause[dependency] ?? 0 }, kind);
    else remaining++;
  }
  tasks.remaining[task] = remaining;
  tasks.marks[task] = marks;
}
