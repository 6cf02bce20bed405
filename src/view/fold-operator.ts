import type { TaskMarked, TasksAdopted, TasksReset } from "../engine/operator-events.ts";
import { setTaskStatus } from "./fold-status.ts";
import { newTaskRecord, newUnitRecord, type RunRecord, type RunRecords } from "./run-records.ts";

/** A person says that a task is done. */
export function foldMarked(records: RunRecords, event: TaskMarked): void {
  const task = records.task(event.task);
  setTaskStatus(records.run, task, event.outcome.status);
  task.isChanged ||= event.outcome.status === "changed";
  task.skipCause = undefined;
  task.reason = undefined;
  task.finishedAtMs = event.at;
}

/** Tasks begin anew; copies of groups that do not exist for now look like tasks that have not started. */
export function foldReset(records: RunRecords, event: TasksReset): void {
  reopenRun(records.run);
  for (const [first, last] of event.ranges) {
    for (let index = first; index <= last; index++) renew(records, index, event.generation);
  }
}

/** Takes back how a run had ended. */
export function reopenRun(run: RunRecord): void {
  run.phase = "running";
  run.verdict = undefined;
  run.finishedAtMs = undefined;
}

function renew(records: RunRecords, index: number, generation: number): void {
  const task = records.task(index);
  setTaskStatus(records.run, task, "pending");
  const { name, target, kind, operation, group } = task;
  Object.assign(task, newTaskRecord(index), { name, target, kind, operation, group, generation });
  for (const unit of records.units(index)) Object.assign(unit, newUnitRecord(index, unit.unit, unit.host));
}

/** Tasks have ended in another run. */
export function foldAdopted(records: RunRecords, event: TasksAdopted): void {
  for (const { task: index, status, skipCause, reason } of event.tasks) {
    const task = records.task(index);
    setTaskStatus(records.run, task, status);
    task.isChanged = status === "changed";
    task.skipCause = skipCause;
    task.reason = reason;
    task.finishedAtMs = event.at;
  }
}
