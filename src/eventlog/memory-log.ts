import type { AppendOutcome, EventLog, LogBatch, LogRow } from "./event-log.ts";

export interface MemoryLogOptions {
  /** Keep the rows for reading. Default false: positions are counted and the rows are dropped once folded. */
  readonly keepsEvents?: boolean;
}

/**
 * A log in memory: the reference for adapters, and the log of runs that nobody needs after the process.
 * Answers at once, so that a run on it never waits for a promise between two steps.
 */
export class MemoryLog implements EventLog {
  readonly #keepsEvents: boolean;
  readonly #lanes = new Map<number, LaneContent>();

  constructor(options: MemoryLogOptions = {}) {
    this.#keepsEvents = options.keepsEvents ?? false;
  }

  append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome {
    const content = this.#lane(lane);
    if (content.position !== expectedPosition) return { outcome: "conflict", position: content.position };
    for (const row of batch.rows) {
      content.position += 1;
      if (this.#keepsEvents) content.rows.push({ ...row, position: content.position, batchId: batch.batchId });
    }
    return { outcome: "appended", position: content.position };
  }

  async *read(lane: number, from: number): AsyncIterable<LogRow> {
    const { rows } = this.#lane(lane);
    for (let index = Math.max(0, from - 1); index < rows.length; index++) {
      const row = rows[index];
      if (row !== undefined) yield row;
    }
  }

  tail(lane: number): number {
    return this.#lane(lane).position;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lanes.clear();
  }

  #lane(lane: number): LaneContent {
    let content = this.#lanes.get(lane);
    if (content === undefined) {
      content = { position: 0, rows: [] };
      this.#lanes.set(lane, content);
    }
    return content;
  }
}

interface LaneContent {
  position: number;
  readonly rows: LogRow[];
}
