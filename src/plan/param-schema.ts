import { z } from "zod";
import type { ParameterDefinition, ParameterRecord } from "../definition/parameters.ts";
import { shown } from "../definition/task-input.ts";

/** A record of declarations as one schema, and what is wrong with some of them. */
export interface RecordSchema {
  readonly schema: z.ZodObject;
  /** Name of the parameter, and what is wrong as the rest of a sentence. */
  readonly defects: readonly (readonly [name: string, found: string])[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/;

/** Turns short declarations into a schema; unusable ones are left out and reported. */
export function schemaOfRecord(record: ParameterRecord): RecordSchema {
  const shape: [string, z.ZodType][] = [];
  const defects: [string, string][] = [];
  for (const [name, declaration] of Object.entries(record)) {
    const schema = NAME.test(name) && name !== "__proto__" ? schemaOf(declaration) : "has a name that cannot be used";
    if (typeof schema === "string") defects.push([name, schema]);
    else shape.push([name, schema]);
  }
  return { schema: z.object(Object.fromEntries(shape)), defects };
}

/** The schema of one declaration, or what is wrong with it. */
function schemaOf(given: ParameterDefinition): z.ZodType | string {
  if (typeof given !== "object" || given === null) return `is ${shown(given)}, and a declaration with a type is needed`;
  const base = baseSchema(given);
  if (typeof base === "string") return base;
  const described = typeof given.description === "string" ? base.describe(given.description) : base;
  if (given.default === undefined) return given.required === false ? described.optional() : described;
  const accepted = described.safeParse(given.default);
  return accepted.success ? described.default(given.default) : "has a default that it would not accept";
}

function baseSchema(given: ParameterDefinition): z.ZodType | string {
  const { min, max } = "min" in given || "max" in given ? given : {};
  for (const bound of [min, max]) {
    if (bound !== undefined && !Number.isFinite(bound)) return "has a bound that is not a number";
  }
  if (min !== undefined && max !== undefined && min > max) return `has min ${min} above max ${max}`;
  switch (given.type) {
    case "string":
      return textSchema(given, { min, max });
    case "integer":
      return bounded(z.int(), { min, max });
    case "number":
      return bounded(z.number(), { min, max });
    case "boolean":
      return z.boolean();
    case "array":
      return bounded(z.array(z.json()), { min, max });
    case "object":
      return z.record(z.string(), z.json());
    default:
      return `has type ${shown(typeOf(given))}, and string, integer, number, boolean, array or object is needed`;
  }
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

interface Boundable<Schema> {
  min(bound: number): Schema;
  max(bound: number): Schema;
}

function bounded<Schema extends Boundable<Schema>>(schema: Schema, { min, max }: Bounds): Schema {
  const floored = min === undefined ? schema : schema.min(min);
  return max === undefined ? floored : floored.max(max);
}

function textSchema(given: ParameterDefinition & { readonly type: "string" }, bounds: Bounds): z.ZodType | string {
  if (given.enum !== undefined) {
    const isUsable =
      Array.isArray(given.enum) && given.enum.length > 0 && given.enum.every((item) => typeof item === "string");
    return isUsable ? z.enum(given.enum) : "has an enum that is not a list of text";
  }
  const text = bounded(z.string(), bounds);
  if (given.pattern === undefined) return text;
  try {
    return text.regex(new RegExp(given.pattern, "u"), `Must match ${given.pattern}`);
  } catch {
    return `has a pattern that is not a regular expression: ${shown(given.pattern)}`;
  }
}

/** Of a declaration whose type is none of the known ones. */
function typeOf(given: object): unknown {
  return "type" in given ? given.type : undefined;
}
