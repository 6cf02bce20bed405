import { codedError, DroverError, type CodedError } from "../base/coded-error.ts";
import type { LogBatch, NewLogRow } from "./event-log.ts";
import { isSegmentRecord } from "./lane-record.ts";

/** Characters of a stream's name or a batch id: `<kind>/` and a name, with room. */
const LABEL_LENGTH_MAX = 400;
/** Visible text in any script; what is no character cannot be compared after it was encoded. */
const LABEL = /^[^\p{Cc}\p{Cs}]+$/u;

/** What keeps a batch from being appended after `expectedPosition`, or `undefined`. */
export function batchDefect(expectedPosition: number, batch: LogBatch): CodedError | undefined {
  if (!Number.isSafeInteger(expectedPosition) || expectedPosition < 0) {
    return invalid(`the expected position is ${expectedPosition}, not a whole number from 0 on`);
  }
  if (!isLabel(batch.batchId)) return invalid(`the batch id is not 1 to ${LABEL_LENGTH_MAX} visible characters`);
  if (batch.rows.length === 0) return invalid("the batch has no rows");
  for (const row of batch.rows) {
    const defect = rowDefect(expectedPosition, row);
    if (defect !== undefined) return defect;
  }
  return undefined;
}

function rowDefect(expectedPosition: number, row: NewLogRow): CodedError | undefined {
  if (!isLabel(row.stream)) return invalid(`the stream is not 1 to ${LABEL_LENGTH_MAX} visible characters`);
  if (isSegmentRecord(row.stream)) return invalid(`the stream "${row.stream}" is written by seals alone`);
  const { previousPosition } = row;
  if (!Number.isSafeInteger(previousPosition) || previousPosition < 0 || previousPosition > expectedPosition) {
    return invalid(`the previous row is at ${previousPosition}, not from 0 to ${expectedPosition}`);
  }
  return undefined;
}

/** What keeps a lane from being used, or `undefined`. */
export function laneDefect(lane: number, laneCount: number): CodedError | undefined {
  if (Number.isSafeInteger(lane) && lane >= 0 && lane < laneCount) return undefined;
  return invalid(`the lane is ${lane}, the log has lanes from 0 to ${laneCount - 1}`);
}

export function appendInFlight(what: string): DroverError {
  return new DroverError([
    codedError("DRV_LOG_APPEND_IN_FLIGHT", `Cannot append: another append of ${what} is in flight`),
  ]);
}

function invalid(found: string): CodedError {
  return codedError("DRV_LOG_APPEND_INVALID", `Cannot append: ${found}`);
}

function isLabel(text: string): boolean {
  return text.length <= LABEL_LENGTH_MAX && LABEL.test(text);
}
