import type { TaskStatus } from "../engine/run-view.ts";
import type { CountedStatus, RunRecord, RunRecords, TaskRecord, UnitRecord } from "./run-records.ts";

const TERMINAL: ReadonlySet<TaskStatus> = new Set(["changed", "unchanged", "skipped", "failed", "cancelled", "notRun"]);

/** Whether nothing that comes later may change the status. */
export function isOver(status: TaskStatus): boolean {
  return TERMINAL.has(status);
}

/** Moves a task to another status and keeps the counts of the run. */
export function setTaskStatus(run: RunRecord, task: TaskRecord, status: TaskStatus): void {
  if (task.status === status) return;
  if (isCounted(task.status)) run.counts[task.status] -= 1;
  if (isCounted(status)) run.counts[status] += 1;
  task.status = status;
}

function isCounted(status: TaskStatus): status is CountedStatus {
  return status !== "pending";
}

/** Moves one host of a task to another status and keeps the counts of the task. */
export function setUnitStatus(task: TaskRecord, unit: UnitRecord, status: TaskStatus): void {
  countUnit(task, unit.status, -1);
  countUnit(task, status, 1);
  unit.status = status;
}

function countUnit(task: TaskRecord, status: TaskStatus, by: 1 | -1): void {
  if (status === "running" || status === "ready") task.unitsRunning += by;
  else if (status === "waiting") task.unitsWaiting += by;
  else if (status === "unknown") task.unitsUnknown += by;
}

/** Derives the status of a started task from the hosts it has started on. */
export function refreshFanOut({ run }: RunRecords, task: TaskRecord): void {
  if (task.unitsRunning > 0) setTaskStatus(run, task, "running");
  else if (task.unitsWaiting > 0) setTaskStatus(run, task, "waiting");
  else setTaskStatus(run, task, task.unitsUnknown > 0 ? "unknown" : "running");
}

/** Notes that a task has started. */
export function markStarted(task: TaskRecord, atMs: number): void {
  task.startedAtMs ??= atMs;
}
