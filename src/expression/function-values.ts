import { assert } from "../base/assert.ts";
import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from "../base/json.ts";

// Arguments have been held against their parameters before a function runs; these say so to the compiler.

export function textOf(value: JsonValue | undefined): string {
  assert(typeof value === "string", "an argument was checked to be a text");
  return value;
}

export function countOf(value: JsonValue | undefined): number {
  assert(typeof value === "number", "an argument was checked to be a number");
  return value;
}

export function listFrom(value: JsonValue | undefined): JsonArray {
  assert(value !== undefined && isJsonArray(value), "an argument was checked to be a list");
  return value;
}

export function mapFrom(value: JsonValue | undefined): JsonObject {
  assert(isJsonObject(value), "an argument was checked to be a map");
  return value;
}

export function textsOf(value: JsonValue | undefined): readonly string[] {
  return listFrom(value).map((item) => textOf(item));
}

export function numbersOf(value: JsonValue | undefined): readonly number[] {
  return listFrom(value).map((item) => countOf(item));
}
