import { considerTask } from "./consider-task.ts";
import { forgetUndone } from "./earlier-changes.ts";
import type { TasksReset } from "./operator-events.ts";
import { rebuildCaches } from "./rebuild-caches.ts";
import { renewDependencies, renewTask } from "./renew-task.ts";
import type { GroupRecord, RunState } from "./run-state.ts";
import {
  CANCELLED,
  CHANGED,
  DROPPED,
  EXPANDED,
  FAILED,
  FLAG_BRANCH,
  FLAG_STARTED,
  FLAG_STOPPED,
  FLAG_TOTAL_TIMEOUT,
  isTerminal,
  NOT_RUN,
  PENDING,
  UNKNOWN,
} from "./status.ts";
import { groupOf, isTolerated } from "./task-access.ts";
import { setStatus, statusOf } from "./task-status.ts";

/** Tasks begin anew in a generation of their own; a run that has finished is open again. */
export function applyReset(state: RunState, event: TasksReset): void {
  const { generation, verb, ranges, actor, reason, at } = event;
  state.run.generation = generation;
  state.resets.set(generation, {
    verb,
    task: event.task ?? -1,
    atMs: at,
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  });
  const reset: number[] = [];
  for (const [first, last] of ranges) for (let task = first; task <= last; task++) reset.push(task);
  const listed = new Set(reset);
  for (const task of reset) {
    // Copies of a group that begins anew do not exist until it expands again.
    const isDropped = listed.has(groupOf(state, task) ?? -1);
    renewTask(state, task, { generation, status: isDropped ? DROPPED : PENDING });
  }
  forgetUndone(state);
  state.undo = undefined;
  reopenRun(state);
  reopenGroups(state, generation);
  for (const task of reset) if (statusOf(state, task) === PENDING) renewDependencies(state, task);
  // What people have decided stays, and waits for its dependencies like any task that has ended early.
  for (const task of state.decisions.keys()) renewDependencies(state, task);
  countFailures(state);
  rebuildCaches(state);
  for (const task of reset) {
    if (statusOf(state, task) === PENDING && state.tasks.remaining[task] === 0) considerTask(state, task);
  }
}

/** Takes back how the run ended or was stopping; what is unknown may be settled again. */
export function reopenRun(state: RunState): void {
  const { run, tasks } = state;
  run.phase = "running";
  run.verdict = undefined;
  run.finishedAtMs = -1;
  run.stopMode = undefined;
  run.stopReason = undefined;
  run.stopTask = -1;
  if (run.pendingStop !== -1 && statusOf(state, run.pendingStop) !== FAILED) run.pendingStop = -1;
  const passing = FLAG_STOPPED | FLAG_BRANCH | FLAG_TOTAL_TIMEOUT;
  for (let task = 0; task < tasks.count; task++) {
    if (statusOf(state, task) === UNKNOWN) tasks.flags[task] = (tasks.flags[task] ?? 0) & ~passing;
  }
}

/** Counts the copies of every group anew; one that has ended and holds some that have not is open again. Inner groups first. */
function reopenGroups(state: RunState, generation: number): void {
  const byPlace = [...state.groups].sort(([, left], [, right]) => right.first - left.first);
  for (const [group, record] of byPlace) {
    const status = statusOf(state, group);
    if (!isTerminal(status) && status !== UNKNOWN && status !== EXPANDED) continue;
    countCopies(state, record);
    if (record.openCount > 0 && status !== EXPANDED) reopenGroup(state, group, generation);
  }
}

function countCopies(state: RunState, record: GroupRecord): void {
  record.openCount = 0;
  record.failedCount = 0;
  record.changedCount = 0;
  record.stoppedCount = 0;
  for (let child = record.first; child < record.end; child++) {
    const status = statusOf(state, child);
    // Copies that are gone keep no group open.
    if (!isTerminal(status) && status !== DROPPED) record.openCount++;
    if (status === FAILED && !isTolerated(state, child)) record.failedCount++;
    if (status === CHANGED) record.changedCount++;
    if (status === CANCELLED || status === NOT_RUN) record.stoppedCount++;
  }
}

/** Its copies stay, so it has started; the time it may take begins anew. */
function reopenGroup(state: RunState, group: number, generation: number): void {
  const { tasks } = state;
  tasks.flags[group] = FLAG_STARTED;
  tasks.skipCause[group] = 0;
  tasks.generation[group] = generation;
  tasks.finishedAtMs[group] = -1;
  state.outcomes.delete(group);
  state.reasons.delete(group);
  state.decisions.delete(group);
  state.totalStarts.set(group, state.run.lastAtMs);
  setStatus(state, group, EXPANDED);
}

/** What counts as failed now, and the first failure that does. */
function countFailures(state: RunState): void {
  const { run, tasks } = state;
  run.failedCount = 0;
  run.error = undefined;
  let firstAtMs = Number.POSITIVE_INFINITY;
  for (let task = 0; task < tasks.count; task++) {
    if (statusOf(state, task) !== FAILED || isTolerated(state, task)) continue;
    run.failedCount++;
    const atMs = tasks.finishedAtMs[task] ?? 0;
    const outcome = state.outcomes.get(task);
    if (atMs >= firstAtMs || outcome?.status !== "failed" || repeatsFailure(state, task)) continue;
    firstAtMs = atMs;
    run.error = outcome.error;
  }
}

/** A group repeats the failure of its copies. */
function repeatsFailure(state: RunState, task: number): boolean {
  return (state.groups.get(task)?.failedCount ?? 0) > 0;
}
