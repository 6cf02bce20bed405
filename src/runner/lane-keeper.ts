import type { RunEvent } from "../engine/events.ts";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { NewLogRow } from "../eventlog/event-log.ts";
import type { LaneWriter } from "../eventlog/lane-writer.ts";
import { keepIndex, runOfStream, type RunIndex } from "./run-index.ts";

/** Events of all runs after which the index is kept. */
const INDEX_EVENTS = 20_000;
/** Events per run in the index before it is worth writing it down. */
const INDEX_EVENTS_PER_RUN = 20;
/** Rows of a segment of the log before the next one is begun. */
const SEGMENT_ROWS = 500_000;

export interface LaneKeeperOptions {
  readonly log: DurableLog;
  /** Events of all runs after which the index is kept. Default 20,000, or 20 for each run when that is more. */
  readonly indexEvents?: number;
  /** Default 500,000. */
  readonly segmentRows?: number;
  /** Told when the index or a segment cannot be written. */
  readonly failed: (thrown: unknown) => void;
}

/** Keeps the index of a lane up to date, and cuts the lane into segments. */
export class LaneKeeper {
  readonly index: RunIndex;
  readonly #options: LaneKeeperOptions;
  #writer: LaneWriter | undefined;
  #eventsSince = 0;
  #keeping: Promise<void> | undefined;

  constructor(index: RunIndex, options: LaneKeeperOptions) {
    this.index = index;
    this.#options = options;
  }

  /** From now on rows are noted and segments cut; the index knows all rows before. */
  follow(writer: LaneWriter): void {
    this.#writer = writer;
  }

  /** Notes a committed row. Now and then the index is written down in the background. */
  note(row: NewLogRow, position: number): void {
    const runId = runOfStream(row.stream);
    if (runId === undefined) return;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of runs are written by their drivers only
    this.index.note(runId, row.events as readonly RunEvent[], position);
    this.#eventsSince += row.events.length;
    const wanted = this.#options.indexEvents ?? Math.max(INDEX_EVENTS, INDEX_EVENTS_PER_RUN * this.index.size);
    if (this.#eventsSince < wanted || this.#keeping !== undefined) return;
    this.#keeping = this.#keep(position)
      .catch(this.#options.failed)
      .finally(() => (this.#keeping = undefined));
  }

  /** Writes the index down, if it has changed. */
  async keep(): Promise<void> {
    await this.#keeping;
    if (this.#eventsSince > 0 && this.#writer !== undefined) await this.#keep(this.#writer.position);
  }

  /** @param position newest row that the index knows */
  async #keep(position: number): Promise<void> {
    this.#eventsSince = 0;
    const { log, segmentRows = SEGMENT_ROWS } = this.#options;
    const reference = await keepIndex(log, this.index, position);
    if (this.#writer === undefined || position - this.index.segmentStart < segmentRows) return;
    this.index.segmentStart = await this.#writer.seal(reference);
  }
}
