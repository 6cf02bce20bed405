import type { z } from "zod";
import type { JsonValue } from "../base/json.ts";

/**
 * What a plan asks for when a run starts: a zod object, or a record of short declarations as plan files have them.
 *
 * @example
 * { version: { type: "string", pattern: "^\\d+\\.\\d+$" }, replicas: { type: "integer", default: 2, min: 1 } }
 */
export type ParametersDefinition = z.ZodObject | ParameterRecord;

export interface ParameterRecord {
  readonly [name: string]: ParameterDefinition;
}

export type ParameterDefinition =
  | StringParameter
  | NumberParameter
  | BooleanParameter
  | ListParameter
  | ObjectParameter;

interface ParameterBase {
  readonly description?: string;
  /** Default true; a parameter with a default may always be left out. */
  readonly required?: boolean;
  /** The value must never be shown. Default false. */
  readonly secret?: boolean;
}

export interface StringParameter extends ParameterBase {
  readonly type: "string";
  readonly default?: string;
  /** Regular expression, in Unicode mode; must match somewhere, so write `^…$` for all of it. */
  readonly pattern?: string;
  /** Allowed values. */
  readonly enum?: readonly string[];
  /** Length in characters. */
  readonly min?: number;
  readonly max?: number;
}

export interface NumberParameter extends ParameterBase {
  readonly type: "integer" | "number";
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface BooleanParameter extends ParameterBase {
  readonly type: "boolean";
  readonly default?: boolean;
}

export interface ListParameter extends ParameterBase {
  readonly type: "array";
  readonly default?: readonly JsonValue[];
  /** Number of items. */
  readonly min?: number;
  readonly max?: number;
}

export interface ObjectParameter extends ParameterBase {
  readonly type: "object";
  readonly default?: { readonly [key: string]: JsonValue };
}

/** The type for plans without parameters. */
export type NoParameters = Readonly<Record<never, never>>;

/** Bound parameters as task functions see them. */
export type ParamsOf<Parameters> = Parameters extends z.ZodObject
  ? Readonly<z.output<Parameters>>
  : { readonly [Name in keyof Parameters]: ParameterValue<Parameters[Name]> };

type ParameterValue<Parameter> = Parameter extends { readonly default: JsonValue } | { readonly required: true }
  ? TypedValue<Parameter>
  : Parameter extends { readonly required: false }
    ? TypedValue<Parameter> | undefined
    : TypedValue<Parameter>;

type TypedValue<Parameter> = Parameter extends { readonly type: "string"; readonly enum: readonly (infer Value)[] }
  ? Value
  : Parameter extends { readonly type: "string" }
    ? string
    : Parameter extends { readonly type: "integer" | "number" }
      ? number
      : Parameter extends { readonly type: "boolean" }
        ? boolean
        : Parameter extends { readonly type: "array" }
          ? readonly JsonValue[]
          : { readonly [key: string]: JsonValue };
