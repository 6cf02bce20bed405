import type { DurableLog, ReadStreamOptions, SnapshotReference } from "../eventlog/durable-log.ts";
import type { AppendOutcome, LogBatch } from "../eventlog/event-log.ts";

/** Who wants to know that a log has new rows. */
export interface AppendListener {
  notice(position: number): void;
}

/** The same log, which tells `listener` after each append what its newest position is. Closing it closes the log. */
export function noticingLog(log: DurableLog, listener: AppendListener): DurableLog {
  const noticed = async (appended: AppendOutcome | Promise<AppendOutcome>): Promise<AppendOutcome> => {
    const outcome = await appended;
    if (outcome.outcome === "appended") listener.notice(outcome.position);
    return outcome;
  };
  return {
    laneCount: log.laneCount,
    snapshots: log.snapshots,
    blobs: log.blobs,
    append: (lane: number, expectedPosition: number, batch: LogBatch) =>
      noticed(log.append(lane, expectedPosition, batch)),
    seal: (lane: number, expectedPosition: number, snapshot: SnapshotReference) =>
      noticed(log.seal(lane, expectedPosition, snapshot)),
    read: (lane, from) => log.read(lane, from),
    readStream: (lane: number, newest: number, options?: ReadStreamOptions) => log.readStream(lane, newest, options),
    tail: (lane) => log.tail(lane),
    firstPosition: (lane) => log.firstPosition(lane),
    drop: (lane, position) => log.drop(lane, position),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
