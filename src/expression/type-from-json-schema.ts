import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from "../base/json.ts";
import { unionOf } from "./type-relations.ts";
import { ownMember } from "./value-scope.ts";
import {
  ANY,
  BOOLEAN,
  INTEGER,
  listOf,
  mapOf,
  NEVER,
  NULL,
  NUMBER,
  type ObjectField,
  secret,
  STRING,
  type ValueType,
} from "./value-type.ts";

export interface JsonSchemaOptions {
  /**
   * Which parts are secret, as paths of names with dots (`headers.authorization`), in any case; lists count as their
   * items. `writeOnly` and `format: password` in the schema say the same.
   */
  readonly secretPaths?: readonly string[];
}

/** References followed one within the other: types are trees, so that schemas that contain themselves end somewhere. */
const REFERENCES_MAX = 8;

interface Reading {
  readonly root: JsonValue;
  readonly references: number;
  readonly secretPaths: readonly (readonly string[])[];
}

/**
 * The type of the values that a JSON Schema allows, such as the schema of what an operation returns. What a type cannot
 * say (patterns, ranges, combinations) becomes a wider type, at the widest any JSON.
 */
export function typeFromJsonSchema(schema: JsonValue, options: JsonSchemaOptions = {}): ValueType {
  const secretPaths = (options.secretPaths ?? []).map((path) => path.toLowerCase().split("."));
  return readSchema(schema, { root: schema, references: 0, secretPaths });
}

function readSchema(schema: JsonValue, reading: Reading): ValueType {
  if (!isJsonObject(schema)) return schema === false ? NEVER : ANY;
  const type = readPlain(schema, reading);
  const isSecret =
    ownMember(schema, "writeOnly") === true ||
    ownMember(schema, "format") === "password" ||
    reading.secretPaths.some((path) => path.length === 0);
  return isSecret ? secret(type) : type;
}

function readPlain(schema: JsonObject, reading: Reading): ValueType {
  const reference = ownMember(schema, "$ref");
  if (typeof reference === "string") return readReference(reference, reading);
  const constant = ownMember(schema, "const");
  if (constant !== undefined) return typeOfValue(constant);
  const values = ownMember(schema, "enum");
  if (values !== undefined && isJsonArray(values)) return unionOf(values.map(typeOfValue));
  for (const word of ["anyOf", "oneOf"]) {
    const choices = ownMember(schema, word);
    if (choices !== undefined && isJsonArray(choices)) return unionOf(choices.map((each) => readSchema(each, reading)));
  }
  const all = ownMember(schema, "allOf");
  if (all !== undefined && isJsonArray(all)) return readAll(all, reading);
  const named = ownMember(schema, "type") ?? impliedType(schema);
  const names = isJsonArray(named) ? named : [named];
  const types = names.map((name) => readType(typeof name === "string" ? name : "", schema, reading));
  return unionOf(ownMember(schema, "nullable") === true ? [...types, NULL] : types);
}

function impliedType(schema: JsonObject): JsonValue {
  if (Object.hasOwn(schema, "properties")) return "object";
  return Object.hasOwn(schema, "items") || Object.hasOwn(schema, "prefixItems") ? "array" : null;
}

function readType(name: string, schema: JsonObject, reading: Reading): ValueType {
  switch (name) {
    case "string":
      return STRING;
    case "integer":
      return INTEGER;
    case "number":
      return NUMBER;
    case "boolean":
      return BOOLEAN;
    case "null":
      return NULL;
    case "array":
      return readArray(schema, reading);
    case "object":
      return readObject(schema, reading);
    default:
      return ANY;
  }
}

function readArray(schema: JsonObject, reading: Reading): ValueType {
  const first = ownMember(schema, "prefixItems");
  const rest = ownMember(schema, "items");
  const items = first !== undefined && isJsonArray(first) ? [...first] : [];
  // Without a word about further items, anything may follow.
  if (rest !== false) items.push(rest ?? true);
  return listOf(unionOf(items.map((item) => readSchema(item, reading))));
}

function readObject(schema: JsonObject, reading: Reading): ValueType {
  const properties = ownMember(schema, "properties");
  const others = ownMember(schema, "additionalProperties");
  if (!isJsonObject(properties) || Object.keys(properties).length === 0) {
    if (others === false) return { kind: "object", fields: new Map() };
    return mapOf(readSchema(others ?? true, below(reading, "*")));
  }
  const required = ownMember(schema, "required");
  const names = required !== undefined && isJsonArray(required) ? required : [];
  const fields = new Map<string, ObjectField>();
  for (const [name, property] of Object.entries(properties)) {
    const type = readSchema(property, below(reading, name));
    fields.set(name, names.includes(name) ? { type } : { type, isOptional: true });
  }
  return { kind: "object", fields };
}

/** Paths that lead into a member, without its name. */
function below(reading: Reading, name: string): Reading {
  const secretPaths = reading.secretPaths.flatMap(([first, ...rest]) =>
    first === name.toLowerCase() || name === "*" ? [rest] : [],
  );
  return { ...reading, secretPaths };
}

/** Objects are joined; of other types that must all hold, the first says enough. */
function readAll(all: JsonArray, reading: Reading): ValueType {
  const types = all.map((each) => readSchema(each, reading)).filter((type) => type.kind !== "any");
  const objects = types.filter((type) => type.kind === "object");
  if (objects.length !== types.length || objects.length === 0) return types[0] ?? ANY;
  return { kind: "object", fields: new Map(objects.flatMap((type) => [...type.fields])) };
}

/** References within the schema, `#/$defs/name`; others are not read. */
function readReference(reference: string, reading: Reading): ValueType {
  if (!reference.startsWith("#") || reading.references >= REFERENCES_MAX) return ANY;
  let target: JsonValue | undefined = reading.root;
  for (const piece of reference.slice(1).split("/").filter(Boolean)) {
    const name = piece.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isJsonObject(target) ? ownMember(target, name) : undefined;
  }
  return target === undefined ? ANY : readSchema(target, { ...reading, references: reading.references + 1 });
}

/** The narrowest type of one value. */
export function typeOfValue(value: JsonValue): ValueType {
  if (value === null) return NULL;
  if (typeof value === "string") return { kind: "string", oneOf: [value] };
  if (typeof value === "boolean") return BOOLEAN;
  if (typeof value === "number") return Number.isSafeInteger(value) ? INTEGER : NUMBER;
  if (isJsonArray(value)) return listOf(unionOf(value.map(typeOfValue)));
  const fields = Object.entries(value).map(([name, member]): [string, ObjectField] => [
    name,
    { type: typeOfValue(member) },
  ]);
  return { kind: "object", fields: new Map(fields) };
}
