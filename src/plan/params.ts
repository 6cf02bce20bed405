import { z } from "zod";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { didYouMean } from "../base/suggest.ts";
import type { ParametersDefinition } from "../definition/parameters.ts";
import { shown } from "../definition/task-input.ts";
import { valueFromText } from "./param-text.ts";
import { schemaOfRecord } from "./param-schema.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";

export interface BindOptions {
  /**
   * Values come from a command line: a text for a parameter that is not text is read as its type (`"3"`, `"true"`, JSON
   * for lists and objects). Default false.
   */
  readonly readsText?: boolean;
}

/**
 * Checks the parameters given to a plan and fills in defaults. What is unknown, missing or wrong is reported together:
 * `DRV_PARAM_UNKNOWN`, `DRV_PARAM_MISSING`, `DRV_PARAM_INVALID`.
 *
 * @param parameters as in a definition or in `CompiledPlan.parameters`; absent when the plan has none
 * @param given an object; anything else is `DRV_PARAM_INVALID`
 * @returns plain JSON that is frozen for the run. Values of secret parameters never appear in errors.
 * @example
 * bindParams({ port: { type: "integer", default: 80 } }, { port: "8080" }, { readsText: true }); // { port: 8080 }
 */
export function bindParams(
  parameters: ParametersDefinition | undefined,
  given: unknown,
  options: BindOptions = {},
): Result<JsonObject, readonly CodedError[]> {
  const schema = zodObjectOf(parameters ?? {});
  const copied = toJson(given ?? {}, { bytesMax: RESULT_BYTES_MAX });
  if (!copied.ok || !isJsonObject(copied.value)) {
    const found = copied.ok
      ? `they are ${shown(given)}`
      : `${copied.defect.path.slice(0, 200)} is ${copied.defect.found}`;
    return err([
      paramError("DRV_PARAM_INVALID", "", `Cannot bind parameters: ${found}, and an object of plain JSON is needed`),
    ]);
  }
  const values = options.readsText === true ? readTexts(schema, copied.value) : copied.value;
  const errors = [...unknownParameters(schema, values)];
  const parsed = schema.safeParse(values);
  if (!parsed.success) errors.push(...parsed.error.issues.flatMap((issue) => issueErrors(issue, values)));
  if (errors.length > 0 || !parsed.success) return err(errors);
  const bound = toJson(parsed.data, { bytesMax: RESULT_BYTES_MAX });
  if (bound.ok && isJsonObject(bound.value)) return ok(bound.value);
  const found = bound.ok ? "they are not an object" : `${bound.defect.path} is ${bound.defect.found}`;
  return err([
    paramError("DRV_PARAM_INVALID", "", `Cannot bind parameters: ${found}, and the schema must give plain JSON`),
  ]);
}

/** JSON Schema (draft 2020-12) of what a plan asks for, for forms, help and fingerprints. */
export function paramsSchema(parameters: ParametersDefinition): JsonObject {
  const made = z.toJSONSchema(zodObjectOf(parameters), { io: "input", unrepresentable: "any" });
  const copied = toJson(made, { bytesMax: RESULT_BYTES_MAX });
  return copied.ok && isJsonObject(copied.value) ? copied.value : {};
}

/** Names of what a plan asks for. */
export function parameterNames(parameters: ParametersDefinition | undefined): readonly string[] {
  if (typeof parameters !== "object" || parameters === null) return [];
  return Object.keys(isZodObject(parameters) ? parameters.shape : parameters);
}

/** The declarations of a plan, checked; `undefined` when it has none or they have problems. */
export function checkParameters(
  given: ParametersDefinition | undefined,
  { problems, place }: { readonly problems: Problems; readonly place: Place },
): ParametersDefinition | undefined {
  if (given === undefined) return undefined;
  if (isZodObject(given)) return Object.keys(given.shape).length === 0 ? undefined : given;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    problems.add("DRV_PARAM_DEFINITION_INVALID", place, `params is ${shown(given)}, and an object is needed`);
    return undefined;
  }
  const schema = schemaOfRecord(given);
  for (const [name, found] of schema.defects) {
    const part = /\b(?:default|pattern|enum|min|type|bound)\b/.exec(found)?.[0].replace("bound", "min");
    const member = `params.${name.slice(0, 80)}`;
    const inner = memberOf(place, part === undefined ? member : `${member}.${part}`);
    const at = { subject: inner.subject, path: memberOf(place, member).path, at: inner.at };
    problems.add("DRV_PARAM_DEFINITION_INVALID", at, `parameter ${shown(name)} ${found}`);
  }
  return Object.keys(given).length === 0 ? undefined : given;
}

/** Unusable declarations are left out: `checkParameters` reports them. */
function zodObjectOf(parameters: ParametersDefinition): z.ZodObject {
  return isZodObject(parameters) ? parameters : schemaOfRecord(parameters).schema;
}

function isZodObject(parameters: ParametersDefinition): parameters is z.ZodObject {
  return parameters instanceof z.ZodObject;
}

function readTexts(schema: z.ZodObject, values: JsonObject): JsonObject {
  const properties = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }).properties ?? {};
  const read = Object.entries(values).map(([name, value]): [string, JsonValue] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const type = typeof property === "object" ? property.type : undefined;
    return [name, typeof value === "string" ? valueFromText(value, type) : value];
  });
  return Object.fromEntries(read);
}

function unknownParameters(schema: z.ZodObject, values: JsonObject): readonly CodedError[] {
  const catchall = schema.def.catchall;
  if (catchall !== undefined) return [];
  const known = Object.keys(schema.shape);
  return Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const hint =
        didYouMean(name, known) ??
        (known.length === 0 ? "The plan has no parameters" : `Known are ${known.join(", ")}`);
      return paramError(
        "DRV_PARAM_UNKNOWN",
        name,
        `Cannot bind parameter ${shown(name)}: the plan has no such parameter`,
        hint,
      );
    });
}

function issueErrors(issue: z.core.$ZodIssue, values: JsonObject): readonly CodedError[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return issue.keys.map((name) =>
      paramError("DRV_PARAM_UNKNOWN", name, `Cannot bind parameter ${shown(name)}: the plan has no such parameter`),
    );
  }
  const path = issue.path.map(String).join(".");
  const [name] = issue.path.map(String);
  if (name !== undefined && issue.path.length === 1 && !Object.hasOwn(values, name)) {
    const message = `Cannot bind parameter ${shown(name)}: it is missing and has no default`;
    return [paramError("DRV_PARAM_MISSING", name, message, `Give it as ${name}=…`)];
  }
  const message = issue.message.slice(0, 500);
  return [
    paramError(
      "DRV_PARAM_INVALID",
      path,
      `Cannot bind parameter ${shown(path)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    ),
  ];
}

function paramError(
  code: "DRV_PARAM_UNKNOWN" | "DRV_PARAM_MISSING" | "DRV_PARAM_INVALID",
  name: string,
  message: string,
  hint?: string,
): CodedError {
  const path = name === "" ? "params" : `params.${name.slice(0, 80)}`;
  return codedError(code, message, { at: { path }, ...(hint === undefined ? {} : { hint }) });
}
