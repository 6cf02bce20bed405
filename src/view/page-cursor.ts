import { codedError, DroverError } from "../base/coded-error.ts";
import type { PageQuery } from "./view-rows.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

/** Rows asked for at once. Throws `DRV_VIEW_QUERY_INVALID`. */
export function limitOf({ limit = LIMIT_DEFAULT }: PageQuery): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw invalid(`the limit is ${String(limit)}, not a whole number from 1 to ${LIMIT_MAX}`);
}

/** Where the next part of a list begins, as text for callers to keep. */
export function cursorText(place: readonly number[]): string {
  return place.map(String).join(".");
}

/** The place a cursor names: `count` numbers. Throws `DRV_VIEW_QUERY_INVALID`. */
export function placeOf({ cursor }: PageQuery, count: number): readonly number[] | undefined {
  if (cursor === undefined) return undefined;
  const parts = cursor.split(".");
  const place = parts.map(Number);
  const isPlace = parts.every((part) => /^[0-9]{1,16}$/.test(part)) && place.every(Number.isSafeInteger);
  if (parts.length === count && isPlace) return place;
  throw invalid("the cursor is none that an answer to this question gave");
}

/** Refuses what cannot be asked. */
export function invalid(found: string): DroverError {
  return new DroverError([codedError("DRV_VIEW_QUERY_INVALID", `Cannot ask the read model: ${found}`)]);
}
