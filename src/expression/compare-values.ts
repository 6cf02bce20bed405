import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";

/**
 * Whether two values are equal: by content, members in any order. `spend` is asked for each part compared; `undefined`
 * when it refuses.
 */
export function isEqual(one: JsonValue, other: JsonValue, spend: (units: number) => boolean): boolean | undefined {
  if (!spend(1)) return undefined;
  if (isJsonArray(one)) {
    if (!isJsonArray(other) || one.length !== other.length) return false;
    for (const [at, item] of one.entries()) {
      const answer = isEqual(item, other[at] ?? null, spend);
      if (answer !== true) return answer;
    }
    return true;
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  for (const name of names) {
    const answer = Object.hasOwn(other, name) && isEqual(one[name] ?? null, other[name] ?? null, spend);
    if (answer !== true) return answer;
  }
  return true;
}

/** Order of texts by their UTF-16 units, the same on every machine. */
export function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
