/** The durable log of one machine: a data folder written by SQLite. */
export { openSqliteLog, SqliteLog } from "./eventlog/sqlite/sqlite-log.ts";
export { LaneWriter, type LaneWriterOptions } from "./eventlog/lane-writer.ts";
export type {
  BlobStore,
  DurableLog,
  LatestSnapshot,
  Snapshot,
  SnapshotReference,
  SnapshotStore,
} from "./eventlog/durable-log.ts";
