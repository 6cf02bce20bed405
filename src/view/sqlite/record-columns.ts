import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { CodedError } from "../../base/coded-error.ts";
import type { RunPhase, SkipCause, TaskStatus, Verdict } from "../../engine/run-view.ts";
import { noCounts, type RunRecord, type TaskRecord, type UnitRecord } from "../run-records.ts";

/** A row as SQLite gives it. */
export type Columns = Readonly<Record<string, SQLOutputValue>>;

/** Columns of a table with the value of each in a record; one list, so that writing and its order cannot part. */
type ColumnsOf<Source> = readonly (readonly [column: string, value: (from: Source) => SQLInputValue])[];

export const RUN_COLUMNS: ColumnsOf<RunRecord> = [
  ["number", (run) => run.number],
  ["id", (run) => run.id],
  ["plan", (run) => run.plan],
  ["fingerprint", (run) => run.fingerprint ?? null],
  ["plan_body", (run) => run.planBody ?? null],
  ["is_dry_run", (run) => Number(run.isDryRun)],
  ["phase", (run) => run.phase],
  ["verdict", (run) => run.verdict ?? null],
  ["actor", (run) => run.actor ?? null],
  ["reason", (run) => run.reason ?? null],
  ["created_ms", (run) => run.createdAtMs],
  ["finished_ms", (run) => run.finishedAtMs ?? null],
  ["last_ms", (run) => run.lastAtMs],
  ["task_count", (run) => run.taskCount],
  ["touched_count", (run) => run.touchedCount],
  ["event_count", (run) => run.eventCount],
  ["position", (run) => run.position],
  ["ready", (run) => run.counts.ready],
  ["waiting", (run) => run.counts.waiting],
  ["running", (run) => run.counts.running],
  ["changed", (run) => run.counts.changed],
  ["unchanged", (run) => run.counts.unchanged],
  ["skipped", (run) => run.counts.skipped],
  ["failed", (run) => run.counts.failed],
  ["cancelled", (run) => run.counts.cancelled],
  ["not_run", (run) => run.counts.notRun],
  ["unknown", (run) => run.counts.unknown],
  ["quarantine_code", (run) => run.quarantine?.code ?? null],
  ["quarantine_message", (run) => run.quarantine?.message ?? null],
  ["quarantine_position", (run) => run.quarantine?.position ?? null],
];

export const TASK_COLUMNS: ColumnsOf<TaskRecord> = [
  ["task", (task) => task.task],
  ["name", (task) => task.name ?? null],
  ["target", (task) => task.target ?? null],
  ["kind", (task) => task.kind ?? null],
  ["operation", (task) => task.operation ?? null],
  ["parent", (task) => task.group ?? null],
  ["status", (task) => task.status],
  ["skip_cause", (task) => task.skipCause ?? null],
  ["is_changed", (task) => Number(task.isChanged)],
  ["attempts", (task) => task.attempts],
  ["generation", (task) => task.generation],
  ["started_ms", (task) => task.startedAtMs ?? null],
  ["finished_ms", (task) => task.finishedAtMs ?? null],
  ["reason", (task) => task.reason ?? null],
  ["error_code", (task) => task.errorCode ?? null],
  ["error_message", (task) => task.errorMessage ?? null],
  ["placed_on", (task) => task.placedOn ?? null],
  ["units", (task) => task.unitCount],
  ["units_running", (task) => task.unitsRunning],
  ["units_waiting", (task) => task.unitsWaiting],
  ["units_unknown", (task) => task.unitsUnknown],
  ["undoing", (task) => task.undoing],
  ["is_rolled_back", (task) => Number(task.isRolledBack)],
  ["undo_error_code", (task) => task.undoErrorCode ?? null],
  ["undo_error_message", (task) => task.undoErrorMessage ?? null],
];

export const UNIT_COLUMNS: ColumnsOf<UnitRecord> = [
  ["task", (unit) => unit.task],
  ["unit", (unit) => unit.unit],
  ["host", (unit) => unit.host ?? null],
  ["status", (unit) => unit.status],
  ["is_changed", (unit) => Number(unit.isChanged)],
  ["attempts", (unit) => unit.attempts],
  ["started_ms", (unit) => unit.startedAtMs ?? null],
  ["finished_ms", (unit) => unit.finishedAtMs ?? null],
  ["reason", (unit) => unit.reason ?? null],
  ["error_code", (unit) => unit.errorCode ?? null],
  ["error_message", (unit) => unit.errorMessage ?? null],
  ["is_undoing", (unit) => Number(unit.isUndoing)],
  ["is_rolled_back", (unit) => Number(unit.isRolledBack)],
];

/** The record of a run as it was written. */
export function runRecordOf(row: Columns): RunRecord {
  const counts = noCounts();
  for (const status of ["ready", "waiting", "running", "changed", "unchanged", "skipped"] as const) {
    counts[status] = numberIn(row, status);
  }
  for (const status of ["failed", "cancelled", "unknown"] as const) counts[status] = numberIn(row, status);
  counts.notRun = numberIn(row, "not_run");
  return {
    number: numberIn(row, "number"),
    id: textIn(row, "id") ?? "",
    plan: textIn(row, "plan") ?? "",
    fingerprint: textIn(row, "fingerprint"),
    planBody: textIn(row, "plan_body"),
    isDryRun: row["is_dry_run"] === 1,
    phase: wordIn<RunPhase>(row, "phase") ?? "created",
    verdict: wordIn<Verdict>(row, "verdict"),
    actor: textIn(row, "actor"),
    reason: textIn(row, "reason"),
    createdAtMs: numberIn(row, "created_ms"),
    finishedAtMs: maybeNumberIn(row, "finished_ms"),
    lastAtMs: numberIn(row, "last_ms"),
    taskCount: numberIn(row, "task_count"),
    touchedCount: numberIn(row, "touched_count"),
    eventCount: numberIn(row, "event_count"),
    position: numberIn(row, "position"),
    counts,
    quarantine: quarantineOf(row),
  };
}

function quarantineOf(row: Columns): RunRecord["quarantine"] {
  const code: CodedError["code"] | undefined = textIn(row, "quarantine_code");
  if (code === undefined) return undefined;
  return { code, message: textIn(row, "quarantine_message") ?? "", position: numberIn(row, "quarantine_position") };
}

/** The record of a task as it was written. */
export function taskRecordOf(row: Columns): TaskRecord {
  return {
    task: numberIn(row, "task"),
    name: textIn(row, "name"),
    target: textIn(row, "target"),
    kind: textIn(row, "kind"),
    operation: textIn(row, "operation"),
    group: maybeNumberIn(row, "parent"),
    status: wordIn<TaskStatus>(row, "status") ?? "pending",
    skipCause: wordIn<SkipCause>(row, "skip_cause"),
    isChanged: row["is_changed"] === 1,
    attempts: numberIn(row, "attempts"),
    generation: numberIn(row, "generation"),
    startedAtMs: maybeNumberIn(row, "started_ms"),
    finishedAtMs: maybeNumberIn(row, "finished_ms"),
    reason: textIn(row, "reason"),
    errorCode: textIn(row, "error_code"),
    errorMessage: textIn(row, "error_message"),
    placedOn: textIn(row, "placed_on"),
    unitCount: numberIn(row, "units"),
    unitsRunning: numberIn(row, "units_running"),
    unitsWaiting: numberIn(row, "units_waiting"),
    unitsUnknown: numberIn(row, "units_unknown"),
    undoing: numberIn(row, "undoing"),
    isRolledBack: row["is_rolled_back"] === 1,
    undoErrorCode: textIn(row, "undo_error_code"),
    undoErrorMessage: textIn(row, "undo_error_message"),
  };
}

/** The record of one host of a task as it was written. */
export function unitRecordOf(row: Columns): UnitRecord {
  return {
    task: numberIn(row, "task"),
    unit: numberIn(row, "unit"),
    host: textIn(row, "host"),
    status: wordIn<TaskStatus>(row, "status") ?? "pending",
    isChanged: row["is_changed"] === 1,
    attempts: numberIn(row, "attempts"),
    startedAtMs: maybeNumberIn(row, "started_ms"),
    finishedAtMs: maybeNumberIn(row, "finished_ms"),
    reason: textIn(row, "reason"),
    errorCode: textIn(row, "error_code"),
    errorMessage: textIn(row, "error_message"),
    isUndoing: row["is_undoing"] === 1,
    isRolledBack: row["is_rolled_back"] === 1,
  };
}

export function textIn(row: Columns, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" ? value : undefined;
}

export function numberIn(row: Columns, column: string): number {
  return maybeNumberIn(row, column) ?? 0;
}

export function maybeNumberIn(row: Columns, column: string): number | undefined {
  const value = row[column];
  return typeof value === "number" ? value : undefined;
}

/** A word of a closed vocabulary; only this folder writes the column. */
export function wordIn<Word extends string>(row: Columns, column: string): Word | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec border of the read model, which wrote it
  return textIn(row, column) as Word | undefined;
}
