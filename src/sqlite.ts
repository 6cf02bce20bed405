/** The durable log of one machine, a data folder written by SQLite, and the read model made from it. */
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
export { noticingLog, type AppendListener } from "./view/noticing-log.ts";
export { Projector, startProjector } from "./view/sqlite/projector.ts";
export { openView, ViewReader } from "./view/sqlite/view-reader.ts";
export type {
  ErrorText,
  HostHistoryRow,
  HostRow,
  Page,
  PageQuery,
  RunQuery,
  RunRow,
  RunStatus,
  TaskQuery,
  TaskRow,
  TimelineEntry,
} from "./view/view-rows.ts";
export type { Quarantine } from "./view/run-records.ts";
