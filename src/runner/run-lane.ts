import type { RunEvent } from "../engine/events.ts";
import type { BlobStore } from "../eventlog/durable-log.ts";
import type { AppendOutcome, EventLog, LogBatch, LogRow } from "../eventlog/event-log.ts";
import type { LaneWriter } from "../eventlog/lane-writer.ts";
import { must } from "../base/assert.ts";
import { encodeEvents } from "./event-codec.ts";

/**
 * A lane of a durable log as one run sees it: events are encoded, large ones go to the blob store before the row that
 * names them, and the rows of all runs share commits.
 */
export class RunLane implements EventLog {
  readonly #writer: LaneWriter;
  readonly #blobs: BlobStore;

  constructor(writer: LaneWriter, blobs: BlobStore) {
    this.#writer = writer;
    this.#blobs = blobs;
  }

  async append(_lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    const row = must(batch.rows[0], "A run appends one row at a time");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- events are opaque to the port; those of runs are ours
    const events = row.events as readonly RunEvent[];
    const made = encodeEvents(events, this.#blobs);
    const encoded = typeof made === "string" ? made : await made;
    return this.#writer.write({ ...row, previousPosition: expectedPosition, encoded });
  }

  read(lane: number, from: number): AsyncIterable<LogRow> {
    return this.#writer.read(lane, from);
  }

  tail(lane: number): number | Promise<number> {
    return this.#writer.tail(lane);
  }

  /** The lane belongs to all runs: it is closed by whoever opened it. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
