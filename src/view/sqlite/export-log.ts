import { resolve } from "node:path";
import { codedError, DroverError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { ReadRow } from "../../eventlog/sqlite/segment-reader.ts";
import { openSqliteLogReader, type SqliteLogReader } from "../../eventlog/sqlite/sqlite-log-reader.ts";
import { resolvedEvent, RUN_STREAM_PREFIX } from "../stored-event.ts";

export interface ExportOptions {
  /** Only this run. Default: everything, also what the log says about itself. */
  readonly runId?: string;
  readonly onEvent: (event: JsonObject) => void;
  /** What could not be exported; the rest goes on. */
  readonly onProblem: (problem: CodedError) => void;
}

export interface ExportSummary {
  readonly rows: number;
  readonly events: number;
}

/**
 * Gives every event of a log, whole ones for those that are kept as blobs, with the place it has there. Gives a turn to
 * the caller from time to time. Throws `DRV_LOG_ABSENT` or `DRV_LOG_DAMAGED` when the log cannot be opened.
 */
export function* exportLog(folder: string, options: ExportOptions): Generator<void, ExportSummary, undefined> {
  using reader = openSqliteLogReader(resolve(folder));
  const wanted = options.runId === undefined ? undefined : `${RUN_STREAM_PREFIX}${options.runId}`;
  let rows = 0;
  let events = 0;
  let next = reader.first;
  for (let part = reader.rows(next); part.length > 0; part = reader.rows(next)) {
    for (const read of part) {
      next = (read.ok ? read.row.position : read.last) + 1;
      const stream = read.ok ? read.row.stream : read.stream;
      if (wanted !== undefined && stream !== undefined && stream !== wanted) continue;
      rows += 1;
      events += exportRow(read, reader, options);
    }
    yield;
  }
  return { rows, events };
}

function exportRow(read: ReadRow, reader: SqliteLogReader, { onEvent, onProblem }: ExportOptions): number {
  if (!read.ok) {
    onProblem(read.error);
    return 0;
  }
  const { position, stream, batchId, body } = read.row;
  let stored: JsonValue;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes is JSON
    stored = JSON.parse(body) as JsonValue;
  } catch (thrown) {
    onProblem(fromThrown("DRV_LOG_ROW_UNREADABLE", thrown, `Cannot read the row at ${position}`));
    return 0;
  }
  if (!isJsonArray(stored)) {
    onProblem(codedError("DRV_LOG_ROW_UNREADABLE", `Cannot read the row at ${position}: it is no list of events`));
    return 0;
  }
  for (const [index, event] of stored.entries()) {
    onEvent({ position, index, stream, batchId, event: whole(event, reader, onProblem) });
  }
  return stored.length;
}

/** An event whose content is lost is exported as it stands in the log. */
function whole(event: JsonValue, reader: SqliteLogReader, onProblem: ExportOptions["onProblem"]): JsonValue {
  if (!isJsonObject(event)) return event;
  try {
    return resolvedEvent(event, (hash) => new TextDecoder().decode(reader.blob(hash)));
  } catch (thrown) {
    const [error] = thrown instanceof DroverError ? thrown.errors : [];
    onProblem(error ?? fromThrown("DRV_LOG_BLOB_DAMAGED", thrown, "Cannot read the blob of an event"));
    return event;
  }
}
