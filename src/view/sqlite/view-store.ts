import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { TaskStatus } from "../../engine/run-view.ts";
import type { PlanBody, PlanTask } from "../plan-body.ts";
import type { NoteRecord, RunRecord, TargetHosts, TaskRecord, UnitRecord } from "../run-records.ts";
import {
  numberIn,
  RUN_COLUMNS,
  runRecordOf,
  TASK_COLUMNS,
  taskRecordOf,
  textIn,
  UNIT_COLUMNS,
  unitRecordOf,
} from "./record-columns.ts";

/** Reads and writes records of the read model by prepared statements; knows nothing of events. */
export class ViewStore {
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(database: DatabaseSync) {
    this.#statements = prepareAll(database);
  }

  /** Position up to which a lane is folded in; 0 at the beginning. */
  cursor(lane: number): number {
    const row = this.#statements.cursor.get(lane);
    return row === undefined ? 0 : numberIn(row, "position");
  }

  setCursor(lane: number, position: number): void {
    this.#statements.setCursor.run(lane, position);
  }

  run(id: string): RunRecord | undefined {
    const row = this.#statements.run.get(id);
    return row === undefined ? undefined : runRecordOf(row);
  }

  /** Number for the next run. */
  nextNumber(): number {
    return numberIn(this.#statements.newest.get() ?? {}, "newest") + 1;
  }

  writeRun(run: RunRecord): void {
    this.#statements.writeRun.run(...RUN_COLUMNS.map(([, valueIn]) => valueIn(run)));
  }

  task(run: number, task: number): TaskRecord | undefined {
    const row = this.#statements.task.get(run, task);
    return row === undefined ? undefined : taskRecordOf(row);
  }

  tasksIn(run: number, status: TaskStatus): readonly TaskRecord[] {
    return this.#statements.tasksIn.all(run, status).map(taskRecordOf);
  }

  writeTask(run: number, task: TaskRecord): void {
    this.#statements.writeTask.run(run, ...TASK_COLUMNS.map(([, valueIn]): SQLInputValue => valueIn(task)));
  }

  unit(run: number, task: number, unit: number): UnitRecord | undefined {
    const row = this.#statements.unit.get(run, task, unit);
    return row === undefined ? undefined : unitRecordOf(row);
  }

  units(run: number, task: number): readonly UnitRecord[] {
    return this.#statements.units.all(run, task).map(unitRecordOf);
  }

  writeUnit(run: number, unit: UnitRecord): void {
    this.#statements.writeUnit.run(run, ...UNIT_COLUMNS.map(([, valueIn]): SQLInputValue => valueIn(unit)));
  }

  writeNote(run: number, place: { readonly position: number; readonly place: number }, note: NoteRecord): void {
    const { kind, atMs, task, unit, text } = note;
    this.#statements.writeNote.run(run, place.position, place.place, kind, atMs, task ?? null, unit ?? null, text);
  }

  targets(run: number): TargetHosts {
    const row = this.#statements.targets.get(run);
    if (row === undefined) return new Map();
    const pairs: unknown = JSON.parse(textIn(row, "hosts") ?? "[]");
    return new Map(Array.isArray(pairs) ? pairs : []);
  }

  writeTargets(run: number, targets: TargetHosts): void {
    this.#statements.writeTargets.run(run, JSON.stringify([...targets]));
  }

  /** Keeps the names of a plan under the number of the first run of it, unless they are there. */
  writePlan(hash: string, number: number, plan: PlanBody): void {
    if (this.#statements.plan.get(hash) !== undefined) return;
    this.#statements.writePlan.run(hash, number, plan.tasks.length);
    for (const [index, task] of plan.tasks.entries()) this.#writePlanTask(number, index, task);
  }

  #writePlanTask(number: number, index: number, { name, title, target, kind, operation }: PlanTask): void {
    this.#statements.writePlanTask.run(
      number,
      index,
      name,
      title ?? null,
      target ?? null,
      kind ?? null,
      operation ?? null,
    );
  }
}

function prepareAll(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    cursor: prepare("SELECT position FROM cursor WHERE lane = ?"),
    setCursor: prepare("INSERT OR REPLACE INTO cursor VALUES (?, ?)"),
    run: prepare("SELECT * FROM run WHERE id = ?"),
    newest: prepare("SELECT max(number) AS newest FROM run"),
    writeRun: prepare(
      upsert(
        "run",
        ["number"],
        RUN_COLUMNS.map(([name]) => name),
      ),
    ),
    task: prepare("SELECT * FROM task WHERE run = ? AND task = ?"),
    tasksIn: prepare("SELECT * FROM task WHERE run = ? AND status = ?"),
    writeTask: prepare(upsert("task", ["run", "task"], ["run", ...TASK_COLUMNS.map(([name]) => name)])),
    unit: prepare("SELECT * FROM unit WHERE run = ? AND task = ? AND unit = ?"),
    units: prepare("SELECT * FROM unit WHERE run = ? AND task = ? ORDER BY unit"),
    writeUnit: prepare(upsert("unit", ["run", "task", "unit"], ["run", ...UNIT_COLUMNS.map(([name]) => name)])),
    writeNote: prepare("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    targets: prepare("SELECT hosts FROM target WHERE run = ?"),
    writeTargets: prepare("INSERT OR REPLACE INTO target VALUES (?, ?)"),
    plan: prepare("SELECT number FROM plan WHERE hash = ?"),
    writePlan: prepare("INSERT INTO plan VALUES (?, ?, ?)"),
    writePlanTask: prepare("INSERT INTO plan_task VALUES (?, ?, ?, ?, ?, ?, ?)"),
  };
}

/** Replacing would delete and insert, also in the indexes; an update leaves alone what has not changed. */
function upsert(table: string, keys: readonly string[], columns: readonly string[]): string {
  const others = columns.filter((column) => !keys.includes(column));
  const changes = others.map((column) => `${column} = excluded.${column}`).join(", ");
  const marks = columns.map(() => "?").join(", ");
  const names = columns.join(", ");
  return `INSERT INTO ${table} (${names}) VALUES (${marks}) ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${changes}`;
}
