import type { JsonPrimitive } from "../base/json.ts";

/** Rises when the meaning of a node changes; programs of another version are refused, never guessed at. */
export const PROGRAM_VERSION = 1;

/**
 * What happens when a member is asked for that is not there. `error` fails; `null` gives null when a map has no such
 * member; `lenient`, to the left of `??` and in `has`, gives null also when there is nothing to ask.
 */
export type MissingPolicy = "error" | "null" | "lenient";

export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";
export type CalculateOperator = "+" | "-" | "*" | "/" | "%";

/** One step of a program. Numbers are positions of other nodes, always smaller ones, so that no program is a loop. */
export type ProgramNode =
  | { readonly do: "literal"; readonly value: JsonPrimitive }
  | { readonly do: "root"; readonly name: string }
  /** A member of a root, so that whoever holds the values need not gather all members. */
  | { readonly do: "field"; readonly root: string; readonly name: string; readonly missing: MissingPolicy }
  | { readonly do: "local"; readonly slot: number }
  | { readonly do: "member"; readonly of: number; readonly name: string; readonly missing: MissingPolicy }
  | { readonly do: "index"; readonly of: number; readonly at: number; readonly missing: MissingPolicy }
  | { readonly do: "length"; readonly of: number; readonly missing: MissingPolicy }
  | { readonly do: "not"; readonly of: number }
  | { readonly do: "negate"; readonly of: number }
  /** Whether a value is there. */
  | { readonly do: "has"; readonly of: number }
  | { readonly do: "and" | "or" | "default"; readonly left: number; readonly right: number }
  | { readonly do: "if"; readonly condition: number; readonly whenTrue: number; readonly whenFalse: number }
  | { readonly do: "compare"; readonly operator: CompareOperator; readonly left: number; readonly right: number }
  | { readonly do: "calculate"; readonly operator: CalculateOperator; readonly left: number; readonly right: number }
  | { readonly do: "list"; readonly items: readonly number[] }
  | { readonly do: "map"; readonly keys: readonly number[]; readonly values: readonly number[] }
  | EachNode
  | { readonly do: "call"; readonly name: string; readonly arguments: readonly number[] }
  /** Text and values one after the other; `secrets` says which parts are secret. */
  | { readonly do: "text"; readonly parts: readonly number[]; readonly secrets: readonly boolean[] };

/** A comprehension: its variables are in `slot` and, when there are two, the one after it. */
export type EachNode = {
  readonly do: "each";
  readonly slot: number;
  readonly names: 1 | 2;
  readonly source: number;
  readonly condition: number | null;
  /** Makes a map when there is a key. */
  readonly key: number | null;
  readonly value: number;
};

/**
 * A checked expression as plain JSON: stands in plans, is stored, sent, and evaluated without the author's text.
 * The last node is the result.
 */
export type Program = {
  readonly version: typeof PROGRAM_VERSION;
  readonly nodes: readonly ProgramNode[];
  /** Where each node stands in the author's text: offset and length, two numbers for each node. */
  readonly spans: readonly number[];
  /** Whether the result or a part of it is secret. */
  readonly isSecret: boolean;
  /** Whether any secret takes part, so that messages must not repeat values. */
  readonly usesSecrets: boolean;
  /** Which parts of the result are secret, as paths with `*` for every item; an empty path is all of it. */
  readonly secretPaths: readonly (readonly string[])[];
};
