import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { builtinOperations, type OperationCatalog } from "../../operation/catalog.ts";
import { paramsJsonSchema } from "../../operation/describe.ts";
import { PLAN_FILE } from "./language/plan-shape.ts";
import type { Field, OpenMembers, RecordShape, Shape } from "./shape.ts";

const EXPRESSION: JsonObject = { type: "string", pattern: "\\$\\{" };

/**
 * The language of plan files as JSON Schema (draft 2020-12), for editors and forms. It knows every operation of the
 * catalog with its parameters, each of which may also be an expression.
 */
export function planFileSchema(catalog: OperationCatalog = builtinOperations()): JsonObject {
  const writer = new SchemaWriter(catalog);
  const root = writer.schemaOf(PLAN_FILE);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "drover plan file",
    description: "Version 1 of the language of plan files",
    ...root,
    $defs: Object.fromEntries(writer.definitions),
  };
}

class SchemaWriter {
  readonly definitions = new Map<string, JsonValue>();
  readonly #catalog: OperationCatalog;

  constructor(catalog: OperationCatalog) {
    this.#catalog = catalog;
  }

  schemaOf(shape: Shape): JsonObject {
    switch (shape.kind) {
      case "text":
        return { type: "string", ...(shape.pattern === undefined ? {} : { pattern: shape.pattern.source }) };
      case "boolean":
        return { type: "boolean" };
      case "number": {
        const { isInteger, min, max } = shape;
        const bounds = {
          ...(min === undefined ? {} : { minimum: min }),
          ...(max === undefined ? {} : { maximum: max }),
        };
        return { type: isInteger ? "integer" : "number", ...bounds };
      }
      case "duration":
        return { type: "string", pattern: "^(?:\\d+(?:\\.\\d+)?(?:ms|d|h|m|s))+$", examples: ["30s", "1h30m"] };
      case "choice":
        return { enum: shape.values };
      case "condition":
        return { type: ["string", "boolean"] };
      case "value":
        return {};
      case "list":
        return {
          type: "array",
          items: this.schemaOf(shape.of),
          ...((shape.min ?? 0) > 0 ? { minItems: shape.min ?? 0 } : {}),
        };
      case "map":
        return {
          type: "object",
          additionalProperties: this.schemaOf(shape.of),
          ...((shape.min ?? 0) > 0 ? { minProperties: shape.min ?? 0 } : {}),
        };
      case "record":
        return this.#recordSchema(shape);
      case "either":
        return { anyOf: shape.options.map((option) => this.schemaOf(option)) };
      case "named":
        return this.#named(shape.name, shape.get);
    }
  }

  #named(name: string, get: () => Shape): JsonObject {
    if (!this.definitions.has(name)) {
      // Kept before it is written, because it contains itself.
      this.definitions.set(name, {});
      this.definitions.set(name, this.schemaOf(get()));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #recordSchema({ fields, open }: RecordShape): JsonObject {
    const properties = Object.entries(fields).map(([name, field]) => [name, this.#fieldSchema(field)] as const);
    const required = Object.entries(fields).filter(([, { isRequired }]) => isRequired === true);
    return {
      type: "object",
      properties: { ...Object.fromEntries(properties), ...(open?.word === "operation" ? this.#operations() : {}) },
      ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
      ...extensions(open),
      additionalProperties: false,
    };
  }

  #fieldSchema({ shape, doc, byDefault, example }: Field): JsonObject {
    return {
      ...this.schemaOf(shape),
      description: byDefault === undefined ? doc : `${doc} Default: ${byDefault}.`,
      ...(example === undefined ? {} : { examples: [example] }),
    };
  }

  /** One definition for each operation; aliases lead to the same. */
  #operations(): JsonObject {
    const entries = this.#catalog.list().flatMap((spec) => {
      const name = `operation.${spec.name}`;
      if (!this.definitions.has(name)) {
        const { $schema: _schema, ...schema } = paramsJsonSchema(spec);
        const { required } = schema;
        const takesNothing = !Array.isArray(required) || required.length === 0;
        const params = withExpressions(schema);
        this.definitions.set(name, takesNothing ? { anyOf: [params, { type: "null" }] } : params);
      }
      const reference = { $ref: `#/$defs/${name}`, description: `${spec.summary}.` };
      return [spec.name, ...spec.aliases].map((alias) => [alias, reference] as const);
    });
    return Object.fromEntries(entries);
  }
}

function extensions(open: OpenMembers | undefined): JsonObject {
  return open?.word === "extension" ? { patternProperties: { "^x-": { description: open.doc } } } : {};
}

/** The schema, with an expression allowed wherever it says what a value must be. */
function withExpressions(schema: JsonObject): JsonObject {
  const inner = Object.entries(schema).map(([name, member]): readonly [string, JsonValue] => {
    if ((name === "items" || name === "additionalProperties") && isJsonObject(member))
      return [name, orExpression(member)];
    if (name !== "properties" || !isJsonObject(member)) return [name, member];
    const properties = Object.entries(member).map(([property, value]): readonly [string, JsonValue] => [
      property,
      isJsonObject(value) ? orExpression(value) : value,
    ]);
    return [name, Object.fromEntries(properties)];
  });
  return Object.fromEntries(inner);
}

function orExpression(schema: JsonObject): JsonObject {
  const isPlainText = schema["type"] === "string" && !["pattern", "enum", "format"].some((name) => name in schema);
  if (isPlainText || Object.keys(schema).length === 0) return schema;
  const { description, default: byDefault, ...rest } = withExpressions(schema);
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [rest, EXPRESSION],
  };
}
