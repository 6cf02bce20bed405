import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import type { ParameterKind } from "./function-declaration.ts";
import { isAssignable, isNumeric, withoutNull } from "./type-relations.ts";
import { ANY, BOOLEAN, INTEGER, isNullable, listOf, mapOf, membersOf, STRING, type ValueType } from "./value-type.ts";

const TO_TEXT = "Convert it with string(x)";
const LIST_HINT = "Give a list; the values of a map are values(map), any JSON becomes a list with list(x)";

export const TEXT: ParameterKind = {
  label: "string",
  accepts: (type) => isAssignable(type, STRING),
  holds: (value) => typeof value === "string",
  hint: TO_TEXT,
};

export const WHOLE: ParameterKind = {
  label: "integer",
  accepts: (type) => isAssignable(type, INTEGER),
  holds: (value) => Number.isSafeInteger(value),
  hint: "Convert it with int(x), floor(x) or round(x)",
};

export const NUMERIC: ParameterKind = {
  label: "number",
  accepts: isNumeric,
  holds: (value) => typeof value === "number",
  hint: "Convert it with number(x) or int(x)",
};

export const LIST: ParameterKind = {
  label: "list",
  accepts: (type) => isAssignable(type, listOf(ANY)),
  holds: isJsonArray,
  hint: LIST_HINT,
};

export const TEXTS: ParameterKind = {
  label: "list<string>",
  accepts: (type) => isAssignable(type, listOf(STRING)),
  holds: (value) => isJsonArray(value) && value.every((item) => typeof item === "string"),
  hint: "Convert its items first, as in [string(x) for x in list]",
};

export const NUMBERS: ParameterKind = {
  label: "list<number>",
  accepts: (type) => type.kind === "list" && isNumeric(type.item),
  holds: (value) => isJsonArray(value) && value.every((item) => typeof item === "number"),
  hint: "Convert its items first, as in [number(x) for x in list]",
};

/** Items that have an order: all numbers or all texts. */
export const ORDERED: ParameterKind = {
  label: "list<number> or list<string>",
  accepts: (type) => type.kind === "list" && (isNumeric(type.item) || isAssignable(type.item, STRING)),
  holds: (value) => NUMBERS.holds(value) || TEXTS.holds(value),
  hint: "Take what has an order from each item, as in [x.size for x in list]",
};

export const MAP: ParameterKind = {
  label: "map",
  accepts: (type) => isAssignable(type, mapOf(ANY)),
  holds: isJsonObject,
  hint: "Give a map or an object; any JSON becomes a map with map(x)",
};

export const MAP_OR_LIST: ParameterKind = {
  label: "list or map",
  accepts: (type) => LIST.accepts(type) || MAP.accepts(type),
  holds: (value) => isJsonArray(value) || isJsonObject(value),
  hint: LIST_HINT,
};

/** Answers for many hosts or items: a list, or a map by host. */
export const ANSWERS: ParameterKind = {
  label: "list<boolean> or map<string, boolean>",
  accepts: (type) => isAssignable(type, listOf(BOOLEAN)) || isAssignable(type, mapOf(BOOLEAN)),
  holds: (value) => answersOf(value).every((item) => typeof item === "boolean"),
  hint: "Ask something of each, as in [r.changed for host, r in tasks.restart.hosts]",
};

export function answersOf(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [value];
}

/** What one text can be made of. */
export const SCALAR: ParameterKind = {
  label: "string, number, boolean or any JSON",
  accepts: (type) => !isNullable(type) && membersOf(type).every(isScalar),
  holds: () => true,
  hint: "Lists and maps become text with json(x); for null give another value with ??",
};

function isScalar(type: ValueType): boolean {
  return type.kind === "any" || isNumeric(type) || type.kind === "string" || type.kind === "boolean";
}

export const ANYTHING: ParameterKind = { label: "any value", accepts: () => true, holds: () => true };

/** Items of a list type; of what is one only in the end, such as a union of lists, any JSON. */
export function itemOf(type: ValueType | undefined): ValueType {
  if (type === undefined) return ANY;
  return type.kind === "list" ? type.item : ANY;
}

/** Values of a list, map or object type. */
export function valueOf(type: ValueType | undefined): ValueType {
  const target = type === undefined ? ANY : withoutNull(type);
  return target.kind === "map" ? target.value : itemOf(target);
}
