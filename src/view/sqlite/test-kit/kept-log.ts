import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { assert } from "../../../base/assert.ts";
import { sha256 } from "../../../base/json.ts";
import { SegmentStore } from "../../../eventlog/sqlite/segment-store.ts";
import { openSqliteLogReader, type SqliteLogReader } from "../../../eventlog/sqlite/sqlite-log-reader.ts";
import { Projection } from "../projection.ts";
import { openViewForReading, openViewForWriting } from "../view-file.ts";
import { VIEW_TABLES } from "../view-schema.ts";

/** A log in a folder of its own that a test writes to, and the read model beside it. */
export class KeptLog {
  readonly folder: string;
  readonly store: SegmentStore;
  readonly #heads = new Map<string, number>();
  readonly #context: TestContext;
  #isClosed = false;

  constructor(context: TestContext) {
    this.#context = context;
    this.folder = mkdtempSync(join(tmpdir(), "drover-view-"));
    this.store = SegmentStore.open(join(this.folder, "data"));
    context.after(() => {
      this.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Ends writing, so that a test can do harm to the files. */
  close(): void {
    if (!this.#isClosed) this.store[Symbol.dispose]();
    this.#isClosed = true;
  }

  /** The data folder. */
  get data(): string {
    return join(this.folder, "data");
  }

  /** Appends one row of a stream; answers its position. */
  append(stream: string, events: readonly unknown[]): number {
    return this.appendBody(stream, JSON.stringify(events));
  }

  /** Appends a row whose text may be anything. */
  appendBody(stream: string, body: string): number {
    const previousPosition = this.#heads.get(stream) ?? 0;
    const outcome = this.store.append(this.store.tail, `test.${this.store.tail + 1}`, [
      { stream, previousPosition, body },
    ]);
    assert(outcome.outcome === "appended", "The only writer of a log can append");
    this.#heads.set(stream, outcome.position);
    return outcome.position;
  }

  /** Keeps content as a blob; answers its hash. */
  blob(content: string): string {
    const hash = sha256(content);
    const folder = join(this.data, "blobs", hash.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, hash), content);
    return hash;
  }

  /** Folds in everything; answers after how many batches there was nothing more. */
  project(): number {
    using reader = openSqliteLogReader(this.data);
    const view = openViewForWriting(this.data);
    try {
      const projection = new Projection(reader, view);
      let batches = 0;
      while (projection.advance()) batches += 1;
      return batches;
    } finally {
      view.close();
    }
  }

  /** Drops the view and folds everything in again. */
  rebuild(): void {
    using reader = openSqliteLogReader(this.data);
    const view = openViewForWriting(this.data);
    try {
      for (const _ of new Projection(reader, view).rebuild()) assert(true, "A batch was folded in");
    } finally {
      view.close();
    }
  }

  /** A reader that is closed after the test. */
  reader(): SqliteLogReader {
    const reader = openSqliteLogReader(this.data);
    this.#context.after(() => reader[Symbol.dispose]());
    return reader;
  }

  /** All rows of all tables as text. */
  content(): string {
    const view = openViewForReading(this.data);
    try {
      return contentOf(view);
    } finally {
      view.close();
    }
  }
}

/** All rows of all tables of a view, in the order of their keys. */
export function contentOf(view: DatabaseSync): string {
  const tables = VIEW_TABLES.map((table) => {
    const rows = view.prepare(`SELECT * FROM ${table} ORDER BY ${ORDERS[table]}`).all();
    return `${table}\n${rows.map((row) => JSON.stringify(row)).join("\n")}`;
  });
  return tables.join("\n\n");
}

const ORDERS: Readonly<Record<(typeof VIEW_TABLES)[number], string>> = {
  cursor: "lane",
  run: "number",
  target: "run",
  plan: "hash",
  plan_task: "plan, task",
  task: "run, task",
  unit: "run, task, unit",
  note: "run, position, place",
};
