import { assert } from "../../base/assert.ts";
import { isJsonObject, type JsonObject, toJson } from "../../base/json.ts";

/** Members of a map that has been checked; what was refused is not there. */
export type Members = ReadonlyMap<string, unknown>;

export const NO_MEMBERS: Members = new Map();

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function membersOf(value: unknown): Members | undefined {
  return value instanceof Map ? value : undefined;
}

export function itemsOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** One value as a list of one. */
export function oneOrMoreOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : (itemsOf(value) ?? [value]);
}

/** The members that are there, under the same names. */
export function copied(members: Members, names: readonly string[]): { readonly [name: string]: unknown } {
  const found: Record<string, unknown> = {};
  for (const name of names) if (members.has(name)) found[name] = members.get(name);
  return found;
}

/** Checked maps as plain objects again. */
export function plainOf(value: unknown): unknown {
  if (value instanceof Map) {
    const entries: readonly (readonly [string, unknown])[] = [...value];
    return Object.fromEntries(entries.map(([name, member]) => [name, plainOf(member)]));
  }
  return Array.isArray(value) ? value.map(plainOf) : value;
}

/** A map of a file as what it is: plain JSON. */
export function jsonOf(value: object): JsonObject {
  const converted = toJson(value, { bytesMax: Number.MAX_SAFE_INTEGER });
  assert(converted.ok && isJsonObject(converted.value), "Files hold nothing but plain data");
  return converted.value;
}
