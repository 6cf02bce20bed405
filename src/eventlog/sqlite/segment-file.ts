import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { codedError, DroverError } from "../../base/coded-error.ts";
import { damaged, openingFailed } from "./log-refusal.ts";
import { checkRow, checksumOf } from "./row-check.ts";
import { checkWal } from "./wal-check.ts";
import type { EncodedRow, StoredRow } from "./worker-messages.ts";

/** "DRVL": says that a database is a segment of a log. */
const APPLICATION_ID = 0x4452564c;
const FORMAT_VERSION = 1;
/** Pages of 8 KB after which the write-ahead log is taken over: keeps it near 33 MB. */
const CHECKPOINT_PAGES = 4_000;
/** Longest wait in milliseconds for another connection, such as a backup. */
const BUSY_TIMEOUT_MS = 5_000;

const SCHEMA = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT_VERSION};
  CREATE TABLE segment (first INTEGER NOT NULL);
  CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    stream TEXT NOT NULL,
    previous INTEGER NOT NULL,
    batch TEXT NOT NULL,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL
  );
`;

/** Rows between two points at which a segment was sealed: one database file, only ever appended to. */
export class SegmentFile {
  readonly path: string;
  /** Position of its first row, whether that is written yet or not. */
  readonly first: number;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #selectOne: StatementSync;
  readonly #selectPrevious: StatementSync;
  #tail: number;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
    const first = database.prepare("SELECT first FROM segment").get()?.["first"];
    const bounds = database.prepare("SELECT min(seq) AS oldest, max(seq) AS newest FROM log").get();
    if (typeof first !== "number") throw damaged(path, "the position of its first row is missing");
    if (bounds?.["oldest"] !== null && bounds?.["oldest"] !== first) {
      throw damaged(path, `its first row is at ${String(bounds?.["oldest"])}, not at ${first}`);
    }
    this.first = first;
    this.#tail = typeof bounds["newest"] === "number" ? bounds["newest"] : first - 1;
    this.#insert = database.prepare("INSERT INTO log VALUES (?, 0, ?, ?, ?, ?, ?)");
    this.#select = database.prepare("SELECT * FROM log WHERE seq >= ? ORDER BY seq");
    this.#selectOne = database.prepare("SELECT * FROM log WHERE seq = ?");
    this.#selectPrevious = database.prepare("SELECT previous FROM log WHERE seq = ?");
  }

  /** Makes an empty segment under another name first, so that a file of the right name is always a whole one. */
  static create(path: string, first: number): SegmentFile {
    const unfinished = `${path}.new`;
    for (const rest of [unfinished, `${unfinished}-wal`, `${unfinished}-shm`]) rmSync(rest, { force: true });
    // SQLite gives its other files the mode of this one.
    closeSync(openSync(unfinished, "wx", 0o600));
    const database = new DatabaseSync(unfinished);
    try {
      database.exec(SCHEMA);
      database.prepare("INSERT INTO segment VALUES (?)").run(first);
    } finally {
      database.close();
    }
    syncPath(unfinished);
    renameSync(unfinished, path);
    syncPath(dirname(path));
    return SegmentFile.open(path);
  }

  /** Opens a segment and looks whether it is whole: pages, format, and what its write-ahead log still holds. */
  static open(path: string): SegmentFile {
    checkWal(path);
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
      checkFormat(path, database);
      checkPages(path, database);
      database.exec(
        `PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
      // What a killed process left there is taken over and forgotten, so that only our own writes are ever judged in it.
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return new SegmentFile(path, database);
    } catch (thrown) {
      database?.close();
      throw openingFailed(path, thrown);
    }
  }

  /** Position of the newest row; one below `first` when there is none. */
  get tail(): number {
    return this.#tail;
  }

  /** Appends rows in one transaction; they are on the disk when it returns. What it throws must end all writing. */
  append(batchId: string, rows: readonly EncodedRow[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    let position = this.#tail;
    for (const { stream, previousPosition, body } of rows) {
      position += 1;
      const checksum = checksumOf({ position, stream, previousPosition, batchId, body });
      this.#insert.run(position, stream, previousPosition, batchId, body, checksum);
    }
    this.#database.exec("COMMIT");
    this.#tail = position;
  }

  /** Rows from a position on, each verified; stops the run with a refusal where one is missing. */
  *read(from: number): Generator<StoredRow> {
    let position = Math.max(from, this.first);
    for (const record of this.#select.iterate(position)) {
      const row = checkRow(this.path, record);
      if (row.position !== position) throw damaged(this.path, `the row at ${position} is missing`);
      yield row;
      position += 1;
    }
    if (position <= this.#tail) throw damaged(this.path, `the row at ${position} is missing`);
  }

  rowAt(position: number): StoredRow {
    const record = this.#selectOne.get(position);
    if (record === undefined) throw damaged(this.path, `the row at ${position} is missing`);
    return checkRow(this.path, record);
  }

  previousOf(position: number): number {
    const previous = this.#selectPrevious.get(position)?.["previous"];
    if (typeof previous === "number" && previous < position) return previous;
    throw damaged(this.path, `the row at ${position} is missing or does not lead to an older one`);
  }

  close(): void {
    this.#database.close();
  }

  /** Removes a closed segment. */
  static remove(path: string): void {
    rmSync(path);
    for (const rest of [`${path}-wal`, `${path}-shm`]) rmSync(rest, { force: true });
    syncPath(dirname(path));
  }
}

/** Refuses what is no segment, or one of another format. */
export function checkFormat(path: string, database: DatabaseSync): void {
  const id = database.prepare("PRAGMA application_id").get()?.["application_id"];
  if (id !== APPLICATION_ID) throw damaged(path, "it is no segment of a log");
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version !== FORMAT_VERSION) {
    throw new DroverError([
      codedError(
        "DRV_LOG_FORMAT_UNKNOWN",
        `Cannot open the log at "${path}": its format is ${String(version)}, this version knows ${FORMAT_VERSION}`,
      ),
    ]);
  }
}

/** Refuses a database whose pages do not fit together. */
export function checkPages(path: string, database: DatabaseSync): void {
  const verdict = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (verdict !== "ok") throw damaged(path, String(verdict));
}

function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
