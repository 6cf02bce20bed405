import { isJsonArray, isJsonObject, type JsonObject, type JsonPrimitive, type JsonValue } from "../base/json.ts";
import { findFunction } from "./functions.ts";
import type { CalculateOperator, CompareOperator, MissingPolicy, ProgramNode } from "./program.ts";
import { ownMember } from "./value-scope.ts";

/** A node, with the nodes it refers to. */
export interface NodeReading {
  readonly node: ProgramNode;
  readonly children: readonly number[];
}

const COMPARE: readonly CompareOperator[] = ["==", "!=", "<", "<=", ">", ">=", "in"];
const CALCULATE: readonly CalculateOperator[] = ["+", "-", "*", "/", "%"];
const MISSING: readonly MissingPolicy[] = ["error", "null", "lenient"];
/** Variables that are in reach at once. */
const SLOTS_MAX = 1_000;

/** Reads a node that refers to earlier nodes only; `undefined` when it is none. */
export function readNode(value: JsonObject, index: number): NodeReading | undefined {
  const fields = new Fields(value, index);
  const node = nodeFrom(fields);
  return node === undefined ? undefined : { node, children: fields.children };
}

/** Members of a node by what they must be; each answers `undefined` when they are something else. */
class Fields {
  readonly #value: JsonObject;
  readonly #index: number;
  readonly children: number[] = [];

  constructor(value: JsonObject, index: number) {
    this.#value = value;
    this.#index = index;
  }

  get(name: string): JsonValue | undefined {
    return ownMember(this.#value, name);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    return typeof value === "string" ? value : undefined;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return choices.find((choice) => choice === this.get(name));
  }

  slot(): number | undefined {
    const value = this.get("slot");
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value < SLOTS_MAX
      ? value
      : undefined;
  }

  child(name: string): number | undefined {
    return this.#childFrom(this.get(name));
  }

  /** `null` where there is none. */
  childOrNull(name: string): number | null | undefined {
    return this.get(name) === null ? null : this.child(name);
  }

  childList(name: string): readonly number[] | undefined {
    const value = this.get(name);
    if (value === undefined || !isJsonArray(value)) return undefined;
    const read = value.map((each) => this.#childFrom(each)).filter((child) => child !== undefined);
    return read.length === value.length ? read : undefined;
  }

  #childFrom(value: JsonValue | undefined): number | undefined {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value >= this.#index)
      return undefined;
    this.children.push(value);
    return value;
  }
}

type Read = ProgramNode | undefined;

function nodeFrom(fields: Fields): Read {
  switch (fields.text("do") ?? "") {
    case "literal":
      return readLiteral(fields.get("value"));
    case "root":
    case "field":
    case "local":
      return readLeaf(fields);
    case "member":
    case "index":
    case "length":
      return readLookUp(fields);
    case "not":
    case "negate":
    case "has":
      return readOne(fields);
    case "and":
    case "or":
    case "default":
    case "compare":
    case "calculate":
      return readTwo(fields);
    case "if":
      return readIf(fields);
    case "list":
    case "map":
    case "call":
    case "text":
      return readMany(fields);
    case "each":
      return readEach(fields);
    default:
      return undefined;
  }
}

function readLiteral(value: JsonValue | undefined): Read {
  if (value === undefined || isJsonArray(value) || isJsonObject(value)) return undefined;
  const primitive: JsonPrimitive = value;
  return { do: "literal", value: primitive };
}

function readLeaf(fields: Fields): Read {
  const slot = fields.slot();
  if (fields.get("do") === "local") return slot === undefined ? undefined : { do: "local", slot };
  const name = fields.text("name");
  if (name === undefined) return undefined;
  if (fields.get("do") === "root") return { do: "root", name };
  const root = fields.text("root");
  const missing = fields.choice("missing", MISSING);
  return root === undefined || missing === undefined ? undefined : { do: "field", root, name, missing };
}

function readLookUp(fields: Fields): Read {
  const of = fields.child("of");
  const missing = fields.choice("missing", MISSING);
  if (of === undefined || missing === undefined) return undefined;
  if (fields.get("do") === "length") return { do: "length", of, missing };
  const name = fields.text("name");
  if (fields.get("do") === "member") return name === undefined ? undefined : { do: "member", of, name, missing };
  const at = fields.child("at");
  return at === undefined ? undefined : { do: "index", of, at, missing };
}

function readOne(fields: Fields): Read {
  const kind = fields.choice("do", ["not", "negate", "has"] as const);
  const of = fields.child("of");
  return kind === undefined || of === undefined ? undefined : { do: kind, of };
}

function readTwo(fields: Fields): Read {
  const left = fields.child("left");
  const right = fields.child("right");
  if (left === undefined || right === undefined) return undefined;
  const branch = fields.choice("do", ["and", "or", "default"] as const);
  if (branch !== undefined) return { do: branch, left, right };
  const comparing = fields.choice("operator", COMPARE);
  const calculating = fields.choice("operator", CALCULATE);
  if (fields.get("do") === "compare") {
    return comparing === undefined ? undefined : { do: "compare", operator: comparing, left, right };
  }
  return calculating === undefined ? undefined : { do: "calculate", operator: calculating, left, right };
}

function readIf(fields: Fields): Read {
  const condition = fields.child("condition");
  const whenTrue = fields.child("whenTrue");
  const whenFalse = fields.child("whenFalse");
  if (condition === undefined || whenTrue === undefined || whenFalse === undefined) return undefined;
  return { do: "if", condition, whenTrue, whenFalse };
}

function readMany(fields: Fields): Read {
  if (fields.get("do") === "list") {
    const items = fields.childList("items");
    return items === undefined ? undefined : { do: "list", items };
  }
  if (fields.get("do") === "map") {
    const keys = fields.childList("keys");
    const values = fields.childList("values");
    return keys === undefined || values?.length !== keys.length ? undefined : { do: "map", keys, values };
  }
  return fields.get("do") === "call" ? readCall(fields) : readText(fields);
}

function readCall(fields: Fields): Read {
  const name = fields.text("name");
  const values = fields.childList("arguments");
  const declaration = name === undefined ? undefined : findFunction(name);
  if (name === undefined || values === undefined || declaration === undefined) return undefined;
  const needed = declaration.parameters.filter((parameter) => parameter.isOptional !== true).length;
  if (values.length < needed || values.length > declaration.parameters.length) return undefined;
  return { do: "call", name, arguments: values };
}

function readText(fields: Fields): Read {
  const parts = fields.childList("parts");
  const secrets = fields.get("secrets");
  if (parts === undefined || secrets === undefined || !isJsonArray(secrets)) return undefined;
  const flags = secrets.filter((each) => typeof each === "boolean");
  return flags.length === parts.length && secrets.length === parts.length
    ? { do: "text", parts, secrets: flags }
    : undefined;
}

function readEach(fields: Fields): Read {
  const slot = fields.slot();
  const names = fields.get("names");
  const source = fields.child("source");
  const condition = fields.childOrNull("condition");
  const key = fields.childOrNull("key");
  const value = fields.child("value");
  if (slot === undefined || source === undefined || value === undefined) return undefined;
  if (condition === undefined || key === undefined || (names !== 1 && names !== 2)) return undefined;
  return { do: "each", slot, names, source, condition, key, value };
}
