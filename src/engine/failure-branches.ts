import { EDGE_ALWAYS, EDGE_FAILURE, EDGE_PREFERRED, EDGE_SUCCESS } from "../dag/edge.ts";
import { considerTask } from "./consider-task.ts";
import { IntQueue } from "./int-queue.ts";
import type { RunState } from "./run-state.ts";
import { EXPANDED, FAILED, FLAG_BRANCH, FLAG_STARTED, FLAG_STOPPED, PENDING } from "./status.ts";
import { groupOf, isTolerated, placeOf } from "./task-access.ts";
import { hasFlag, setFlag, statusOf } from "./task-status.ts";

/**
 * Opens the phase of failure branches: marks what may still run after the run has stopped, and considers it. These are
 * tasks with a `failure` edge from a task that failed (not in a cancelled run), or an `always` edge from a task that
 * started, and whatever depends on those by `success`. Their other edges are judged as ever.
 */
export function openFailureBranches(state: RunState): void {
  const marked = new IntQueue();
  const failing = failingGroups(state);
  for (let task = 0; task < state.tasks.count; task++) {
    if (isBranchStart(state, task, failing)) mark(state, task, marked);
  }
  for (let task = marked.shift(); task !== -1; task = marked.shift()) markDependents(state, task, marked);
  for (let task = 0; task < state.tasks.count; task++) {
    if (state.tasks.remaining[task] === 0 && hasFlag(state, task, FLAG_BRANCH)) considerTask(state, task);
  }
}

/** Groups that are still open and will have failed when they end. Inner groups come after outer ones. */
function failingGroups(state: RunState): ReadonlySet<number> {
  const failing = new Set<number>();
  for (const [group, { failedCount }] of [...state.groups].reverse()) {
    if (statusOf(state, group) !== EXPANDED || (failedCount === 0 && !failing.has(group))) continue;
    failing.add(group);
    const outer = groupOf(state, group);
    if (outer !== undefined && !isTolerated(state, group)) failing.add(outer);
  }
  return failing;
}

function isBranchStart(state: RunState, task: number, failing: ReadonlySet<number>): boolean {
  if (statusOf(state, task) !== PENDING || hasFlag(state, task, FLAG_STOPPED)) return false;
  const { plan, local, shift } = placeOf(state, task);
  const { offsets, targets, kinds } = plan.graph.incoming;
  const end = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) {
    const dependency = (targets[edge] ?? 0) + shift;
    const kind = kinds[edge] ?? EDGE_PREFERRED;
    if (kind === EDGE_ALWAYS && hasFlag(state, dependency, FLAG_STARTED)) return true;
    const hasFailed = statusOf(state, dependency) === FAILED || failing.has(dependency);
    if (kind === EDGE_FAILURE && hasFailed && state.run.stopMode !== "cancel") return true;
  }
  return false;
}

function markDependents(state: RunState, task: number, marked: IntQueue): void {
  const { plan, local, shift } = placeOf(state, task);
  const { offsets, targets, kinds } = plan.graph.outgoing;
  const end = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) {
    if (kinds[edge] === EDGE_SUCCESS) mark(state, (targets[edge] ?? 0) + shift, marked);
  }
}

function mark(state: RunState, task: number, marked: IntQueue): void {
  if (statusOf(state, task) !== PENDING || hasFlag(state, task, FLAG_BRANCH) || hasFlag(state, task, FLAG_STOPPED))
    return;
  setFlag(state, task, FLAG_BRANCH);
  marked.push(task);
}
