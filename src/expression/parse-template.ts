import { err, ok, type Result } from "../base/result.ts";
import { type Expression, type Template, type TemplatePart, wholeExpression } from "./ast.ts";
import { PROBLEMS_MAX } from "./expression-limits.ts";
import { parseExpression, readExpression } from "./parse-expression.ts";
import type { ExpressionProblem } from "./problem.ts";

/** Whether a text must be read as a template: it holds `${`. Most texts do not, which this says quickly. */
export function hasExpressions(text: string): boolean {
  return text.includes("${");
}

/**
 * Reads a text with expressions in `${ }`; `$${` stands for the characters `${`. Spans count from the start of `text`.
 *
 * Errors, those of all its expressions together: the same as {@link parseExpression}.
 */
export function parseTemplate(text: string): Result<Template, readonly ExpressionProblem[]> {
  const parts: TemplatePart[] = [];
  const problems: ExpressionProblem[] = [];
  let literal = "";
  let literalStart = 0;
  let offset = 0;
  const endLiteral = (end: number): void => {
    if (literal !== "") {
      parts.push({ kind: "text", text: literal, span: { offset: literalStart, length: end - literalStart } });
    }
    literal = "";
  };
  for (;;) {
    const opening = text.indexOf("${", offset);
    if (opening === -1) break;
    if (text[opening - 1] === "$" && opening - 1 >= offset) {
      literal += `${text.slice(offset, opening - 1)}\${`;
      offset = opening + 2;
      continue;
    }
    literal += text.slice(offset, opening);
    endLiteral(opening);
    const reading = readExpression(text, { start: opening + 2, isEmbedded: true });
    problems.push(...reading.problems.slice(0, PROBLEMS_MAX - problems.length));
    const span = { offset: opening, length: reading.end - opening };
    parts.push({ kind: "expression", expression: reading.expression, span });
    offset = reading.end;
    literalStart = offset;
  }
  literal += text.slice(offset);
  endLiteral(text.length);
  return problems.length === 0 ? ok({ kind: "template", text, parts }) : err(problems);
}

/**
 * Reads a text where only an expression can stand, such as a condition: with or without `${ }` around all of it.
 *
 * Errors: those of {@link parseExpression}, and `DRV_EXPRESSION_CONDITION` for text around `${ }`, which would always
 * be true.
 */
export function parseBareExpression(text: string): Result<Expression, readonly ExpressionProblem[]> {
  if (!hasExpressions(text) || !text.trimStart().startsWith("${")) {
    return parseExpression(text);
  }
  const template = parseTemplate(text);
  if (!template.ok) return template;
  const parts = template.value.parts.filter((part) => part.kind === "expression" || part.text.trim() !== "");
  const whole = wholeExpression({ ...template.value, parts });
  if (whole !== undefined) return ok(whole);
  return err([
    {
      code: "DRV_EXPRESSION_CONDITION",
      severity: "error",
      message: "Cannot use the text as a condition: there is text around ${ }, and a text is not true or false",
      span: { offset: 0, length: text.length },
      hint: "Write one expression without ${ }, as in tasks.install.changed && params.restart",
    },
  ]);
}
