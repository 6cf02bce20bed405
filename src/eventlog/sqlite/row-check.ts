import type { SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { damaged } from "./log-refusal.ts";
import type { StoredRow } from "./worker-messages.ts";

/** Sum over everything in a row, so that a flipped bit anywhere in it is noticed. */
export function checksumOf({ position, stream, previousPosition, batchId, body }: StoredRow): number {
  return crc32(body, crc32(`${position}\n${stream}\n${previousPosition}\n${batchId}\n`));
}

/** A record of the table as a row, or a refusal when it is not what was written. */
export function checkRow(path: string, record: Readonly<Record<string, SQLOutputValue>>): StoredRow {
  const { seq, lane, stream, previous, batch, body, checksum } = record;
  if (
    typeof seq !== "number" ||
    lane !== 0 ||
    typeof stream !== "string" ||
    typeof previous !== "number" ||
    typeof batch !== "string" ||
    typeof body !== "string"
  ) {
    throw damaged(path, `the row at ${String(seq)} is not of the shape it was written in`);
  }
  const row = { position: seq, stream, previousPosition: previous, batchId: batch, body };
  if (checksumOf(row) !== checksum)
    throw damaged(path, `the row at ${seq} has another checksum than it was written with`);
  return row;
}
