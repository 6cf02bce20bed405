import type { DatabaseSync } from "node:sqlite";
import { codedError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import type { ReadRow, UnreadableRow } from "../../eventlog/sqlite/segment-reader.ts";
import type { SqliteLogReader } from "../../eventlog/sqlite/sqlite-log-reader.ts";
import type { StoredRow } from "../../eventlog/sqlite/worker-messages.ts";
import { foldEvent } from "../fold-run.ts";
import { eventsOfRow, runIdOf, type BlobText } from "../stored-event.ts";
import { newRunRecord, RunBatch, type PlanCache } from "./view-batch.ts";
import { makeTables } from "./view-file.ts";
import { ViewStore } from "./view-store.ts";

/** The read model of a log in one data folder lives in lane 0, as SQLite logs have no other. */
const LANE = 0;

/** Told after each event that was folded in: how far inside which row. */
export type EventListener = (position: number, doneOfRow: number) => void;

const IGNORED: EventListener = () => undefined;

/**
 * Folds rows of a log into the read model. The cursor is written with the rows that moved it, in one transaction, so the
 * view is at every moment the fold of the log up to its cursor, wherever a process was killed. Two of them may work on
 * one file: each transaction starts from the cursor it finds.
 */
export class Projection {
  readonly #reader: SqliteLogReader;
  readonly #database: DatabaseSync;
  readonly #store: ViewStore;
  readonly #plans: PlanCache = new Map();
  readonly #blobText: BlobText;
  #position: number;

  constructor(reader: SqliteLogReader, database: DatabaseSync) {
    this.#reader = reader;
    this.#database = database;
    this.#store = new ViewStore(database);
    this.#blobText = (hash) => new TextDecoder().decode(reader.blob(hash));
    this.#position = this.#store.cursor(LANE);
  }

  /** Position in the log up to which everything is in the view, as far as this object knows. */
  get position(): number {
    return this.#position;
  }

  /** Rows of the log that are not in the view by now. */
  get lag(): number {
    return Math.max(0, this.#reader.tail - this.#position);
  }

  /** Folds in what comes next, in one transaction. Answers whether there was anything. */
  advance(): boolean {
    if (this.#reader.rows(this.#position + 1, ONE_ROW).length === 0) return false;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#position = this.#store.cursor(LANE);
      const rows = this.#reader.rows(this.#position + 1);
      this.#fold(rows, IGNORED);
      this.#database.exec("COMMIT");
      return rows.length > 0;
    } catch (thrown) {
      this.#giveUp();
      throw thrown;
    }
  }

  /**
   * Drops everything and folds the whole log in again, in one transaction: readers see the old view until the new one is
   * there. Gives a turn to the caller after each batch; a caller that stops asking keeps the old view.
   */
  *rebuild(onEvent: EventListener = IGNORED): Generator<void, void, undefined> {
    this.#database.exec("BEGIN IMMEDIATE");
    let isDone = false;
    try {
      makeTables(this.#database);
      this.#plans.clear();
      this.#position = 0;
      for (let rows = this.#reader.rows(1); rows.length > 0; rows = this.#reader.rows(this.#position + 1)) {
        this.#fold(rows, onEvent);
        yield;
      }
      this.#database.exec("COMMIT");
      isDone = true;
    } finally {
      if (!isDone) this.#giveUp();
    }
  }

  #giveUp(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    this.#plans.clear();
    this.#position = this.#store.cursor(LANE);
  }

  /** Only the last state of each run, task and host in the batch is written. */
  #fold(rows: readonly ReadRow[], onEvent: EventListener): void {
    const batches = new Map<string, RunBatch>();
    let number = 0;
    const batchOf = (id: string, isMade: boolean): RunBatch | undefined => {
      let batch = batches.get(id);
      if (batch !== undefined) return batch;
      let run = this.#store.run(id);
      if (run === undefined && isMade) {
        number = number === 0 ? this.#store.nextNumber() : number + 1;
        run = newRunRecord(number, id);
      }
      if (run === undefined) return undefined;
      batch = new RunBatch({ run, store: this.#store, plans: this.#plans, blobText: this.#blobText });
      batches.set(id, batch);
      return batch;
    };
    for (const read of rows) {
      const stream = read.ok ? read.row.stream : read.stream;
      const id = stream === undefined ? undefined : runIdOf(stream);
      const batch = id === undefined ? undefined : batchOf(id, read.ok);
      if (batch !== undefined) this.#foldRow(batch, read, onEvent);
      this.#position = read.ok ? read.row.position : read.last;
    }
    for (const batch of batches.values()) batch.write();
    this.#store.setCursor(LANE, this.#position);
  }

  #foldRow(batch: RunBatch, read: ReadRow, onEvent: EventListener): void {
    const { run } = batch;
    if (run.quarantine !== undefined) return;
    const { position } = read.ok ? read.row : read;
    if (position <= run.position) return;
    const defect = read.ok ? this.#foldEvents(batch, read.row, onEvent) : defectOf(read);
    if (defect === undefined) run.position = position;
    else run.quarantine = { code: defect.code, message: defect.message, position };
  }

  #foldEvents(batch: RunBatch, row: StoredRow, onEvent: EventListener): CodedError | undefined {
    const { run } = batch;
    if (row.previousPosition !== run.position) return missing(run.position, row.previousPosition);
    const events = eventsOfRow(row.body, this.#blobText);
    if (!events.ok) return events.error;
    if (run.createdAtMs === -1 && events.value[0]?.type !== "run.created") return withoutBeginning();
    batch.beginRow(row.position);
    for (const [index, event] of events.value.entries()) {
      try {
        foldEvent(batch, event);
      } catch (thrown) {
        if (isSqliteError(thrown)) throw thrown;
        return fromThrown("DRV_VIEW_ROW_UNREADABLE", thrown, `Cannot read event "${event.type}"`);
      }
      onEvent(row.position, (index + 1) / events.value.length);
    }
    return undefined;
  }
}

const ONE_ROW = { rowsMax: 1, charactersMax: 1 };

function defectOf({ error }: UnreadableRow): CodedError {
  return error;
}

function missing(newest: number, previous: number): CodedError {
  const found =
    newest === 0
      ? "its beginning is no longer in the log"
      : `the row after ${newest} is missing, the one that came follows ${previous}`;
  return codedError("DRV_VIEW_ROW_MISSING", `Cannot follow the run: ${found}`);
}

function withoutBeginning(): CodedError {
  return codedError("DRV_VIEW_ROW_UNREADABLE", `Cannot follow the run: it does not begin with "run.created"`);
}

/** Trouble with the disk is no fault of a row. */
function isSqliteError(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ERR_SQLITE_ERROR";
}
