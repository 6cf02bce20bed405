import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { TaskStatus } from "../../engine/run-view.ts";
import { cursorText, limitOf, placeOf } from "../page-cursor.ts";
import type {
  HostHistoryRow,
  HostRow,
  Page,
  PageQuery,
  RunQuery,
  RunRow,
  TaskQuery,
  TaskRow,
  TimelineEntry,
} from "../view-rows.ts";
import { maybeNumberIn, numberIn, textIn, wordIn, type Columns } from "./record-columns.ts";
import {
  given,
  hostRowOf,
  pendingTaskRow,
  runRowOf,
  taskNamesOf,
  taskRowOf,
  type TaskNames,
} from "./row-of-columns.ts";
import { runListSql } from "./run-list-sql.ts";
import { openViewForReading } from "./view-file.ts";
import { READER_SQL } from "./view-reader-sql.ts";

/** Tasks looked at together when pending ones are searched. */
const SCAN_STEP = 1_000;

/**
 * Opens the read model of a data folder for reading, in any process, also while it is written. Throws `DroverError`:
 * `DRV_VIEW_ABSENT` or `DRV_VIEW_DAMAGED`.
 *
 * @example
 * using view = openView("/var/lib/app/drover");
 * for (const run of view.runs({ status: "failed", limit: 10 }).rows) console.log(run.id, run.plan);
 */
export function openView(folder: string): ViewReader {
  return new ViewReader(openViewForReading(resolve(folder)));
}

/** Questions to the read model. Each is answered at once, from indexes or in bounded steps. */
export class ViewReader implements Disposable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Position of the log up to which everything is in the view. */
  get position(): number {
    return numberIn(this.#one(READER_SQL.position) ?? {}, "position");
  }

  /** Runs, newest first. */
  runs(query: RunQuery = {}): Page<RunRow> {
    const limit = limitOf(query);
    const [before] = placeOf(query, 1) ?? [];
    const { sql, values } = runListSql(query, before);
    const found = this.#database.prepare(sql).all(...values, limit + 1);
    return pageOf(found, limit, { rowOf: runRowOf, placeIn: (row) => [numberIn(row, "number")] });
  }

  run(id: string): RunRow | undefined {
    const found = this.#one(READER_SQL.run, id);
    return found === undefined ? undefined : runRowOf(found);
  }

  /** Tasks of a run in the order of their indices; none when there is no such run. */
  tasks(runId: string, query: TaskQuery = {}): Page<TaskRow> {
    const limit = limitOf(query);
    const [from = 0] = placeOf(query, 1) ?? [];
    const run = this.#runPlace(runId);
    if (run === undefined) return { rows: [] };
    const rows: TaskRow[] = [];
    for (let first = from; first < run.taskCount && rows.length <= limit; first += SCAN_STEP) {
      for (const row of this.#tasksBetween(run, first, Math.min(first + SCAN_STEP, run.taskCount) - 1)) {
        if (query.status === undefined || row.status === query.status) rows.push(row);
        if (rows.length > limit) break;
      }
    }
    const next = rows[limit];
    return { rows: rows.slice(0, limit), ...(next !== undefined && { nextCursor: cursorText([next.index]) }) };
  }

  /** One task of a run, by name or index. */
  task(runId: string, task: string | number): TaskRow | undefined {
    const run = this.#runPlace(runId);
    if (run === undefined) return undefined;
    const index = typeof task === "number" ? task : this.#indexOf(run, task);
    if (index === undefined || index < 0 || index >= run.taskCount) return undefined;
    return this.#tasksBetween(run, index, index)[0];
  }

  /** The hosts of one task of a run that it has started on, in order. */
  hosts(runId: string, task: number, query: PageQuery = {}): Page<HostRow> {
    const limit = limitOf(query);
    const [from = 0] = placeOf(query, 1) ?? [];
    const run = this.#runPlace(runId);
    if (run === undefined) return { rows: [] };
    const name = this.task(runId, task)?.name ?? `#${task}`;
    const found = this.#database.prepare(READER_SQL.hosts).all(run.number, task, from, limit + 1);
    return pageOf(found, limit, {
      rowOf: (row) => hostRowOf(row, name),
      placeIn: (row) => [numberIn(row, "unit") + 1],
    });
  }

  /** What all runs did on one host, newest first. */
  hostHistory(host: string, query: PageQuery = {}): Page<HostHistoryRow> {
    const limit = limitOf(query);
    const place = placeOf(query, 4) ?? [Number.MAX_SAFE_INTEGER, 0, 0, 0];
    const found = this.#database.prepare(READER_SQL.hostHistory).all(host, ...place, limit + 1);
    return pageOf(found, limit, {
      rowOf: (row) => ({
        ...hostRowOf(row, this.#nameOf(row)),
        runId: textIn(row, "run_id") ?? "",
        plan: textIn(row, "run_plan") ?? "",
      }),
      placeIn: (row) => ["finished_ms", "run", "task", "unit"].map((column) => numberIn(row, column)),
    });
  }

  /** What happened in a run, oldest first. */
  timeline(runId: string, query: PageQuery = {}): Page<TimelineEntry> {
    const limit = limitOf(query);
    const place = placeOf(query, 4) ?? [0, 0, 0, 0];
    const run = this.#runPlace(runId);
    if (run === undefined) return { rows: [] };
    const { number } = run;
    const found = this.#database.prepare(READER_SQL.timeline).all(number, number, number, ...place, limit + 1);
    return pageOf(found, limit, {
      rowOf: (row) => this.#entryOf(row),
      placeIn: (row) => ["at_ms", "rank", "position", "place"].map((column) => numberIn(row, column)),
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #entryOf(row: Columns): TimelineEntry {
    const task = maybeNumberIn(row, "task");
    return {
      atMs: numberIn(row, "at_ms"),
      kind: textIn(row, "kind") ?? "",
      ...given("task", task),
      ...given("taskName", task === undefined ? undefined : this.#nameOf(row)),
      ...given("host", textIn(row, "host")),
      text: textIn(row, "text") ?? "",
    };
  }

  #nameOf(row: Columns): string {
    return textIn(row, "task_name") ?? `#${numberIn(row, "task")}`;
  }

  #runPlace(id: string): RunPlace | undefined {
    const row = this.#one(READER_SQL.runPlace, id);
    if (row === undefined) return undefined;
    return { number: numberIn(row, "number"), taskCount: numberIn(row, "task_count"), plan: numberIn(row, "plan") };
  }

  #indexOf({ number, plan }: RunPlace, name: string): number | undefined {
    const found = this.#one(READER_SQL.planTaskNamed, plan, name) ?? this.#one(READER_SQL.taskNamed, number, name);
    const index = found === undefined ? undefined : maybeNumberIn(found, "task");
    return index ?? (/^#[0-9]+$/.test(name) ? Number(name.slice(1)) : undefined);
  }

  #tasksBetween({ number, plan }: RunPlace, first: number, last: number): readonly TaskRow[] {
    const names = new Map<number, TaskNames>();
    for (const row of this.#database.prepare(READER_SQL.planTasks).all(plan, first, last)) {
      names.set(numberIn(row, "task"), taskNamesOf(row));
    }
    const started = new Map<number, Columns>();
    for (const row of this.#database.prepare(READER_SQL.tasks).all(number, first, last)) {
      started.set(numberIn(row, "task"), row);
    }
    const hosts = this.#hostCounts(number, first, last);
    return Array.from({ length: last - first + 1 }, (_, offset) => {
      const index = first + offset;
      const row = started.get(index);
      if (row === undefined) return pendingTaskRow(index, names.get(index));
      return taskRowOf(row, names.get(index), hosts.get(index) ?? {});
    });
  }

  #hostCounts(number: number, first: number, last: number): ReadonlyMap<number, TaskRow["hosts"]> {
    const counts = new Map<number, Partial<Record<TaskStatus, number>>>();
    for (const row of this.#database.prepare(READER_SQL.hostCounts).all(number, first, last)) {
      const task = numberIn(row, "task");
      const status = wordIn<TaskStatus>(row, "status");
      if (status !== undefined) counts.set(task, { ...counts.get(task), [status]: numberIn(row, "hosts") });
    }
    return counts;
  }

  #one(sql: string, ...values: readonly (string | number)[]): Columns | undefined {
    return this.#database.prepare(sql).get(...values);
  }
}

interface RunPlace {
  readonly number: number;
  readonly taskCount: number;
  /** Number under which the names of its tasks are kept; 0 for none. */
  readonly plan: number;
}

interface PageShape<Row> {
  readonly rowOf: (row: Columns) => Row;
  /** What the cursor of the next part names, taken from the last row of this one. */
  readonly placeIn: (row: Columns) => readonly number[];
}

function pageOf<Row>(found: readonly Columns[], limit: number, { rowOf, placeIn }: PageShape<Row>): Page<Row> {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { rows: shown.map(rowOf), ...(hasMore && { nextCursor: cursorText(placeIn(last)) }) };
}
