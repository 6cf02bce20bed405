import type { z } from "zod";
import type { ParameterDefinition, ParameterRecord, ParametersDefinition, ParamsOf } from "../definition/parameters.ts";

/** Parameters as a caller gives them: what has a default, or is not required, may be left out. */
export type ParamsInput<Parameters extends ParametersDefinition> = Parameters extends z.ZodObject
  ? z.input<Parameters>
  : Parameters extends ParameterRecord
    ? RecordInput<Parameters>
    : never;

type RecordInput<Parameters extends ParameterRecord> = Pick<
  ParamsOf<Parameters>,
  RequiredNames<Parameters> & keyof ParamsOf<Parameters>
> &
  Partial<Omit<ParamsOf<Parameters>, RequiredNames<Parameters>>>;

type RequiredNames<Parameters extends ParameterRecord> = {
  [Name in keyof Parameters]: IsOptional<Parameters[Name]> extends true ? never : Name;
}[keyof Parameters];

type IsOptional<Parameter extends ParameterDefinition> = Parameter extends { readonly default: unknown }
  ? true
  : Parameter extends { readonly required: false }
    ? true
    : false;
