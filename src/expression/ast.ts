import type { Span } from "./span.ts";

/** Operators with two operands. */
export type BinaryOperator =
  | "??"
  | "||"
  | "&&"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** What an author wrote, as a tree. `span` points into the text that was given to the parser. */
export type Expression =
  | LiteralExpression
  | NameExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | ListExpression
  | MapExpression
  | ComprehensionExpression;

export interface LiteralExpression {
  readonly kind: "literal";
  readonly value: null | boolean | number | string;
  readonly span: Span;
}

export interface NameExpression {
  readonly kind: "name";
  readonly name: string;
  readonly span: Span;
}

/** `object.name` */
export interface MemberExpression {
  readonly kind: "member";
  readonly object: Expression;
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
}

/** `object[index]` */
export interface IndexExpression {
  readonly kind: "index";
  readonly object: Expression;
  readonly index: Expression;
  readonly span: Span;
}

export interface CallExpression {
  readonly kind: "call";
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

export interface UnaryExpression {
  readonly kind: "unary";
  readonly operator: "!" | "-";
  readonly operand: Expression;
  readonly span: Span;
}

export interface BinaryExpression {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `condition ? whenTrue : whenFalse` */
export interface ConditionalExpression {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
  readonly span: Span;
}

export interface ListExpression {
  readonly kind: "list";
  readonly items: readonly Expression[];
  readonly span: Span;
}

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
}

export interface MapExpression {
  readonly kind: "map";
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}

/** `[value for name in source if condition]`, or with `key` a map: `{key: value for name, name in source}`. */
export interface ComprehensionExpression {
  readonly kind: "comprehension";
  readonly key: Expression | undefined;
  readonly value: Expression;
  /** One name for items; two for index and item of a list, or key and value of a map. */
  readonly names: readonly { readonly name: string; readonly span: Span }[];
  readonly source: Expression;
  readonly condition: Expression | undefined;
  readonly span: Span;
}

/** Text with expressions in it. */
export interface Template {
  readonly kind: "template";
  /** What the author wrote. */
  readonly text: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string; readonly span: Span }
  /** `span` includes `${` and `}`. */
  | { readonly kind: "expression"; readonly expression: Expression; readonly span: Span };

/** The expression of a template that is nothing but `${expression}`: its value keeps its type. */
export function wholeExpression(template: Template): Expression | undefined {
  const [part, ...others] = template.parts;
  return others.length === 0 && part?.kind === "expression" ? part.expression : undefined;
}

/** The text of a template without any expression, with `$${` replaced; `undefined` when there is one. */
export function constantText(template: Template): string | undefined {
  let text = "";
  for (const part of template.parts) {
    if (part.kind === "expression") return undefined;
    text += part.text;
  }
  return text;
}
