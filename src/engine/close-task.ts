import { EDGE_PREFERRED } from "../dag/edge.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { considerTask } from "./consider-task.ts";
import { edgeMarkAt, edgeMarkBase } from "./edge-conditions.ts";
import { leaveLevel } from "./level-barriers.ts";
import type { RunState } from "./run-state.ts";
import { CANCELLED, CAUSE_NONE, CHANGED, FAILED, HELD, NOT_RUN, PENDING } from "./status.ts";
import { blockOf, isTolerated } from "./task-access.ts";
import { setStatus } from "./task-status.ts";

/** Ends a task: tells its dependents how, its group, and its level. `cause` is that of a skip. */
export function closeTask(state: RunState, task: number, end: TaskEnd): void {
  const { tasks } = state;
  setStatus(state, task, end.status);
  tasks.skipCause[task] = end.cause;
  tasks.finishedAtMs[task] = state.run.lastAtMs;
  if (state.readySince.size > 0) state.readySince.delete(task);
  if (task < tasks.rootCount) {
    releaseDependents(state, { plan: state.plan, local: task, shift: 0 }, end);
    if (state.queues.barriers !== undefined) releaseLevel(state, task);
  } else {
    closeChild(state, task, end);
  }
}

export interface TaskEnd {
  readonly status: number;
  readonly cause: number;
}

/** Ends without a cause, shared. */
export const TASK_ENDS: readonly TaskEnd[] = Array.from({ length: 16 }, (_, status) => ({ status, cause: CAUSE_NONE }));

function closeChild(state: RunState, task: number, end: TaskEnd): void {
  const block = blockOf(state, task);
  if (block === undefined) return;
  const local = (task - block.base) % block.size;
  releaseDependents(state, { plan: block.plan, local, shift: task - local }, end);
  const group = state.groups.get(block.group);
  if (group === undefined) return;
  group.openCount--;
  if (end.status === FAILED && !isTolerated(state, task)) group.failedCount++;
  if (end.status === CHANGED) group.changedCount++;
  if (end.status === CANCELLED || end.status === NOT_RUN) group.stoppedCount++;
  if (group.openCount === 0) state.queues.settle.push(block.group);
}

interface Place {
  readonly plan: CompiledPlan;
  readonly local: number;
  readonly shift: number;
}

/** Every edge leaves its judgement on its target; the last one lets the target be considered. */
function releaseDependents(state: RunState, { plan, local, shift }: Place, end: TaskEnd): void {
  const { offsets, targets, kinds } = plan.graph.outgoing;
  const { remaining, marks } = state.tasks;
  const base = edgeMarkBase(end.status, end.cause);
  const last = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < last; edge++) {
    const kind = kinds[edge] ?? EDGE_PREFERRED;
    if (kind === EDGE_PREFERRED) continue;
    const target = (targets[edge] ?? 0) + shift;
    const mark = edgeMarkAt(base + kind);
    if (mark !== 0) marks[target] = (marks[target] ?? 0) | mark;
    const open = (remaining[target] ?? 0) - 1;
    remaining[target] = open;
    if (open === 0) considerTask(state, target);
  }
}

function releaseLevel(state: RunState, task: number): void {
  const { barriers } = state.queues;
  if (barriers === undefined) return;
  for (const held of leaveLevel(barriers, task)) {
    // A stop has taken it back in the meantime.
    if (state.tasks.status[held] !== HELD) continue;
    setStatus(state, held, PENDING);
    considerTask(state, held);
  }
}
