import type { JsonValue } from "../base/json.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { ValueType } from "./value-type.ts";

/** What a parameter takes: a name for people, and the same rule for types and for values. */
export interface ParameterKind {
  readonly label: string;
  accepts(type: ValueType): boolean;
  /** Whether a value is what the type promised; deep parts are looked at by the function. */
  holds(value: JsonValue): boolean;
  /** What to write when something else is given. */
  readonly hint?: string;
}

export interface FunctionParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly isOptional?: boolean;
  /** Must be written out as a text, so that it can be checked before a run. */
  readonly isLiteral?: boolean;
}

/** What a function may use: the fuel and failure of the evaluation that calls it. */
export interface FunctionCall {
  /** Takes fuel for this many items or steps; `false` when there is none left, which ends the evaluation. */
  spend(units: number): boolean;
  /** Takes fuel for reading or making a text. */
  spendText(length: number): boolean;
  /** Ends the evaluation. A value is only repeated in the message when no secret takes part. */
  fail(code: ErrorCode, message: string, value?: JsonValue): undefined;
}

export type FunctionGroup = "text" | "list" | "map" | "number" | "conversion" | "encoding";

/** One function of the language: its check, its evaluation, and its entry in the reference come from here. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly group: FunctionGroup;
  readonly summary: string;
  readonly parameters: readonly FunctionParameter[];
  /** The type of the result, from those of the arguments, which the parameters accept. */
  result(types: readonly ValueType[]): ValueType;
  readonly resultText: string;
  /** Expressions and what they give; tested. */
  readonly examples: readonly (readonly [expression: string, result: JsonValue])[];
  /** `undefined` after {@link FunctionCall.fail} or when fuel ran out. */
  run(values: readonly JsonValue[], call: FunctionCall): JsonValue | undefined;
}
