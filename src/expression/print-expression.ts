import type { ComprehensionExpression, Expression, MapEntry } from "./ast.ts";
import { isChainless, PRECEDENCE } from "./precedence.ts";

const CONDITIONAL = 0;
const UNARY = 8;
const POSTFIX = 9;

/** Writes an expression in one way, with only the parentheses it needs; reading it again gives the same tree. */
export function printExpression(expression: Expression): string {
  return print(expression, CONDITIONAL);
}

/** Writes an expression that stands where at least `level` is needed. */
function print(expression: Expression, level: number): string {
  const text = printPlain(expression);
  return levelOf(expression) < level ? `(${text})` : text;
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case "conditional":
      return CONDITIONAL;
    case "binary":
      return PRECEDENCE.get(expression.operator) ?? CONDITIONAL;
    case "unary":
      return UNARY;
    case "literal":
      // A negative number is written with a sign, which binds less than what may follow it.
      return typeof expression.value === "number" && expression.value < 0 ? UNARY : POSTFIX;
    case "name":
    case "member":
    case "index":
    case "call":
    case "list":
    case "map":
    case "comprehension":
      return POSTFIX;
  }
}

function printPlain(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return literal(expression.value);
    case "name":
      return expression.name;
    case "member":
      return `${print(expression.object, POSTFIX)}.${expression.name}`;
    case "index":
      return `${print(expression.object, POSTFIX)}[${printExpression(expression.index)}]`;
    case "call":
      return `${expression.name}(${expression.arguments.map(printExpression).join(", ")})`;
    case "unary":
      return `${expression.operator}${print(expression.operand, UNARY)}`;
    case "binary": {
      const level = levelOf(expression);
      const left = print(expression.left, isChainless(level) ? level + 1 : level);
      return `${left} ${expression.operator} ${print(expression.right, level + 1)}`;
    }
    case "conditional": {
      const { condition, whenTrue, whenFalse } = expression;
      return `${print(condition, 1)} ? ${printExpression(whenTrue)} : ${printExpression(whenFalse)}`;
    }
    case "list":
      return `[${expression.items.map(printExpression).join(", ")}]`;
    case "map":
      return `{${expression.entries.map(printEntry).join(", ")}}`;
    case "comprehension":
      return printComprehension(expression);
  }
}

function printEntry({ key, value }: MapEntry): string {
  const isText = key.kind === "literal" && typeof key.value === "string";
  return `${isText ? printPlain(key) : `(${printExpression(key)})`}: ${printExpression(value)}`;
}

function printComprehension({ key, value, names, source, condition }: ComprehensionExpression): string {
  const what = key === undefined ? printExpression(value) : printEntry({ key, value });
  const variables = names.map((each) => each.name).join(", ");
  const rest = condition === undefined ? "" : ` if ${printExpression(condition)}`;
  const text = `${what} for ${variables} in ${printExpression(source)}${rest}`;
  return key === undefined ? `[${text}]` : `{${text}}`;
}

function literal(value: null | boolean | number | string): string {
  if (typeof value === "string") return quoted(value);
  // As digits it would be an integer that is not exact.
  const isLarge = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLarge ? value.toExponential() : String(value);
}

const ESCAPED = /["\\\p{Cc}\p{Cs}]|\$\{/gu;

/** A text in quotes; `${` is never written plainly. */
function quoted(text: string): string {
  return `"${text.replace(ESCAPED, escapeOf)}"`;
}

function escapeOf(found: string): string {
  if (found === '"' || found === "\\") return `\\${found}`;
  if (found === "${") return "\\${";
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
