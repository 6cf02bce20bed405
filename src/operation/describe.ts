import { z } from "zod";
import { assert } from "../base/assert.ts";
import { formatDuration } from "../base/duration.ts";
import { isJsonArray, isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { LINUX_FAMILIES } from "./linux-families.ts";
import type { OperationSpec } from "./spec.ts";

/** One row of the parameter or result table. */
export interface FieldDescription {
  readonly name: string;
  /** As authors write it: `text`, `number`, `"raw" | "template"`, `list of text`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** Default as JSON text; absent when there is none. */
  readonly defaultValue?: string;
  readonly description: string;
  readonly isSecret: boolean;
}

/** Everything a person needs to use an operation; plain data for text, pages and forms. */
export interface OperationDescription {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly category: string;
  readonly summary: string;
  readonly description?: string;
  /** `read-only`, `idempotent`, `non-idempotent`, or that it depends on parameters. */
  readonly operationClass: string;
  readonly undo: string;
  readonly platforms: string;
  /** `root`, or `none` when any user may do it. */
  readonly privileges: string;
  readonly attemptTimeout: string;
  readonly params: readonly FieldDescription[];
  readonly result: readonly FieldDescription[];
  readonly example: JsonValue;
}

const UNDO = {
  full: "restores everything it changed",
  partial: "restores some of what it changed",
  none: "not possible",
} as const;

/** JSON Schema (draft 2020-12) of the parameters as an author writes them, for editors and forms. */
export function paramsJsonSchema(spec: OperationSpec): JsonObject {
  return jsonSchema(spec.params, "input");
}

/** JSON Schema (draft 2020-12) of the data that the operation returns. */
export function resultJsonSchema(spec: OperationSpec): JsonObject {
  return jsonSchema(spec.result, "output");
}

/** Collects the reference of an operation from its declaration. */
export function describeOperation(spec: OperationSpec): OperationDescription {
  const secretNames = new Set(spec.secretParams.map((path) => path.split(".", 1)[0]));
  return {
    name: spec.name,
    aliases: spec.aliases,
    category: spec.category,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    operationClass: typeof spec.operationClass === "string" ? spec.operationClass : "depends on the parameters",
    undo: UNDO[spec.reversibility],
    platforms: platformsOf(spec),
    privileges: spec.needsRoot === true ? "root" : "none",
    attemptTimeout: formatDuration(spec.attemptTimeoutMs),
    params: fields(jsonSchema(spec.params, "input"), secretNames),
    result: fields(jsonSchema(spec.result, "output"), new Set()),
    example: asJson(spec.example),
  };
}

/** The reference as plain text for a terminal. */
export function operationText(description: OperationDescription): string {
  const lines = [`${description.name}  ${description.summary}`];
  if (description.aliases.length > 0) lines.push(`also: ${description.aliases.join(", ")}`);
  if (description.description !== undefined) lines.push("", description.description);
  lines.push("", ...columns(traits(description)), "", "Parameters");
  lines.push(...(description.params.length === 0 ? ["  none"] : columns(description.params.map(textRow))));
  lines.push("", "Result");
  lines.push(...(description.result.length === 0 ? ["  none"] : columns(description.result.map(resultRow))));
  lines.push("", "Example", ...JSON.stringify(description.example, undefined, 2).split("\n").map(indent));
  return `${lines.join("\n")}\n`;
}

/** The reference as a section of a Markdown page. */
export function operationMarkdown(description: OperationDescription): string {
  const lines = [`## ${description.name}`, "", `${description.summary}.`, ""];
  if (description.description !== undefined) lines.push(description.description, "");
  if (description.aliases.length > 0) {
    lines.push(`Also accepted: ${description.aliases.map((alias) => `\`${alias}\``).join(", ")}.`, "");
  }
  lines.push(...traits(description).map(([name, value]) => `- ${name}: ${value}`), "");
  lines.push(...markdownTable("Parameter", description.params), ...markdownTable("Result", description.result));
  lines.push("```json", JSON.stringify(description.example, undefined, 2), "```");
  return `${lines.join("\n")}\n`;
}

function traits(description: OperationDescription): readonly (readonly [string, string])[] {
  return [
    ["Class", description.operationClass],
    ["Undo", description.undo],
    ["Hosts", description.platforms],
    ["Privileges", description.privileges],
    ["Time of an attempt", description.attemptTimeout],
  ];
}

function platformsOf(spec: OperationSpec): string {
  if (spec.isControllerOperation === true) return "none: runs where the plan runs";
  const families = spec.osFamilies === "any" ? "any" : familiesText(spec.osFamilies);
  const needed = [...(spec.requires?.serviceManager ?? []), ...(spec.requires?.packageManager ?? [])];
  return needed.length === 0 ? families : `${families} with ${needed.join(" or ")}`;
}

function familiesText(families: readonly string[]): string {
  return families === LINUX_FAMILIES ? "Linux" : families.join(", ");
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const made = asJson(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
  return isJsonObject(made) ? made : {};
}

/** Schemas and examples are JSON by construction; this only drops members that are `undefined`. */
function asJson(value: unknown): JsonValue {
  const converted = toJson(value, { bytesMax: RESULT_BYTES_MAX });
  assert(converted.ok, "A schema or example is not JSON");
  return converted.value;
}

function fields(schema: JsonObject, secretNames: ReadonlySet<string | undefined>): readonly FieldDescription[] {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const required = schema["required"] ?? null;
  return Object.entries(properties).map(([name, property]) => {
    const defaultValue = isJsonObject(property) ? property["default"] : undefined;
    const description = isJsonObject(property) ? property["description"] : undefined;
    return {
      name,
      type: typeName(property),
      isRequired: isJsonArray(required) && required.includes(name),
      ...(defaultValue === undefined ? {} : { defaultValue: JSON.stringify(defaultValue) }),
      description: typeof description === "string" ? description : "",
      isSecret: secretNames.has(name),
    };
  });
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["integer", "whole number"],
  ["number", "number"],
  ["boolean", "true or false"],
  ["null", "null"],
]);

function typeName(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema)) return "any";
  const { anyOf, enum: choices, const: constant, type, items, format, $ref } = schema;
  if (format === "duration") return "duration";
  if (constant !== undefined) return JSON.stringify(constant);
  if (choices !== undefined && isJsonArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  if (anyOf !== undefined && isJsonArray(anyOf)) return [...new Set(anyOf.map(typeName))].join(" | ");
  if (type !== undefined && isJsonArray(type)) return type.map((name) => typeName({ type: name })).join(" | ");
  if (type === "array") return `list of ${typeName(items)}`;
  if (type === "object") return objectTypeName(schema);
  if (typeof type === "string") return TYPE_NAMES.get(type) ?? type;
  return $ref === undefined ? "any" : "JSON";
}

function objectTypeName(schema: JsonObject): string {
  const properties = schema["properties"];
  if (isJsonObject(properties)) return `{ ${Object.keys(properties).join(", ")} }`;
  return `${typeName(schema["additionalProperties"])} by name`;
}

function textRow(field: FieldDescription): readonly string[] {
  return [field.name, field.type, need(field), notes(field)];
}

function resultRow(field: FieldDescription): readonly string[] {
  return [field.name, field.type, field.isRequired ? field.description : `${field.description} (not always)`.trim()];
}

function need(field: FieldDescription): string {
  if (field.defaultValue !== undefined) return `default ${field.defaultValue}`;
  return field.isRequired ? "required" : "";
}

function notes(field: FieldDescription): string {
  return field.isSecret ? `${field.description} (secret)`.trim() : field.description;
}

/** Rows as aligned columns, indented by two. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) =>
    indent(
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    ),
  );
}

function markdownTable(title: string, rows: readonly FieldDescription[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => [`\`${row.name}\``, row.type, need(row), notes(row)].map(escapeCell).join(" | "));
  return [`| ${title} | Type | Default | Meaning |`, "|---|---|---|---|", ...cells.map((row) => `| ${row} |`), ""];
}

function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}

function indent(line: string): string {
  return `  ${line}`;
}
