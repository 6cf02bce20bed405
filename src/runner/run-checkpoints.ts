import type { Clock } from "../base/clock.ts";
import type { RunId } from "../base/ids.ts";
import type { DurableLog, SnapshotReference } from "../eventlog/durable-log.ts";
import { snapshotRow } from "../eventlog/lane-record.ts";
import type { LaneWriter } from "../eventlog/lane-writer.ts";
import { snapshotNameOf } from "./recover-run.ts";

/** When snapshots are taken. */
export interface CheckpointLimits {
  /** Events of one run after which its state is kept. Default 20,000. */
  readonly events?: number;
  /** Milliseconds after which the state of a run that has changed is kept. Default 300,000. */
  readonly intervalMs?: number;
}

export const CHECKPOINT_EVENTS_DEFAULT = 20_000;
export const CHECKPOINT_INTERVAL_MS_DEFAULT = 300_000;
/** Fewer events than this are as quickly read as a snapshot. */
const EVENTS_WORTH_KEEPING = 200;

/** How far a run is ahead of its newest snapshot. */
export interface Lead {
  events: number;
  /** Monotonic time of the first event after it. */
  sinceMs: number;
}

/** Keeps snapshots of runs, each with its hash in the log. */
export class RunCheckpoints {
  readonly #log: DurableLog;
  readonly #writer: LaneWriter;
  readonly #clock: Clock;
  readonly #limits: Required<CheckpointLimits>;

  constructor(
    ports: { readonly log: DurableLog; readonly writer: LaneWriter; readonly clock: Clock },
    limits: CheckpointLimits = {},
  ) {
    this.#log = ports.log;
    this.#writer = ports.writer;
    this.#clock = ports.clock;
    this.#limits = {
      events: limits.events ?? CHECKPOINT_EVENTS_DEFAULT,
      intervalMs: limits.intervalMs ?? CHECKPOINT_INTERVAL_MS_DEFAULT,
    };
  }

  /** Notes events of a run; answers whether its state is to be kept now. */
  isDue(lead: Lead, newEvents: number): boolean {
    if (lead.events === 0) lead.sinceMs = this.#clock.monotonicMs();
    lead.events += newEvents;
    if (lead.events >= this.#limits.events) return true;
    return lead.events >= EVENTS_WORTH_KEEPING && this.#clock.monotonicMs() - lead.sinceMs >= this.#limits.intervalMs;
  }

  /** Whether a run that is let go would be quicker to load with a snapshot. */
  isWorthKeeping(lead: Lead): boolean {
    return lead.events >= EVENTS_WORTH_KEEPING;
  }

  /** Keeps the state of a run at a position, then its hash in the log. */
  async keep(runId: RunId, position: number, content: Uint8Array): Promise<SnapshotReference> {
    const reference = await this.#log.snapshots.put(snapshotNameOf(runId), position, content);
    const row = snapshotRow(reference);
    await this.#writer.write(row);
    this.#writer.forget(row.stream);
    return reference;
  }
}
