import type { JsonObject } from "../base/json.ts";
import type { DriftEntry, DriftReport } from "./drift.ts";
import { changeDocuments, errorDocument } from "./report-document.ts";

/** What has drifted as plain data for programs: what `drover drift --output json` prints. */
export function driftDocument({ plan, entries, counts, hasDrift }: DriftReport): JsonObject {
  return { version: 1, plan, hasDrift, counts: { ...counts }, entries: entries.map(entryDocument) };
}

function entryDocument({ changes, error, ...rest }: DriftEntry): JsonObject {
  return {
    ...rest,
    ...(changes !== undefined && { changes: changeDocuments(changes) }),
    ...(error !== undefined && { error: errorDocument(error) }),
  };
}
