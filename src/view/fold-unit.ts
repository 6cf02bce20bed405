import type {
  AttemptRefused,
  AttemptUnknown,
  RetryScheduled,
  TaskCompleted,
  UndoCompleted,
  UndoStarted,
  UnitCompleted,
  UnknownResolved,
} from "../engine/events.ts";
import { hasChanged } from "../engine/fan-out.ts";
import type { TaskStatus } from "../engine/run-view.ts";
import { capped } from "./capped-text.ts";
import { isOver, refreshFanOut, setTaskStatus, setUnitStatus } from "./fold-status.ts";
import type { RunRecords, TaskRecord, UnitRecord } from "./run-records.ts";

type HostResults = Extract<TaskCompleted["outcome"], { readonly hostResults?: unknown }>["hostResults"];

interface UnitAttempt {
  readonly at: number;
  readonly unit: number;
  readonly attempt: number;
}

/** An attempt on one host of a task has started. */
export function dispatchUnit(records: RunRecords, task: TaskRecord, { at, unit: index, attempt }: UnitAttempt): void {
  const unit = records.unit(task, index);
  if (isOver(unit.status) || attempt < unit.attempts) return;
  setUnitStatus(task, unit, "running");
  unit.attempts = attempt;
  unit.startedAtMs ??= at;
  refreshFanOut(records, task);
}

/** One host of a task is at its end. */
export function foldUnitCompleted(records: RunRecords, event: UnitCompleted): void {
  const task = records.task(event.task);
  const unit = records.unit(task, event.unit);
  const { outcome } = event;
  if (isOver(task.status) || isOver(unit.status) || event.attempt < unit.attempts) return;
  setUnitStatus(task, unit, outcome.status);
  unit.isChanged = hasChanged(outcome);
  unit.finishedAtMs = event.at;
  unit.reason = "reason" in outcome ? capped(outcome.reason) : undefined;
  unit.errorCode = outcome.status === "failed" ? outcome.error.code : undefined;
  unit.errorMessage = outcome.status === "failed" ? capped(outcome.error.message) : undefined;
  if (unit.isChanged) task.isChanged = true;
  refreshFanOut(records, task);
}

/** What a function says about the hosts it spoke for. */
export function noteHostResults(
  records: RunRecords,
  task: TaskRecord,
  { at, results }: { readonly at: number; readonly results: NonNullable<HostResults> },
): void {
  for (const [index, result] of results.entries()) {
    const unit = records.unit(task, index);
    unit.host = result.hostname;
    setUnitStatus(task, unit, result.status);
    unit.isChanged = result.changed;
    unit.attempts = result.attempts ?? 1;
    unit.startedAtMs = Math.max(0, at - Math.round(result.durationMs));
    unit.finishedAtMs = at;
    unit.reason = capped(result.reason);
    unit.errorCode = result.error?.code;
    unit.errorMessage = capped(result.error?.message);
  }
}

/** The attempt has failed and is made again. While the run is undone it is that of an undo, which goes on. */
export function foldRetry(records: RunRecords, event: RetryScheduled): void {
  if (records.run.phase !== "undoing") rest(records, event, "waiting");
}

/** Surely nothing was started. */
export function foldRefused(records: RunRecords, event: AttemptRefused): void {
  if (records.run.phase !== "undoing") rest(records, event, "waiting");
}

export function foldUnknown(records: RunRecords, event: AttemptUnknown): void {
  rest(records, event, event.next === "hold" ? "unknown" : "ready", event.reason);
}

/** A person has spoken: the attempt is made again, or its end is about to be written. */
export function foldResolved(records: RunRecords, event: UnknownResolved): void {
  if (event.decision === "rerun") rest(records, event, "ready");
}

interface UnitPlace {
  readonly task: number;
  readonly unit: number;
  readonly attempt?: number;
}

function rest(records: RunRecords, place: UnitPlace, status: TaskStatus, reason?: string): void {
  const task = records.task(place.task);
  const unit = fanUnit(records, task, place.unit);
  const resting: TaskRecord | UnitRecord = unit ?? task;
  if (isOver(task.status) || isOver(resting.status) || (place.attempt ?? resting.attempts) < resting.attempts) return;
  resting.reason = status === "unknown" ? capped(reason) : undefined;
  if (unit === undefined) {
    setTaskStatus(records.run, task, status);
    return;
  }
  setUnitStatus(task, unit, status);
  refreshFanOut(records, task);
  task.reason = task.status === "unknown" ? unit.reason : undefined;
}

/** The record of a host when the task has hosts. */
function fanUnit(records: RunRecords, task: TaskRecord, unit: number): UnitRecord | undefined {
  return task.unitCount > 0 ? records.unit(task, unit) : undefined;
}

export function foldUndoStarted(records: RunRecords, event: UndoStarted): void {
  const task = records.task(event.task);
  const unit = fanUnit(records, task, event.unit);
  if (unit === undefined) {
    task.undoing = 1;
    return;
  }
  if (unit.isUndoing) return;
  unit.isUndoing = true;
  task.undoing += 1;
}

export function foldUndoCompleted(records: RunRecords, event: UndoCompleted): void {
  const task = records.task(event.task);
  const unit = fanUnit(records, task, event.unit);
  if (unit === undefined ? task.undoing === 0 : !unit.isUndoing) return;
  if (unit !== undefined) unit.isUndoing = false;
  task.undoing -= 1;
  const { outcome } = event;
  if (outcome.status === "failed") {
    task.undoErrorCode ??= outcome.error.code;
    task.undoErrorMessage ??= capped(outcome.error.message);
  } else if (outcome.status === "unknown" || outcome.status === "cancelled") {
    task.undoErrorCode ??= "DRV_TASK_UNDO_UNKNOWN";
    task.undoErrorMessage ??= capped(`Cannot undo task "${records.nameOf(event.task)}": ${outcome.reason}`);
  } else if (unit !== undefined) {
    unit.isRolledBack = true;
  }
  task.isRolledBack = task.undoing === 0 && task.undoErrorCode === undefined;
}
