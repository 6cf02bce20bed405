import type { JsonValue } from "../../base/json.ts";

/**
 * What may stand at a place of a plan file. One declaration of the language, from which come the checker, the JSON Schema,
 * `drover explain` and the reference page.
 */
export type Shape =
  | TextShape
  | { readonly kind: "boolean" }
  | { readonly kind: "number"; readonly isInteger: boolean; readonly min?: number; readonly max?: number }
  /** Text such as `1h30m`. */
  | { readonly kind: "duration" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  /** An expression without `${…}` around it; must be true or false when the task is reached. */
  | { readonly kind: "condition" }
  /** Any value. `${…}` in its texts and keys are expressions, unless `isPlain`. */
  | { readonly kind: "value"; readonly isPlain?: boolean; readonly wanted?: string }
  | { readonly kind: "list"; readonly of: Shape; readonly min?: number }
  | { readonly kind: "map"; readonly of: Shape; readonly keyWord: string; readonly min?: number }
  | RecordShape
  /** The first one that takes values of this type. */
  | { readonly kind: "either"; readonly options: readonly Shape[] }
  /** A shape that contains itself. */
  | { readonly kind: "named"; readonly name: string; readonly get: () => Shape };

export interface TextShape {
  readonly kind: "text";
  /** Default: any text. */
  readonly pattern?: RegExp;
  /** What is needed, when a pattern says what. */
  readonly wanted?: string;
  /** `${…}` in it are expressions. */
  readonly isTemplate?: boolean;
  /** Names an entry of another part of the file; only for docs. */
  readonly names?: "task" | "file" | "parameter";
}

export interface RecordShape {
  readonly kind: "record";
  /** What it is called in messages: `task`. */
  readonly word: string;
  readonly fields: { readonly [name: string]: Field };
  /** Members with a name of their own: operations of a task. */
  readonly open?: OpenMembers;
  /** Members of which one is needed; for docs and the schema. */
  readonly oneOf?: readonly string[];
}

export interface OpenMembers {
  readonly word: string;
  readonly doc: string;
  readonly accepts: (name: string) => boolean;
  readonly shape: Shape;
}

export interface Field {
  readonly shape: Shape;
  /** One sentence or more, with a final period. */
  readonly doc: string;
  readonly isRequired?: boolean;
  /** What happens without it, as text. */
  readonly byDefault?: string;
  readonly example?: JsonValue;
  /** Heading under which it stands in the reference. */
  readonly section?: string;
}

export const TEXT: TextShape = { kind: "text" };
export const TEMPLATE: TextShape = { kind: "text", isTemplate: true };
export const BOOLEAN: Shape = { kind: "boolean" };
export const DURATION: Shape = { kind: "duration" };
export const CONDITION: Shape = { kind: "condition" };
export const VALUE: Shape = { kind: "value" };
export const PLAIN_VALUE: Shape = { kind: "value", isPlain: true };

export function integer(min: number, max: number): Shape {
  return { kind: "number", isInteger: true, min, max };
}

export function decimal(min: number, max: number): Shape {
  return { kind: "number", isInteger: false, min, max };
}

export function choice(...values: readonly string[]): Shape {
  return { kind: "choice", values };
}

export function list(of: Shape, min = 0): Shape {
  return { kind: "list", of, min };
}

export function map(of: Shape, keyWord: string, min = 0): Shape {
  return { kind: "map", of, keyWord, min };
}

export function either(...options: readonly Shape[]): Shape {
  return { kind: "either", options };
}

/** One value, or several in a list. */
export function oneOrMore(of: Shape): Shape {
  return either(list(of, 1), of);
}

export function record(word: string, fields: RecordShape["fields"], more: Partial<RecordShape> = {}): RecordShape {
  return { kind: "record", word, fields, ...more };
}

/** What a shape is behind its name. */
export function resolved(shape: Shape): Exclude<Shape, { readonly kind: "named" }> {
  let found = shape;
  while (found.kind === "named") found = found.get();
  return found;
}
