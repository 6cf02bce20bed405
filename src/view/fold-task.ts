import type {
  GateEntered,
  GroupExpanded,
  TaskCompleted,
  TaskDispatched,
  TaskEvaluated,
  TaskRange,
  TasksNotRun,
  TasksSkipped,
} from "../engine/events.ts";
import { hasChanged } from "../engine/fan-out.ts";
import { capped } from "./capped-text.ts";
import { isOver, markStarted, setTaskStatus, setUnitStatus } from "./fold-status.ts";
import { dispatchUnit, noteHostResults } from "./fold-unit.ts";
import type { PlanTask } from "./plan-body.ts";
import type { RunRecords, TaskRecord, UnitRecord } from "./run-records.ts";

type Outcome = TaskCompleted["outcome"];

/** User code let the task start. */
export function foldEvaluated(records: RunRecords, event: TaskEvaluated): void {
  const task = records.task(event.task);
  if (isOver(task.status) || task.attempts > 0) return;
  if (event.host !== undefined) task.placedOn = event.host;
  setTaskStatus(records.run, task, "ready");
}

/** An attempt has started; one that comes late, after the end of the task or after a newer one, changes nothing. */
export function foldDispatched(records: RunRecords, event: TaskDispatched): void {
  const task = records.task(event.task);
  if (isOver(task.status)) return;
  const isFanOut = event.units !== undefined || task.unitCount > 0 || records.hostsOf(task) !== undefined;
  if (isFanOut) {
    for (const unit of event.units ?? [0]) dispatchUnit(records, task, { ...event, unit });
  } else {
    if (event.attempt < task.attempts) return;
    setTaskStatus(records.run, task, "running");
  }
  task.attempts = Math.max(task.attempts, event.attempt);
  markStarted(task, event.at);
}

/** The task is at its end. */
export function foldTaskCompleted(records: RunRecords, event: TaskCompleted): void {
  const task = records.task(event.task);
  const { outcome } = event;
  if (isOver(task.status) || (event.attempt > 0 && event.attempt < task.attempts)) return;
  const only = onlyHostOf(records, task);
  if (task.unitCount > 0) endOpenUnits(records, task, event.at);
  else if ("hostResults" in outcome && outcome.hostResults !== undefined) {
    noteHostResults(records, task, { at: event.at, results: outcome.hostResults });
  }
  if (hasChanged(outcome)) task.isChanged = true;
  noteOutcome(task, outcome, only);
  setTaskStatus(records.run, task, outcome.status);
  if (outcome.status === "unknown") return;
  if (outcome.status === "skipped") task.skipCause = "unsupported";
  task.finishedAtMs = event.at;
}

/** The host of a task that has no other, once that has ended. */
function onlyHostOf(records: RunRecords, task: TaskRecord): UnitRecord | undefined {
  if (task.unitCount !== 1 || records.hostsOf(task)?.length !== 1) return undefined;
  const only = records.unit(task, 0);
  return isOver(only.status) ? only : undefined;
}

/** What the outcome says; the only host of a task says more, unless the task itself failed. */
function noteOutcome(task: TaskRecord, outcome: Outcome, only: UnitRecord | undefined): void {
  if (outcome.status === "failed") {
    task.errorCode = outcome.error.code;
    task.errorMessage = capped(outcome.error.message);
    task.reason = undefined;
    return;
  }
  task.errorCode = only?.errorCode;
  task.errorMessage = only?.errorMessage;
  if (only !== undefined) task.reason = only.reason;
  else task.reason = "reason" in outcome ? capped(outcome.reason) : undefined;
}

/** Hosts that never started, or will never start again, share the end of their task. */
function endOpenUnits(records: RunRecords, task: TaskRecord, atMs: number): void {
  for (const unit of records.units(task.task)) {
    if (isOver(unit.status) || unit.status === "unknown") continue;
    setUnitStatus(task, unit, "cancelled");
    if (unit.attempts > 0) unit.finishedAtMs = atMs;
  }
}

/** A whole cascade of skips. */
export function foldSkipped(records: RunRecords, event: TasksSkipped): void {
  forEachOpenTask(records, event.ranges, (task) => {
    setTaskStatus(records.run, task, "skipped");
    task.skipCause = event.cause;
    task.reason = capped(event.reason);
    task.finishedAtMs = event.at;
  });
}

/** Tasks that will never start in this run. */
export function foldNotRun(records: RunRecords, event: TasksNotRun): void {
  forEachOpenTask(records, event.ranges, (task) => {
    setTaskStatus(records.run, task, "notRun");
    task.reason = capped(event.reason);
    task.finishedAtMs = event.at;
  });
}

function forEachOpenTask(records: RunRecords, ranges: readonly TaskRange[], visit: (task: TaskRecord) => void): void {
  for (const [first, last] of ranges) {
    for (let index = first; index <= last; index++) {
      const task = records.task(index);
      if (!isOver(task.status)) visit(task);
    }
  }
}

export function foldGateEntered(records: RunRecords, event: GateEntered): void {
  const task = records.task(event.task);
  if (isOver(task.status)) return;
  setTaskStatus(records.run, task, "waiting");
  markStarted(task, event.at);
}

/** The tasks of a group exist from here on, as far as the plan body tells which they are. */
export function foldExpanded(records: RunRecords, event: GroupExpanded): void {
  const group = records.task(event.task);
  if (isOver(group.status)) return;
  setTaskStatus(records.run, group, "running");
  markStarted(group, event.at);
  const body = bodyOf(records, group);
  const items = event.items ?? body?.items;
  if (body?.tasks === undefined || items === undefined) return;
  const name = records.nameOf(group.task);
  let index = event.first;
  for (const { key } of items) {
    for (const child of tasksOfItem(body, key)) {
      nameChild(records.task(index), child, { group: group.task, prefix: key === "" ? name : `${name}[${key}]` });
      index += 1;
    }
  }
}

/** The plan of a group; a group inside a group is found through its own name there. */
function bodyOf(records: RunRecords, group: TaskRecord): PlanTask | undefined {
  if (group.group === undefined) return records.plan()?.tasks[group.task];
  const outside = records.task(group.group);
  const outer = bodyOf(records, outside);
  if (outer === undefined) return undefined;
  const item = outer.items?.find(({ key }) => group.name?.startsWith(`${outside.name}[${key}].`));
  return tasksOfItem(outer, item?.key).find(({ name }) => group.name?.endsWith(`.${name}`));
}

/** The copies of a group are alike unless an item has tasks of its own. */
function tasksOfItem({ items, tasks = [] }: PlanTask, key: string | undefined): readonly PlanTask[] {
  return items?.find((item) => item.key === key)?.tasks ?? tasks;
}

function nameChild(
  record: TaskRecord,
  child: PlanTask,
  place: { readonly group: number; readonly prefix: string },
): void {
  record.name = `${place.prefix}.${child.name}`;
  record.group = place.group;
  record.target = child.target;
  record.kind = child.kind;
  record.operation = child.operation;
}
