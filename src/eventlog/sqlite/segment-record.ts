import type { SnapshotReference } from "../durable-log.ts";
import type { StoredRow } from "./worker-messages.ts";

/** The snapshot a seal refers to, or `undefined` when the row is none. */
export function sealIn(row: StoredRow): SnapshotReference | undefined {
  return row.stream === "log/seal" ? referenceIn(row) : undefined;
}

/** The snapshot the first row of a segment refers to, or `undefined` when the row is none. */
export function openingIn(row: StoredRow): SnapshotReference | undefined {
  return row.stream === "log/segment" ? referenceIn(row) : undefined;
}

/** The owner a row claims the lane for, or `undefined` when it claims nothing. */
export function claimIn(row: StoredRow): string | undefined {
  if (row.stream !== "log/claim") return undefined;
  const record = recordIn(row);
  return record !== undefined && "owner" in record && typeof record.owner === "string" ? record.owner : undefined;
}

function referenceIn(row: StoredRow): SnapshotReference | undefined {
  const record = recordIn(row);
  return record !== undefined && "snapshot" in record && isReference(record.snapshot) ? record.snapshot : undefined;
}

function recordIn(row: StoredRow): object | undefined {
  const events: unknown = JSON.parse(row.body);
  const record: unknown = Array.isArray(events) ? events[0] : undefined;
  return typeof record === "object" && record !== null ? record : undefined;
}

function isReference(value: unknown): value is SnapshotReference {
  if (typeof value !== "object" || value === null) return false;
  if (!("name" in value && "position" in value && "hash" in value)) return false;
  return typeof value.name === "string" && typeof value.position === "number" && typeof value.hash === "string";
}
