import { must } from "../base/assert.ts";
import { codedError, DroverError } from "../base/coded-error.ts";
import type { DurableLog, ReadStreamOptions, SnapshotReference } from "./durable-log.ts";
import type { AppendOutcome, LogBatch, LogRow } from "./event-log.ts";
import { openedRow, sealRow } from "./lane-record.ts";
import { batchDefect, laneDefect } from "./log-batch.ts";
import { MemoryBlobStore } from "./memory-blob-store.ts";
import { MemorySnapshotStore } from "./memory-snapshot-store.ts";
import { rowsDropped } from "./rows-dropped.ts";

export interface MemoryLogOptions {
  /** Keep the rows for reading. Default false: positions are counted and the rows are dropped once folded. */
  readonly keepsEvents?: boolean;
}

/** Lanes of a log in memory: as many as a store of several nodes has. */
const LANE_COUNT = 64;

/**
 * A log in memory: the reference for adapters, and the log of runs that nobody needs after the process.
 * Answers at once, so that a run on it never waits for a promise between two steps.
 */
export class MemoryLog implements DurableLog {
  readonly laneCount = LANE_COUNT;
  readonly snapshots = new MemorySnapshotStore();
  readonly blobs = new MemoryBlobStore();
  readonly #keepsEvents: boolean;
  readonly #lanes = new Map<number, LaneContent>();
  #isClosed = false;

  constructor(options: MemoryLogOptions = {}) {
    this.#keepsEvents = options.keepsEvents ?? false;
  }

  append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome {
    const defect = laneDefect(lane, LANE_COUNT) ?? batchDefect(expectedPosition, batch);
    if (defect !== undefined) throw new DroverError([defect]);
    return this.#append(lane, expectedPosition, batch);
  }

  #append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome {
    if (this.#isClosed) throw new DroverError([codedError("DRV_LOG_CLOSED", "Cannot append: the log is closed")]);
    const content = this.#lane(lane);
    if (content.position !== expectedPosition) return { outcome: "conflict", position: content.position };
    for (const row of batch.rows) {
      content.position += 1;
      if (!this.#keepsEvents) continue;
      const { stream, previousPosition, events } = row;
      content.rows.push({ position: content.position, batchId: batch.batchId, stream, previousPosition, events });
    }
    return { outcome: "appended", position: content.position };
  }

  async *read(lane: number, from: number): AsyncIterable<LogRow> {
    const content = this.#lane(lane);
    if (from > 0 && from < content.first) throw rowsDropped(from, content.first);
    for (let position = Math.max(content.first, from); position <= content.position; position++) {
      const row = content.rows[position - content.first];
      if (row !== undefined) yield row;
    }
  }

  async *readStream(lane: number, newest: number, options: ReadStreamOptions = {}): AsyncIterable<LogRow> {
    const { after = 0 } = options;
    const content = this.#lane(lane);
    const rows: LogRow[] = [];
    for (let position = newest; position > after;) {
      const row = content.rows[position - content.first];
      if (row === undefined) throw rowsDropped(position, content.first);
      rows.push(row);
      position = row.previousPosition;
    }
    for (let index = rows.length - 1; index >= 0; index--) yield must(rows[index], "Rows are a dense list");
  }

  tail(lane: number): number {
    return this.#lane(lane).position;
  }

  firstPosition(lane: number): number {
    return this.#lane(lane).first;
  }

  async seal(lane: number, expectedPosition: number, snapshot: SnapshotReference): Promise<AppendOutcome> {
    const batch = { batchId: `seal.${expectedPosition + 1}`, rows: [sealRow(snapshot), openedRow(snapshot)] };
    const defect = laneDefect(lane, LANE_COUNT);
    if (defect !== undefined) throw new DroverError([defect]);
    const outcome = this.#append(lane, expectedPosition, batch);
    if (outcome.outcome === "appended") this.#lane(lane).segmentStarts.push(outcome.position);
    return outcome;
  }

  async drop(lane: number, position: number): Promise<number> {
    const content = this.#lane(lane);
    const starts = content.segmentStarts;
    const count = starts.filter((start) => start <= position).length - 1;
    if (count <= 0) return 0;
    starts.splice(0, count);
    const first = must(starts[0], "The current segment is never dropped");
    content.rows.splice(0, first - content.first);
    content.first = first;
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#lanes.clear();
  }

  #lane(lane: number): LaneContent {
    let content = this.#lanes.get(lane);
    if (content === undefined) {
      content = { position: 0, first: 1, segmentStarts: [1], rows: [] };
      this.#lanes.set(lane, content);
    }
    return content;
  }
}

interface LaneContent {
  position: number;
  first: number;
  /** First position of every segment kept. */
  readonly segmentStarts: number[];
  readonly rows: LogRow[];
}
