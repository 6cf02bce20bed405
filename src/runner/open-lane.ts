import type { CodedError } from "../base/coded-error.ts";
import { LaneWriter } from "../eventlog/lane-writer.ts";
import { LaneKeeper } from "./lane-keeper.ts";
import { errorOf } from "./run-faults.ts";
import type { RunHostOptions } from "./run-host.ts";
import { openIndex } from "./run-index.ts";

/** A lane that this process owns, and where its runs stand. */
export interface OpenedLane {
  readonly writer: LaneWriter;
  readonly keeper: LaneKeeper;
  readonly damaged: readonly CodedError[];
  readonly failed: Promise<CodedError>;
  readonly fail: (error: CodedError) => void;
}

/** Takes a lane over and reads its index. Rejects with `DRV_LOG_…` when the log cannot be used. */
export async function openLane(options: RunHostOptions): Promise<OpenedLane> {
  const { log, lane = 0, random, segmentRows, indexEvents } = options;
  const owner = Buffer.from(random.bytes(12)).toString("hex");
  // Nothing is written before the index has been read, so no row is missed.
  const opened: { keeper?: LaneKeeper } = {};
  const { promise: failed, resolve: fail } = Promise.withResolvers<CodedError>();
  const writer = await LaneWriter.open(log, {
    lane,
    owner,
    committed: (row, position) => opened.keeper?.note(row, position),
    failed: (reason) => fail(errorOf(reason, "Cannot write the log")),
  });
  const { index, damaged } = await openIndex(log, lane);
  const keeper = new LaneKeeper(index, {
    log,
    failed: (thrown) => fail(errorOf(thrown, "Cannot keep the index of runs")),
    ...(segmentRows === undefined ? {} : { segmentRows }),
    ...(indexEvents === undefined ? {} : { indexEvents }),
  });
  keeper.follow(writer);
  opened.keeper = keeper;
  return { writer, keeper, damaged, failed, fail };
}
