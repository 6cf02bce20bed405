import type { DurableLog, ReadStreamOptions, SnapshotReference } from "../src/eventlog/durable-log.ts";
import type { AppendOutcome, LogBatch, LogRow } from "../src/eventlog/event-log.ts";
import { LatencyMeter } from "./latency-meter.ts";

/** A log that passes everything on and measures how long an append takes until it is durable. */
export class TimedLog implements DurableLog {
  readonly commits = new LatencyMeter();
  readonly laneCount: number;
  readonly snapshots: DurableLog["snapshots"];
  readonly blobs: DurableLog["blobs"];
  readonly #log: DurableLog;
  readonly #committed: (position: number) => void;

  /** @param committed told the newest position after each append */
  constructor(log: DurableLog, committed: (position: number) => void) {
    this.#log = log;
    this.#committed = committed;
    this.laneCount = log.laneCount;
    this.snapshots = log.snapshots;
    this.blobs = log.blobs;
  }

  async append(lane: number, expectedPosition: number, batch: LogBatch): Promise<AppendOutcome> {
    const startMs = performance.now();
    const outcome = await this.#log.append(lane, expectedPosition, batch);
    this.commits.record(performance.now() - startMs);
    if (outcome.outcome === "appended") this.#committed(outcome.position);
    return outcome;
  }

  read(lane: number, from: number): AsyncIterable<LogRow> {
    return this.#log.read(lane, from);
  }

  readStream(lane: number, newest: number, options?: ReadStreamOptions): AsyncIterable<LogRow> {
    return this.#log.readStream(lane, newest, options);
  }

  tail(lane: number): number | Promise<number> {
    return this.#log.tail(lane);
  }

  firstPosition(lane: number): number | Promise<number> {
    return this.#log.firstPosition(lane);
  }

  seal(lane: number, expectedPosition: number, snapshot: SnapshotReference): Promise<AppendOutcome> {
    return this.#log.seal(lane, expectedPosition, snapshot);
  }

  drop(lane: number, position: number): Promise<number> {
    return this.#log.drop(lane, position);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
  }
}
