import { err, ok, type Result } from "../base/result.ts";
import type { Expression } from "./ast.ts";
import { EXPRESSION_LENGTH_MAX } from "./expression-limits.ts";
import { Parser } from "./parser.ts";
import type { ExpressionProblem } from "./problem.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize, type TokenizeOptions } from "./tokenize.ts";

/**
 * Reads a text that is an expression as a whole, without `${ }`.
 *
 * Errors, all of them together: `DRV_EXPRESSION_SYNTAX`, `DRV_EXPRESSION_UNCLOSED`, `DRV_EXPRESSION_NESTED`,
 * `DRV_EXPRESSION_NUMBER`, `DRV_EXPRESSION_LIMIT`.
 */
export function parseExpression(text: string): Result<Expression, readonly ExpressionProblem[]> {
  const { expression, problems } = readExpression(text, { start: 0, isEmbedded: false });
  return problems.length === 0 ? ok(expression) : err(problems);
}

/** An expression and where reading stopped: behind its closing brace when it is embedded. */
export interface ExpressionReading {
  readonly expression: Expression;
  readonly problems: readonly ExpressionProblem[];
  readonly end: number;
}

/** Reads an expression that starts somewhere in a text. */
export function readExpression(text: string, options: TokenizeOptions): ExpressionReading {
  const { start, isEmbedded } = options;
  const { tokens, problems, isClosed } = tokenize(text.slice(0, start + EXPRESSION_LENGTH_MAX), options);
  const parser = new Parser(new TokenReader(tokens, problems));
  const end = tokens.at(-1);
  const stop = (end?.offset ?? start) + (end?.length ?? 0);
  const isCut = text.length > start + EXPRESSION_LENGTH_MAX && !(isEmbedded && isClosed);
  if (isCut || !isClosed) return broken(text, options, { isCut, problems });
  const expression = parser.parseExpression();
  if (parser.reader.token.kind !== "end") parser.reportRest();
  const sorted = parser.reader.problems.toSorted((one, other) => one.span.offset - other.span.offset);
  return { expression, problems: sorted, end: stop };
}

/** Where the end is missing, nothing after the start can be trusted: one problem says it. */
function broken(
  text: string,
  { start, isEmbedded }: TokenizeOptions,
  { isCut, problems }: { readonly isCut: boolean; readonly problems: readonly ExpressionProblem[] },
): ExpressionReading {
  const span = isEmbedded ? { offset: start - 2, length: 2 } : { offset: start, length: text.length - start };
  const unclosedText = problems.find((problem) => problem.code === "DRV_EXPRESSION_UNCLOSED");
  const problem: ExpressionProblem =
    isCut && !isEmbedded
      ? {
          code: "DRV_EXPRESSION_LIMIT",
          severity: "error",
          message: `Cannot read the expression: it has more than ${EXPRESSION_LENGTH_MAX} characters`,
          span,
        }
      : {
          code: "DRV_EXPRESSION_UNCLOSED",
          severity: "error",
          message: 'Cannot read the text: "${" is never closed',
          span,
          hint: "Add the closing }; write $${ for the characters themselves",
        };
  return {
    expression: { kind: "literal", value: null, span },
    problems: [isCut ? problem : (unclosedText ?? problem)],
    end: text.length,
  };
}
