import type { ErrorCode } from "../base/error-codes.ts";
import { PROBLEMS_MAX } from "./expression-limits.ts";
import type { ExpressionProblem } from "./problem.ts";
import { readNumber } from "./read-number.ts";
import { readString } from "./read-string.ts";
import { OPERATORS, type OperatorText, type Token } from "./token.ts";

/** The tokens of an expression; the last is an `end`, which stands where the expression ends. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly problems: readonly ExpressionProblem[];
  /** Whether the brace that ends an embedded expression was found. */
  readonly isClosed: boolean;
}

export interface TokenizeOptions {
  readonly start: number;
  /** Embedded in text: the expression ends at the brace that closes `${`. */
  readonly isEmbedded: boolean;
}

/** Cuts text into tokens. Never fails: what is no token becomes a problem and an `unknown` token. */
export function tokenize(text: string, { start, isEmbedded }: TokenizeOptions): Tokens {
  const tokens: Token[] = [];
  const problems: ExpressionProblem[] = [];
  let offset = start;
  let openBraces = 0;
  for (;;) {
    offset = afterSpace(text, offset);
    if (offset >= text.length) break;
    if (isEmbedded && openBraces === 0 && text[offset] === "}") {
      tokens.push({ kind: "end", offset, length: 1 });
      return { tokens, problems, isClosed: true };
    }
    const { token, problem } = readToken(text, offset);
    if (problem !== undefined && problems.length < PROBLEMS_MAX) problems.push(problem);
    if (token.kind === "operator" && token.operator === "{") openBraces++;
    if (token.kind === "operator" && token.operator === "}") openBraces--;
    // The braces of a nested expression end with it.
    if (token.kind === "unknown" && text.startsWith("${", offset)) openBraces++;
    tokens.push(token);
    offset += token.length;
  }
  tokens.push({ kind: "end", offset: text.length, length: 0 });
  return { tokens, problems, isClosed: !isEmbedded };
}

/** One token, with what is wrong with it. */
export interface TokenReading {
  readonly token: Token;
  readonly problem?: ExpressionProblem;
}

const SPACE = /[ \t\r\n]*/y;
const NAME = /[A-Za-z_]\w*/y;
const UNKNOWN = /[^\s\w"'()[\]{},.:?!<>=&|+\-*/%]+|[=&|]+/y;

function afterSpace(text: string, offset: number): number {
  SPACE.lastIndex = offset;
  SPACE.test(text);
  return SPACE.lastIndex;
}

function readToken(text: string, offset: number): TokenReading {
  const character = text[offset] ?? "";
  if (character >= "0" && character <= "9") return readNumber(text, offset);
  if (character === '"' || character === "'") return readString(text, offset);
  NAME.lastIndex = offset;
  const name = NAME.exec(text)?.[0];
  if (name !== undefined) return { token: { kind: "name", name, offset, length: name.length } };
  if (text.startsWith("${", offset)) {
    return unknownToken({ offset, length: 2 }, "DRV_EXPRESSION_NESTED", [
      'Cannot read the expression: "${" stands within an expression',
      "Write names without ${ } inside an expression; join texts with +",
    ]);
  }
  const operator = operatorAt(text, offset);
  if (operator !== undefined) return { token: { kind: "operator", operator, offset, length: operator.length } };
  return readUnknown(text, offset);
}

function operatorAt(text: string, offset: number): OperatorText | undefined {
  // "===" would otherwise become "==" and "=".
  if (text.startsWith("===", offset) || text.startsWith("!==", offset)) return undefined;
  return OPERATORS.find((operator) => text.startsWith(operator, offset));
}

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["=", "Write == to compare"],
  ["===", "Write == to compare"],
  ["!==", "Write != to compare"],
  ["&", "Write && for and"],
  ["|", "Write || for or; functions are called as name(value)"],
  ["`", "Write texts in \"…\" or '…'"],
  ["“", 'Write texts in straight quotes: "…"'],
  ["”", 'Write texts in straight quotes: "…"'],
  ["‘", "Write texts in straight quotes: '…'"],
  ["’", "Write texts in straight quotes: '…'"],
  ["#", "Comments do not stand within expressions; put them above, in the file"],
  ["$", "Names need no $ inside an expression"],
]);

function readUnknown(text: string, offset: number): TokenReading {
  const three = text.slice(offset, offset + 3);
  UNKNOWN.lastIndex = offset;
  const run = UNKNOWN.exec(text)?.[0] ?? text.slice(offset, offset + 1);
  const found = three === "===" || three === "!==" ? three : run;
  const hint = INSTEAD.get(found) ?? INSTEAD.get(found.charAt(0));
  const message = `Cannot read the expression: ${JSON.stringify(found.slice(0, 20))} means nothing here`;
  return unknownToken({ offset, length: found.length }, "DRV_EXPRESSION_SYNTAX", [message, hint]);
}

function unknownToken(
  span: { readonly offset: number; readonly length: number },
  code: ErrorCode,
  [message, hint]: readonly [string, string | undefined],
): TokenReading {
  const problem: ExpressionProblem = {
    code,
    severity: "error",
    message,
    span,
    ...(hint === undefined ? {} : { hint }),
  };
  return { token: { kind: "unknown", ...span }, problem };
}
