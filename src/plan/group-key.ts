import { canonicalHash, isJsonObject, type JsonValue } from "../base/json.ts";

/** Longest key taken from a value as it is. */
const KEY_LENGTH_MAX = 60;
/** Members of an object that name it, best first. */
const NAMING_MEMBERS = ["key", "id", "name"] as const;
/** What would be read as part of a path of tasks, moves a cursor, or stands for an escape itself. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is looking for
const UNSAFE = /[/[\]%\u0000-\u001f\u007f-\u009f]/g;

/**
 * The key of a copy of a group, from its item: a text, number or truth value itself; for an object its member `key`, `id`
 * or `name`; else a digest. Characters that names of tasks cannot hold are written as `%2F`, long texts are cut and get a
 * digest, so that different items keep different keys. The same item always has the same key.
 */
export function groupKeyOf(value: JsonValue): string {
  const text = textOf(value);
  if (text === undefined) return digestOf(value);
  const safe = text.isWellFormed() ? text.normalize("NFC").replaceAll(UNSAFE, escaped) : "";
  if (safe.trim() === "") return digestOf(value);
  return safe.length <= KEY_LENGTH_MAX
    ? safe
    : `${safe.slice(0, KEY_LENGTH_MAX - 13).toWellFormed()}~${digestOf(text)}`;
}

function textOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!isJsonObject(value)) return undefined;
  for (const member of NAMING_MEMBERS) {
    const found = Object.hasOwn(value, member) ? value[member] : undefined;
    if (typeof found === "string" || typeof found === "number") return String(found);
  }
  return undefined;
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function digestOf(value: JsonValue): string {
  return canonicalHash(value).slice(0, 12);
}
