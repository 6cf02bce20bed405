import { codedError, DroverError } from "../base/coded-error.ts";
import type { DurableLog, SnapshotReference } from "./durable-log.ts";
import type { AppendOutcome, EventLog, LogBatch, LogRow, NewLogRow } from "./event-log.ts";
import { claimRow } from "./lane-record.ts";
import { appendInFlight, batchDefect } from "./log-batch.ts";

/** Events in one commit, unless a single row has more. */
export const COMMIT_EVENTS_MAX = 512;
/** Bytes of rows in one commit, about, unless a single row has more. */
export const COMMIT_BYTES_MAX = 1024 * 1024;
/** Times a batch is sent again after its outcome was unknown and the lane turned out not to have it. */
const RESENDS_MAX = 3;

export interface LaneWriterOptions {
  /** Default 0. */
  readonly lane?: number;
  /** Random name of this owner, made when the process starts; never a host name. */
  readonly owner: string;
  /** Called for each row that is committed, in the order of positions, before its writer is answered. */
  readonly committed?: (row: NewLogRow, position: number) => void;
  /** Called once with the reason when nothing can be written any more; not when the writer is closed. */
  readonly failed?: (reason: DroverError) => void;
}

interface WaitingRow {
  readonly row: NewLogRow;
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

interface WaitingSeal {
  readonly snapshot: SnapshotReference;
  readonly resolve: (position: number) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Owns one lane and shares it among many streams: while a commit is in progress it collects rows, and writes them
 * together when it returns. There is no other delay. It assigns the positions, so the compare-and-set of the log stays
 * the fence: on a conflict somebody else owns the lane, and everything waiting and coming rejects with
 * `DRV_LOG_LANE_LOST`.
 *
 * It is itself an {@link EventLog} for writers of one stream each: the `expectedPosition` they give is the position of
 * their own newest row.
 */
export class LaneWriter implements EventLog {
  /** Position of this owner's claim; larger than that of every owner before. */
  readonly epoch: number;
  readonly lane: number;
  readonly #log: DurableLog;
  readonly #owner: string;
  /** Newest row of each stream written by this owner. */
  readonly #heads = new Map<string, number>();
  readonly #busyStreams = new Set<string>();
  readonly #waiting: WaitingRow[] = [];
  readonly #seals: WaitingSeal[] = [];
  #position: number;
  #writing: Promise<void> | undefined;
  #fatal: DroverError | undefined;
  readonly #committed: LaneWriterOptions["committed"];
  readonly #failed: LaneWriterOptions["failed"];
  #batchCount = 0;

  private constructor(log: DurableLog, options: LaneWriterOptions & { readonly lane: number }, epoch: number) {
    this.#log = log;
    this.#owner = options.owner;
    this.lane = options.lane;
    this.epoch = epoch;
    this.#committed = options.committed;
    this.#failed = options.failed;
    this.#position = epoch;
  }

  /**
   * Claims a lane by an epoch record after its newest row. From then on nobody who claimed it before can append.
   * Rejects with `DRV_LOG_LANE_LOST` when others claim it again and again at the same time.
   */
  static async open(log: DurableLog, options: LaneWriterOptions): Promise<LaneWriter> {
    const { lane = 0, owner } = options;
    for (let tries = 0; tries <= RESENDS_MAX; tries++) {
      const expected = await log.tail(lane);
      const batch = { batchId: `${owner}.claim`, rows: [claimRow(owner)] };
      const outcome = await settledAppend(log, lane, { expected, batch });
      if (outcome.outcome === "appended") return new LaneWriter(log, { ...options, lane }, outcome.position);
    }
    throw laneLost(lane, "others claim it at the same time");
  }

  /** Position of the newest row of the lane. */
  get position(): number {
    return this.#position;
  }

  /**
   * Appends one row of one stream; positions between it and the stream's previous row belong to others. `conflict`
   * means that the stream's newest row is another. Each stream has one append in flight at most.
   */
  async append(lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    const [row, ...others] = batch.rows;
    if (lane !== this.lane || row === undefined || others.length > 0 || row.previousPosition !== expectedPosition) {
      throw new DroverError([
        codedError(
          "DRV_LOG_APPEND_INVALID",
          `Cannot append to shared lane ${this.lane}: the batch is not one row of lane ${this.lane} after its stream's newest`,
        ),
      ]);
    }
    return this.write(row);
  }

  /** The same as {@link append} for a row whose `previousPosition` is the newest of its stream. */
  async write(row: NewLogRow): Promise<AppendOutcome> {
    if (this.#fatal !== undefined) throw this.#fatal;
    const defect = batchDefect(this.#position, { batchId: this.#owner, rows: [row] });
    if (defect !== undefined) throw new DroverError([defect]);
    const head = this.#heads.get(row.stream);
    if (head !== undefined && head !== row.previousPosition) return { outcome: "conflict", position: head };
    if (this.#busyStreams.has(row.stream)) throw appendInFlight(`stream "${row.stream}"`);
    // Throws for what is no JSON, so it comes before anything is noted.
    const encoded = row.encoded ?? JSON.stringify(row.events);
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>();
    this.#busyStreams.add(row.stream);
    this.#waiting.push({ row: { ...row, encoded }, bytes: encoded.length, resolve, reject });
    this.#start();
    return promise;
  }

  /** Forgets the newest position of a stream that this process has ended or handed over. */
  forget(stream: string): void {
    if (!this.#busyStreams.has(stream)) this.#heads.delete(stream);
  }

  /** Seals the current segment before the next commit; answers the position from which the new segment goes on. */
  async seal(snapshot: SnapshotReference): Promise<number> {
    if (this.#fatal !== undefined) throw this.#fatal;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#seals.push({ snapshot, resolve, reject });
    this.#start();
    return promise;
  }

  read(lane: number, from: number): AsyncIterable<LogRow> {
    return this.#log.read(lane, from);
  }

  tail(lane: number): number | Promise<number> {
    return lane === this.lane ? this.#position : this.#log.tail(lane);
  }

  /** Waits for what is being written; the log itself stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    this.#poison(new DroverError([codedError("DRV_LOG_CLOSED", "Cannot append: the writer of the lane is closed")]));
  }

  #start(): void {
    if (this.#writing === undefined && this.#hasWork()) this.#writing = this.#writeAll();
  }

  #hasWork(): boolean {
    return this.#seals.length + this.#waiting.length > 0 && this.#fatal === undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#hasWork()) {
      const seal = this.#seals.shift();
      const rows = seal === undefined ? this.#takeCommit() : [];
      try {
        if (seal === undefined) await this.#commit(rows);
        else await this.#seal(seal);
      } catch (thrown) {
        const fatal = this.#poison(thrown);
        seal?.reject(fatal);
        for (const { reject } of rows) reject(fatal);
        this.#failed?.(fatal);
      }
    }
    // In the same turn as the look at the queues: what comes later starts it again.
    this.#writing = undefined;
  }

  async #seal({ snapshot, resolve }: WaitingSeal): Promise<void> {
    const outcome = await this.#log.seal(this.lane, this.#position, snapshot);
    if (outcome.outcome !== "appended") throw laneLost(this.lane, "another owner wrote to it");
    this.#position = outcome.position;
    resolve(outcome.position);
  }

  #takeCommit(): readonly WaitingRow[] {
    let events = 0;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      events += waiting.row.events.length;
      bytes += waiting.bytes;
      if (count > 0 && (events > COMMIT_EVENTS_MAX || bytes > COMMIT_BYTES_MAX)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(waiting: readonly WaitingRow[]): Promise<void> {
    const expected = this.#position;
    this.#batchCount += 1;
    const batch = { batchId: `${this.#owner}.${this.#batchCount}`, rows: waiting.map(({ row }) => row) };
    const outcome = await settledAppend(this.#log, this.lane, { expected, batch });
    if (outcome.outcome !== "appended") throw laneLost(this.lane, `its newest row is at ${outcome.position}`);
    this.#position = outcome.position;
    for (const [index, { row }] of waiting.entries()) this.#committed?.(row, expected + index + 1);
    for (const [index, { row, resolve }] of waiting.entries()) {
      const position = expected + index + 1;
      this.#heads.set(row.stream, position);
      this.#busyStreams.delete(row.stream);
      resolve({ outcome: "appended", position });
    }
  }

  /** From here on nothing is written; memory must not get ahead of the log. */
  #poison(thrown: unknown): DroverError {
    this.#fatal ??= thrown instanceof DroverError ? thrown : laneLost(this.lane, String(thrown));
    for (const { reject } of [...this.#seals.splice(0), ...this.#waiting.splice(0)]) reject(this.#fatal);
    return this.#fatal;
  }
}

interface PlacedBatch {
  readonly expected: number;
  readonly batch: LogBatch;
}

type SettledOutcome = Exclude<AppendOutcome, { readonly outcome: "unknown" }>;

/** Appends, and when the outcome is unknown looks whether the lane has the batch before anything else. */
async function settledAppend(log: DurableLog, lane: number, { expected, batch }: PlacedBatch): Promise<SettledOutcome> {
  for (let sends = 0; sends <= RESENDS_MAX; sends++) {
    const outcome = await log.append(lane, expected, batch);
    if (outcome.outcome !== "unknown") return outcome;
    const tail = await log.tail(lane);
    if (tail === expected) continue;
    const written = await batchIdAt(log, lane, expected + 1);
    if (written !== batch.batchId) return { outcome: "conflict", position: tail };
    return { outcome: "appended", position: expected + batch.rows.length };
  }
  throw laneLost(lane, "the outcome of an append stays unknown");
}

async function batchIdAt(log: DurableLog, lane: number, position: number): Promise<string | undefined> {
  for await (const row of log.read(lane, position)) return row.batchId;
  return undefined;
}

function laneLost(lane: number, found: string): DroverError {
  return new DroverError([codedError("DRV_LOG_LANE_LOST", `Cannot append to lane ${lane}: ${found}`)]);
}
