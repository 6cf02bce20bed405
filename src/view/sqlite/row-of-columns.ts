import type { TaskStatus } from "../../engine/run-view.ts";
import type { RunRecord } from "../run-records.ts";
import type { ErrorText, HostRow, RunRow, TaskRow } from "../view-rows.ts";
import { runRecordOf, taskRecordOf, textIn, unitRecordOf, type Columns } from "./record-columns.ts";

/** A run as it is told. */
export function runRowOf(columns: Columns): RunRow {
  const run = runRecordOf(columns);
  const { fingerprint, verdict, actor, reason, finishedAtMs, quarantine } = run;
  return {
    id: run.id,
    plan: run.plan,
    ...given("fingerprint", fingerprint),
    isDryRun: run.isDryRun,
    status: verdict ?? "running",
    phase: run.phase,
    ...given("verdict", verdict),
    ...given("actor", actor),
    ...given("reason", reason),
    createdAtMs: run.createdAtMs,
    ...given("finishedAtMs", finishedAtMs),
    lastAtMs: run.lastAtMs,
    taskCount: run.taskCount,
    counts: allCounts(run),
    version: run.eventCount,
    position: run.position,
    ...given("quarantine", quarantine),
  };
}

function allCounts({ counts, taskCount }: RunRecord): Readonly<Record<TaskStatus, number>> {
  const started = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { pending: taskCount - started, ...counts };
}

/** What the plan says about a task. */
export interface TaskNames {
  readonly name: string;
  readonly title?: string;
  readonly target?: string;
  readonly kind?: string;
  readonly operation?: string;
}

export function taskNamesOf(columns: Columns): TaskNames {
  return {
    name: textIn(columns, "name") ?? "",
    ...given("title", textIn(columns, "title")),
    ...given("target", textIn(columns, "target")),
    ...given("kind", textIn(columns, "kind")),
    ...given("operation", textIn(columns, "operation")),
  };
}

/** A task nothing has happened to. */
export function pendingTaskRow(index: number, names: TaskNames | undefined): TaskRow {
  return {
    index,
    ...(names ?? { name: `#${index}` }),
    status: "pending",
    isChanged: false,
    attempts: 0,
    generation: 1,
    hosts: {},
    isRolledBack: false,
  };
}

/** A task as it is told, with what the plan says about it. */
export function taskRowOf(columns: Columns, names: TaskNames | undefined, hosts: TaskRow["hosts"]): TaskRow {
  const task = taskRecordOf(columns);
  return {
    ...pendingTaskRow(task.task, names),
    ...given("name", task.name),
    ...given("target", task.target),
    ...given("kind", task.kind),
    ...given("operation", task.operation),
    ...given("group", task.group),
    status: task.status,
    ...given("skipCause", task.skipCause),
    isChanged: task.isChanged,
    attempts: task.attempts,
    generation: task.generation,
    hosts,
    ...given("startedAtMs", task.startedAtMs),
    ...given("finishedAtMs", task.finishedAtMs),
    ...given("reason", task.reason),
    ...given("error", errorOf(task.errorCode, task.errorMessage)),
    isRolledBack: task.isRolledBack,
    ...given("undoError", errorOf(task.undoErrorCode, task.undoErrorMessage)),
  };
}

/** One host of a task as it is told. */
export function hostRowOf(columns: Columns, taskName: string): HostRow {
  const unit = unitRecordOf(columns);
  return {
    task: unit.task,
    taskName,
    unit: unit.unit,
    ...given("host", unit.host),
    status: unit.status,
    isChanged: unit.isChanged,
    attempts: unit.attempts,
    ...given("startedAtMs", unit.startedAtMs),
    ...given("finishedAtMs", unit.finishedAtMs),
    ...given("reason", unit.reason),
    ...given("error", errorOf(unit.errorCode, unit.errorMessage)),
    isRolledBack: unit.isRolledBack,
  };
}

function errorOf(code: string | undefined, message: string | undefined): ErrorText | undefined {
  return code === undefined ? undefined : { code, message: message ?? "" };
}

/** A member that is left out when there is nothing to say. */
export function given<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  const member: { [Key in Name]?: Value } = {};
  if (value !== undefined) member[name] = value;
  return member;
}
