import { DatabaseSync, type StatementSync } from "node:sqlite";
import { DroverError, type CodedError } from "../../base/coded-error.ts";
import { damaged, openingFailed } from "./log-refusal.ts";
import { checkRow } from "./row-check.ts";
import { checkFormat, checkPages } from "./segment-file.ts";
import type { StoredRow } from "./worker-messages.ts";

/** Longest wait in milliseconds while the writer takes over its write-ahead log. */
const BUSY_TIMEOUT_MS = 5_000;

/** A row as it was written, or what is wrong at its place. */
export type ReadRow = { readonly ok: true; readonly row: StoredRow } | UnreadableRow;

export interface UnreadableRow {
  readonly ok: false;
  readonly position: number;
  /** Last position of the gap, when rows are missing; else the same. */
  readonly last: number;
  /** What the row says its stream is, which may be what is wrong with it. */
  readonly stream?: string;
  readonly error: CodedError;
}

/** One segment of a log, read while somebody else may write to it. */
export class SegmentReader implements Disposable {
  readonly path: string;
  readonly first: number;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #newest: StatementSync;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
    const first = database.prepare("SELECT first FROM segment").get()?.["first"];
    if (typeof first !== "number") throw damaged(path, "the position of its first row is missing");
    this.first = first;
    this.#select = database.prepare("SELECT * FROM log WHERE seq >= ? ORDER BY seq");
    this.#newest = database.prepare("SELECT max(seq) AS newest FROM log");
  }

  /** Throws coded refusals. Changes nothing in the folder but the shared memory SQLite keeps beside a database. */
  static open(path: string): SegmentReader {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      checkFormat(path, database);
      return new SegmentReader(path, database);
    } catch (thrown) {
      database?.close();
      throw openingFailed(path, thrown);
    }
  }

  /** Position of the newest row by now; one below `first` when there is none. */
  get tail(): number {
    const newest = this.#newest.get()?.["newest"];
    return typeof newest === "number" ? newest : this.first - 1;
  }

  /** Rows from a position on, in order, with a report for each that is missing or not as it was written. */
  *read(from: number): Generator<ReadRow, void, undefined> {
    let position = Math.max(from, this.first);
    for (const record of this.#select.iterate(position)) {
      const seq = record["seq"];
      if (typeof seq === "number" && seq > position) yield missingRows(this.path, position, seq - 1);
      const read = this.#checked(record);
      position = (read.ok ? read.row.position : read.last) + 1;
      yield read;
    }
  }

  /** Throws `DRV_LOG_DAMAGED` when the pages of the file do not fit together. */
  checkPages(): void {
    checkPages(this.path, this.#database);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #checked(record: Parameters<typeof checkRow>[1]): ReadRow {
    try {
      return { ok: true, row: checkRow(this.path, record) };
    } catch (thrown) {
      if (!(thrown instanceof DroverError)) throw thrown;
      const { seq, stream } = record;
      const position = typeof seq === "number" ? seq : 0;
      const [error] = thrown.errors;
      if (error === undefined) throw thrown;
      return { ok: false, position, last: position, ...(typeof stream === "string" && { stream }), error };
    }
  }
}

/** Says that rows are not where they should be. */
export function missingRows(path: string, position: number, last: number): UnreadableRow {
  const found = position === last ? `the row at ${position} is missing` : `rows ${position} to ${last} are missing`;
  const [error] = damaged(path, found).errors;
  if (error === undefined) throw damaged(path, found);
  return { ok: false, position, last, error };
}
