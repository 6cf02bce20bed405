import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import type { FunctionCall } from "./function-declaration.ts";

/**
 * How a value stands within text: texts as they are, numbers as JSON writes them, `true` and `false`. Lists, maps and
 * null have no such form: `undefined`.
 */
export function scalarToText(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** What kind of value it is, for messages. */
export function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (isJsonArray(value)) return "a list";
  if (isJsonObject(value)) return "a map";
  if (typeof value === "string") return "a text";
  return typeof value === "number" ? "a number" : "true or false";
}

/** Takes fuel for everything a value consists of; `false` when there is not enough. */
export function spendValue(value: JsonValue, call: Pick<FunctionCall, "spend" | "spendText">): boolean {
  if (typeof value === "string") return call.spendText(value.length);
  if (!call.spend(1)) return false;
  if (isJsonArray(value)) return value.every((item) => spendValue(item, call));
  if (!isJsonObject(value)) return true;
  return Object.entries(value).every(([name, member]) => call.spendText(name.length) && spendValue(member, call));
}
