import type { CodedError } from "../base/coded-error.ts";
import type { AppendOutcome, EventLog, LogRow } from "./event-log.ts";

/**
 * The whole contract of a log that outlives its process; `eventLogSuite` in `drover/testing` tests every rule of it.
 *
 * * Positions of a lane are dense from 1 and written at most once. At most one append per lane is in flight: a second
 *   one rejects with `DRV_LOG_APPEND_IN_FLIGHT`. Callers that share a lane go through a `LaneWriter`.
 * * What `append` answered `appended` is there after any crash. After a write error nothing is written any more: every
 *   pending and later append rejects with `DRV_LOG_WRITE_FAILED`, and the process should end with its log intact. What
 *   was rejected so may be found in the log when it is opened again, whole or not at all.
 * * Reading rejects with `DRV_LOG_DAMAGED` when a row is not as it was written; it never leaves one out.
 */
export interface DurableLog extends EventLog {
  /** Lanes are numbered from 0 to one below this. Others are refused with `DRV_LOG_APPEND_INVALID`. */
  readonly laneCount: number;
  readonly snapshots: SnapshotStore;
  readonly blobs: BlobStore;
  /** Position of the oldest row kept; 1 until segments are dropped. */
  firstPosition(lane: number): number | Promise<number>;
  /** Rows of one stream, oldest first, found from its newest row by the links between them, without a scan. */
  readStream(lane: number, newest: number, options?: ReadStreamOptions): AsyncIterable<LogRow>;
  /**
   * Ends the current segment after `expectedPosition` with a seal and starts the next one with a reference to the
   * snapshot from which the lane is rebuilt: two rows, all or nothing. Counts as an append of the lane.
   */
  seal(lane: number, expectedPosition: number, snapshot: SnapshotReference): Promise<AppendOutcome>;
  /** Drops the sealed segments that hold only rows before `position`; answers how many. Never part of a segment. */
  drop(lane: number, position: number): Promise<number>;
}

export interface ReadStreamOptions {
  /** Leaves out rows up to this position: what a snapshot already holds. Default 0, the whole stream. */
  readonly after?: number;
}

export interface SnapshotReference {
  readonly name: string;
  /** Newest row the snapshot holds. */
  readonly position: number;
  /** SHA-256 of its content, 64 hexadecimal digits. */
  readonly hash: string;
}

export interface Snapshot extends SnapshotReference {
  readonly content: Uint8Array;
}

export interface LatestSnapshot {
  /** The newest one that is as it was written; absent when there is none. */
  readonly snapshot?: Snapshot;
  /** Newer ones that were passed over, newest first: `DRV_LOG_SNAPSHOT_DAMAGED` each. */
  readonly damaged: readonly CodedError[];
}

/** Folded state by name, always reproducible from the log. The newest {@link SNAPSHOTS_KEPT} of a name are kept. */
export interface SnapshotStore {
  /** Keeps `content` as the state of `name` at `position`, durably; replaces one of the same position. */
  put(name: string, position: number, content: Uint8Array): Promise<SnapshotReference>;
  latest(name: string): Promise<LatestSnapshot>;
}

/** Snapshots kept of one name. */
export const SNAPSHOTS_KEPT = 10;

/** Content by its SHA-256: what is too large for an event. */
export interface BlobStore {
  /** Keeps the content; when the promise resolves it is durable, and events may name the hash. */
  put(content: Uint8Array): Promise<string>;
  /** The content of a hash; rejects with `DRV_LOG_BLOB_MISSING` or `DRV_LOG_BLOB_DAMAGED`. */
  get(hash: string): Promise<Uint8Array>;
}
