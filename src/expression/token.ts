import type { Span } from "./span.ts";

/** Longer ones first, so that the first match is the right one. */
export const OPERATORS = [
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "??",
  "<",
  ">",
  "!",
  "?",
  ":",
  "+",
  "-",
  "*",
  "/",
  "%",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ".",
] as const;

export type OperatorText = (typeof OPERATORS)[number];

/** The smallest piece of an expression that means something. */
export type Token = Span &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "operator"; readonly operator: OperatorText }
    /** What is no token; its problem is already known. */
    | { readonly kind: "unknown" }
    | { readonly kind: "end" }
  );
