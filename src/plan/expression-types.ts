import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { unionOf } from "../expression/type-relations.ts";
import {
  ANY,
  BOOLEAN,
  INTEGER,
  listOf,
  mapOf,
  NULL,
  NUMBER,
  type ObjectField,
  type ObjectType,
  secret,
  STRING,
  type ValueType,
} from "../expression/value-type.ts";
import type { ParameterDefinition, ParametersDefinition } from "../definition/parameters.ts";
import { parameterNames, paramsSchema } from "./params.ts";

/** Types of schemas that have been read: those of operations are asked for again and again. */
const known = new WeakMap<JsonObject, ValueType>();

/** The type of the values a JSON Schema (draft 2020-12) allows; what it cannot say is anything. */
export function typeOfSchema(schema: JsonValue | undefined): ValueType {
  if (!isJsonObject(schema)) return ANY;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const type = readSchema(schema);
  known.set(schema, type);
  return type;
}

function readSchema(schema: JsonObject): ValueType {
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  if (isList(alternatives)) return unionOf(alternatives.map(typeOfSchema));
  const values = schema["enum"];
  if (isList(values) && values.every((value) => typeof value === "string")) return { kind: "string", oneOf: values };
  if (typeof schema["const"] === "string") return { kind: "string", oneOf: [schema["const"]] };
  const type = typeof schema["type"] === "string" ? schema["type"] : "";
  switch (type) {
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
      return listOf(typeOfSchema(schema["items"]));
    case "object":
      return typeOfObject(schema);
    default:
      return ANY;
  }
}

function typeOfObject(schema: JsonObject): ValueType {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) {
    const more = schema["additionalProperties"];
    return mapOf(isJsonObject(more) ? typeOfSchema(more) : ANY);
  }
  const required = schema["required"];
  const needed: ReadonlySet<JsonValue> = new Set(isList(required) ? required : []);
  const fields = Object.entries(properties).map(([name, property]): readonly [string, ObjectField] => {
    const type = typeOfSchema(property);
    return [name, needed.has(name) ? { type } : { type, isOptional: true }];
  });
  return { kind: "object", fields: new Map(fields) };
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return value !== undefined && typeof value === "object" && value !== null && isJsonArray(value);
}

/** The type of `params`: what a plan asks for, as it is once defaults have been filled in. */
export function typeOfParameters(parameters: ParametersDefinition | undefined): ObjectType {
  const fields = new Map<string, ObjectField>();
  if (parameters !== undefined) {
    const properties = paramsSchema(parameters)["properties"];
    for (const name of parameterNames(parameters)) {
      const declared = declarationOf(parameters, name);
      const property = isJsonObject(properties) ? properties[name] : undefined;
      const type = typeOfSchema(property ?? (declared === undefined ? undefined : { type: declared.type }));
      const isOptional = declared?.required === false && declared.default === undefined;
      fields.set(name, {
        type: declared?.secret === true ? secret(type) : type,
        ...(isOptional ? { isOptional } : {}),
      });
    }
  }
  return { kind: "object", fields, title: "the parameters of the plan" };
}

function declarationOf(parameters: ParametersDefinition, name: string): ParameterDefinition | undefined {
  const found: unknown = Object.getOwnPropertyDescriptor(parameters, name)?.value;
  return isDeclaration(found) ? found : undefined;
}

function isDeclaration(value: unknown): value is ParameterDefinition {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Types of everything inside a schema, along a way of members and items. */
export function schemaAt(schema: JsonValue | undefined, path: readonly (string | number)[]): JsonValue | undefined {
  let found = schema;
  for (const step of path) {
    if (!isJsonObject(found)) return undefined;
    if (typeof step === "number") found = found["items"];
    else {
      const properties = found["properties"];
      const own = isJsonObject(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
      found = own ?? found["additionalProperties"];
    }
  }
  return found;
}
