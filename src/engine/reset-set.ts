import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "../dag/edge.ts";
import { isRollbackStep } from "./rollback-steps.ts";
import type { RunState } from "./run-state.ts";
import { CANCELLED, DROPPED, FAILED, NOT_RUN, RUNNING, UNKNOWN } from "./status.ts";
import { groupOf, nameOf, placeOf } from "./task-access.ts";
import { statusOf } from "./task-status.ts";
import { taskOfKey } from "./unit-key.ts";

/** Where a reset begins. */
export interface ResetOrigin {
  /** These begin anew, with everything that depends on them. */
  readonly tasks: readonly number[];
  /** These stay as they are; what depends on them begins anew. */
  readonly behind?: readonly number[];
  /** What a person has skipped or marked stays, and so does what is behind it. */
  readonly keepsDecisions: boolean;
}

/**
 * The tasks that begin anew, ascending: those of `origin` and all that depends on them, groups with all of their copies. A copy
 * alone opens its group again, so that what depends on the group begins anew too. In a finished run also what was undone,
 * and the rollback steps, for a later rollback.
 *
 * @returns `DRV_RUN_TASK_RUNNING` when one of them has an attempt in flight
 */
export function resetSetOf(state: RunState, origin: ResetOrigin): Result<readonly number[], CodedError> {
  const found = new Set(origin.tasks);
  for (const task of undoneTasks(state)) found.add(task);
  follow(state, found, origin);
  if (state.run.phase === "finished") for (const step of state.rollbackSteps) found.add(step);
  const whole = [...found].filter((task) => !isInside(state, task, found));
  const tasks = withCopies(state, whole).sort((left, right) => left - right);
  const running = tasks.filter((task) => statusOf(state, task) === RUNNING);
  if (running.length === 0) return ok(tasks);
  const names = running.slice(0, 10).map((task) => JSON.stringify(nameOf(state, task)));
  const message = `Cannot do tasks again: ${names.join(", ")} ${running.length === 1 ? "is" : "are"} running`;
  return err(codedError("DRV_RUN_TASK_RUNNING", message, { details: { taskCount: running.length } }));
}

function follow(state: RunState, found: Set<number>, { tasks, behind = [], keepsDecisions }: ResetOrigin): void {
  const passed = new Set<number>();
  const open = [...found, ...tasks, ...behind];
  const reach = (task: number): void => {
    if (found.has(task) || statusOf(state, task) === DROPPED) return;
    if (keepsDecisions && state.decisions.has(task)) return;
    found.add(task);
    open.push(task);
  };
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (let at: number | undefined = next; at !== undefined && !passed.has(at); at = groupOf(state, at)) {
      passed.add(at);
      forEachDependent(state, at, reach);
    }
  }
}

/**
 * Whether something that waits for the task, or for a group around it, was written off: the run had ended without an answer
 * about the task, and was opened again for another.
 */
export function isWrittenOffBehind(state: RunState, task: number): boolean {
  let isFound = false;
  for (let at: number | undefined = task; at !== undefined; at = groupOf(state, at)) {
    forEachDependent(state, at, (dependent) => (isFound ||= statusOf(state, dependent) === NOT_RUN));
  }
  return isFound;
}

function forEachDependent(state: RunState, task: number, visit: (dependent: number) => void): void {
  const { plan, local, shift } = placeOf(state, task);
  const { offsets, targets, kinds } = plan.graph.outgoing;
  const end = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) {
    if (kinds[edge] !== EDGE_PREFERRED) visit((targets[edge] ?? 0) + shift);
  }
}

/** Whether a group around the task begins anew as a whole. */
function isInside(state: RunState, task: number, found: ReadonlySet<number>): boolean {
  for (let group = groupOf(state, task); group !== undefined; group = groupOf(state, group)) {
    if (found.has(group)) return true;
  }
  return false;
}

/** Groups that begin anew take all of their copies with them. */
function withCopies(state: RunState, tasks: readonly number[]): number[] {
  const all: number[] = [];
  const open = [...tasks];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    if (statusOf(state, task) === DROPPED) continue;
    all.push(task);
    const { first = 0, end = 0 } = state.groups.get(task) ?? {};
    for (let child = first; child < end; child++) open.push(child);
  }
  return all;
}

/** Where `retryFailed` begins: what did not succeed, or was undone. A group is retried through its copies where it has such. */
export function unsuccessfulTasks(state: RunState): readonly number[] {
  const found = undoneTasks(state);
  for (let task = 0; task < state.tasks.count; task++) {
    const status = statusOf(state, task);
    if (status === FAILED || status === CANCELLED || status === NOT_RUN || status === UNKNOWN) found.add(task);
  }
  const all = [...found].filter((task) => !isRollbackStep(state, task));
  return all.filter((task) => !hasCopyIn(state, task, found));
}

/** What a rollback has undone, or tried to: nobody may rely on it. */
function undoneTasks(state: RunState): Set<number> {
  const found = new Set<number>();
  for (const key of state.undo?.units.keys() ?? []) {
    const task = taskOfKey(key);
    if (statusOf(state, task) !== DROPPED) found.add(task);
  }
  return found;
}

function hasCopyIn(state: RunState, group: number, found: ReadonlySet<number>): boolean {
  const { first = 0, end = 0 } = state.groups.get(group) ?? {};
  for (let child = first; child < end; child++) if (found.has(child)) return true;
  return false;
}
