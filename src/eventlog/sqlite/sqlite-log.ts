import { join, resolve } from "node:path";
import { codedError, DroverError } from "../../base/coded-error.ts";
import type { DurableLog, ReadStreamOptions, SnapshotReference } from "../durable-log.ts";
import type { AppendOutcome, LogBatch, LogRow, NewLogRow } from "../event-log.ts";
import { appendInFlight, batchDefect, laneDefect } from "../log-batch.ts";
import { FolderBlobStore } from "./folder-blob-store.ts";
import { FolderSnapshotStore } from "./folder-snapshot-store.ts";
import { WorkerClient } from "./worker-client.ts";
import type { EncodedRow, StoredRow, WorkerRequest } from "./worker-messages.ts";

/** Positions of a stream asked for at once. */
const ROWS_AT_MAX = 256;

/**
 * Opens the log in a data folder, made with mode 0700 when it is not there, for this process alone. Rejects with a
 * `DroverError`: `DRV_LOG_LOCKED` names the process that has it; `DRV_LOG_FOLDER_UNUSABLE`, `DRV_LOG_SQLITE_TOO_OLD`,
 * `DRV_LOG_FORMAT_UNKNOWN`; `DRV_LOG_DAMAGED` when a file is not as it was written.
 *
 * @example
 * await using log = await openSqliteLog("/var/lib/app/drover");
 * const report = await plan.run({ log });
 */
export async function openSqliteLog(folder: string): Promise<SqliteLog> {
  const path = resolve(folder);
  const client = new WorkerClient(path);
  try {
    const { tail, first } = await client.opened();
    return new SqliteLog(path, client, { tail, first });
  } catch (thrown) {
    await client.abandon();
    throw thrown;
  }
}

/**
 * A log in one folder, of one lane and one writing process, kept by SQLite in a thread of its own. An append resolves
 * when its rows are on the disk. After a write error it stays as it is, and the process should end.
 */
export class SqliteLog implements DurableLog {
  readonly laneCount = 1;
  readonly snapshots: FolderSnapshotStore;
  readonly blobs: FolderBlobStore;
  readonly #client: WorkerClient;
  #tail: number;
  #first: number;
  #isAppending = false;
  #closing: Promise<void> | undefined;

  constructor(folder: string, client: WorkerClient, bounds: { readonly tail: number; readonly first: number }) {
    this.snapshots = new FolderSnapshotStore(join(folder, "snapshots"));
    this.blobs = new FolderBlobStore(join(folder, "blobs"));
    this.#client = client;
    this.#tail = bounds.tail;
    this.#first = bounds.first;
  }

  async append(lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    const defect = laneDefect(lane, this.laneCount) ?? batchDefect(expectedPosition, batch);
    if (defect !== undefined) throw new DroverError([defect]);
    const { batchId } = batch;
    const rows = batch.rows.map(encodedRow);
    return this.#write({ type: "append", expectedPosition, batchId, rows });
  }

  async seal(lane: number, expectedPosition: number, snapshot: SnapshotReference): Promise<AppendOutcome> {
    const defect = laneDefect(lane, this.laneCount);
    if (defect !== undefined) throw new DroverError([defect]);
    return this.#write({ type: "seal", expectedPosition, snapshot });
  }

  async *read(lane: number, from: number): AsyncIterable<LogRow> {
    if (lane !== 0) return;
    for (let part = this.#ask({ type: "read", from }); ;) {
      const { rows } = await part;
      const last = rows.at(-1);
      if (last === undefined) return;
      // The thread reads on while these are looked at.
      part = this.#ask({ type: "read", from: last.position + 1 });
      for (const row of rows) yield decodedRow(row);
    }
  }

  async *readStream(lane: number, newest: number, options: ReadStreamOptions = {}): AsyncIterable<LogRow> {
    if (lane !== 0) return;
    this.#expectOpen("read");
    const { after = 0 } = options;
    const { positions } = await this.#client.ask({ type: "links", newest, after }, "links");
    const askFrom = (index: number) =>
      this.#ask({ type: "rowsAt", positions: positions.slice(index, index + ROWS_AT_MAX) });
    let index = 0;
    for (let part = askFrom(index); index < positions.length;) {
      const { rows } = await part;
      index += rows.length;
      if (index < positions.length) part = askFrom(index);
      for (const row of rows) yield decodedRow(row);
    }
  }

  tail(lane: number): number {
    return lane === 0 ? this.#tail : 0;
  }

  firstPosition(lane: number): number {
    return lane === 0 ? this.#first : 1;
  }

  async drop(lane: number, position: number): Promise<number> {
    if (lane !== 0) return 0;
    this.#expectOpen("drop segments");
    const { count, first } = await this.#client.ask({ type: "drop", position }, "dropped");
    this.#first = first;
    return count;
  }

  /** Reads every row and compares it with its checksum; answers how many there are, or rejects with what is wrong. */
  async verify(): Promise<number> {
    this.#expectOpen("verify");
    const { count } = await this.#client.ask({ type: "verify" }, "verified");
    return count;
  }

  /** Waits for the append in flight, then gives the folder free. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#client.close();
    await this.#closing;
  }

  /** Asks for rows that somebody may not wait for any more when they come. */
  #ask(request: Extract<WorkerRequest, { readonly type: "read" | "rowsAt" }>) {
    this.#expectOpen("read");
    const asked = this.#client.ask(request, "rows");
    asked.catch(() => {});
    return asked;
  }

  async #write(request: Parameters<WorkerClient["ask"]>[0]): Promise<AppendOutcome> {
    this.#expectOpen("append");
    if (this.#isAppending) throw appendInFlight("lane 0");
    this.#isAppending = true;
    try {
      const { outcome } = await this.#client.ask(request, "appended");
      if (outcome.outcome === "appended") this.#tail = outcome.position;
      return outcome;
    } finally {
      this.#isAppending = false;
    }
  }

  #expectOpen(action: string): void {
    if (this.#closing === undefined) return;
    throw new DroverError([codedError("DRV_LOG_CLOSED", `Cannot ${action}: the log is closed`)]);
  }
}

function encodedRow({ stream, previousPosition, events, encoded }: NewLogRow): EncodedRow {
  return { stream, previousPosition, body: encoded ?? JSON.stringify(events) };
}

function decodedRow({ position, batchId, stream, previousPosition, body }: StoredRow): LogRow {
  const events: unknown = JSON.parse(body);
  return { position, batchId, stream, previousPosition, events: Array.isArray(events) ? events : [] };
}
