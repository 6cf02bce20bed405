import { hash } from "node:crypto"; // The one pure file that hashes; see ARCHITECTURE.md.

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Writes JSON with sorted keys and no white space, so that equal values give equal bytes.
 * Nesting is bounded by {@link JSON_DEPTH_MAX}, which `toJson` checks for values from outside.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const keys = Object.keys(value).sort();
  const members: string[] = [];
  for (const key of keys) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** SHA-256 over the canonical JSON of `value`, as 64 lower-case hexadecimal digits. */
export function canonicalHash(value: JsonValue): string {
  return sha256(canonicalJson(value));
}

/** SHA-256 of text (as UTF-8) or bytes, as 64 lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

export function isJsonArray(value: JsonValue): value is JsonArray {
  return Array.isArray(value);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Why a value is not JSON; `path` leads to the offending part, `$` being the value itself. */
export interface JsonDefect {
  readonly path: string;
  readonly reason: "cycle" | "depth" | "size" | "type";
  readonly found: string;
}

/** Deepest nesting {@link toJson} accepts. */
export const JSON_DEPTH_MAX = 200;

export interface ToJsonOptions {
  /** Approximate size limit in bytes of the encoded value. */
  readonly bytesMax: number;
}

/**
 * Turns an unknown value from user code into plain JSON, or says why that is impossible.
 * Members that are `undefined` are left out, `Date` becomes its ISO text, typed class instances with a `toJSON`
 * method are asked for it; functions, symbols, big integers and non-finite numbers are defects, never silent losses.
 */
export function toJson(
  value: unknown,
  options: ToJsonOptions,
):
  | { readonly ok: true; readonly value: JsonValue; readonly bytes: number }
  | { readonly ok: false; readonly defect: JsonDefect } {
  const budget = { left: options.bytesMax };
  const open: object[] = [];
  const state: ConversionState = { budget, open, defect: undefined };
  const converted = convertSafely(value, state);
  if (state.defect !== undefined) return { ok: false, defect: state.defect };
  return { ok: true, value: converted, bytes: options.bytesMax - budget.left };
}

/** Getters and `toJSON` are foreign code: what they throw is a defect of the value. */
function convertSafely(value: unknown, state: ConversionState): JsonValue {
  try {
    return convert(value, "$", state);
  } catch (thrown) {
    const found = `a value that cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    return fail(state, { path: "$", reason: "type", found });
  }
}

interface ConversionState {
  readonly budget: { left: number };
  readonly open: object[];
  defect: JsonDefect | undefined;
}

function convert(value: unknown, path: string, state: ConversionState): JsonValue {
  if (state.defect !== undefined) return null;
  switch (typeof value) {
    case "string":
      return spend(state, path, value.length + 2) ? value : null;
    case "boolean":
      return spend(state, path, 5) ? value : null;
    case "number":
      if (!Number.isFinite(value)) return fail(state, { path, reason: "type", found: String(value) });
      return spend(state, path, 8) ? value : null;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : convertObject(value, path, state);
    case "bigint":
    case "function":
    case "symbol":
      return fail(state, { path, reason: "type", found: typeof value });
  }
}

function convertObject(value: object, path: string, state: ConversionState): JsonValue {
  if (state.open.includes(value)) return fail(state, { path, reason: "cycle", found: "a value inside itself" });
  if (state.open.length >= JSON_DEPTH_MAX)
    return fail(state, { path, reason: "depth", found: `more than ${JSON_DEPTH_MAX} levels` });
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const replaced: unknown = Reflect.apply(value.toJSON, value, [""]);
    if (replaced !== value) return convert(replaced, path, state);
  }
  if (!spend(state, path, 2)) return null;
  state.open.push(value);
  const converted = Array.isArray(value) ? convertItems(value, path, state) : convertMembers(value, path, state);
  state.open.pop();
  return converted;
}

function convertItems(items: readonly unknown[], path: string, state: ConversionState): JsonValue {
  const converted: JsonValue[] = [];
  for (let index = 0; index < items.length && state.defect === undefined; index++) {
    converted.push(convert(items[index], `${path}[${index}]`, state));
  }
  return converted;
}

function convertMembers(value: object, path: string, state: ConversionState): JsonValue {
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || value instanceof Promise) {
    return fail(state, { path, reason: "type", found: value.constructor.name });
  }
  const converted: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (!spend(state, path, key.length + 4)) return null;
    const memberValue = convert(member, `${path}.${key}`, state);
    // A plain assignment of "__proto__" would change the prototype instead of adding a member.
    Object.defineProperty(converted, key, { value: memberValue, enumerable: true, writable: true, configurable: true });
    if (state.defect !== undefined) return null;
  }
  return converted;
}

function spend(state: ConversionState, path: string, bytes: number): boolean {
  state.budget.left -= bytes;
  if (state.budget.left >= 0) return true;
  fail(state, { path, reason: "size", found: "a value over the size limit" });
  return false;
}

function fail(state: ConversionState, defect: JsonDefect): null {
  state.defect ??= defect;
  return null;
}
