import { err, ok, type Result } from "../base/result.ts";
import { constantText, type Expression, type Template, type TemplatePart, wholeExpression } from "./ast.ts";
import { checkAccess } from "./check-access.ts";
import { checkCall } from "./check-call.ts";
import { checkComprehension, checkList, checkMap } from "./check-collections.ts";
import { CheckContext, type Infer, taintedBy, type Typed } from "./check-context.ts";
import { checkBinary, checkConditional, checkUnary } from "./check-operators.ts";
import { checkWanted, type Wanted } from "./check-wanted.ts";
import { conversionHint } from "./conversion-hint.ts";
import { SCALAR } from "./parameter-kinds.ts";
import type { ExpressionProblem } from "./problem.ts";
import { type Program, PROGRAM_VERSION } from "./program.ts";
import { secretPathsOf } from "./secret-paths.ts";
import type { Reference, TypeEnvironment } from "./type-environment.ts";
import { typeText } from "./type-text.ts";
import { BOOLEAN, INTEGER, isTainted, NULL, NUMBER, STRING, type ValueType } from "./value-type.ts";

/** An expression that is right: what it is, what it uses, and how it is computed. */
export interface CheckedExpression {
  readonly program: Program;
  readonly type: ValueType;
  /** Whether the value or a part of it is secret. */
  readonly isSecret: boolean;
  /** Every reference in the order of the text, also repeated ones. */
  readonly references: readonly Reference[];
  /** What is right, but probably not meant. */
  readonly hints: readonly ExpressionProblem[];
}

export interface CheckOptions {
  /** What must come out: `condition` is true or false, `text` a text or what can be written as one. Default: anything. */
  readonly want?: Wanted;
}

type Checked = Result<CheckedExpression, readonly ExpressionProblem[]>;

/**
 * Checks names and types of an expression and compiles it.
 *
 * @param text What the author wrote, in which spans count
 * Errors, all of them together with hints: `DRV_EXPRESSION_NAME_UNKNOWN`, `DRV_EXPRESSION_MEMBER_UNKNOWN`,
 * `DRV_EXPRESSION_FUNCTION_UNKNOWN`, `DRV_EXPRESSION_ARGUMENTS`, `DRV_EXPRESSION_TYPE`, `DRV_EXPRESSION_CONDITION`,
 * `DRV_EXPRESSION_PATTERN`, `DRV_EXPRESSION_DIVIDE_BY_ZERO`.
 */
export function checkExpression(
  expression: Expression,
  environment: TypeEnvironment,
  { text, ...options }: CheckOptions & { readonly text: string },
): Checked {
  const context = new CheckContext(environment, text);
  const typed = inferIn(context)(expression);
  return finish(context, typed, { span: expression.span, ...options });
}

/** Checks a template: one that is only `${expression}` keeps the type of its value, any other is a text. */
export function checkTemplate(template: Template, environment: TypeEnvironment, options: CheckOptions = {}): Checked {
  const whole = wholeExpression(template);
  const { text } = template;
  if (whole !== undefined) return checkExpression(whole, environment, { text, ...options });
  const context = new CheckContext(environment, text);
  return finish(context, checkText(context, template), { span: { offset: 0, length: text.length }, ...options });
}

function finish(
  context: CheckContext,
  typed: Typed | undefined,
  options: CheckOptions & { readonly span: Expression["span"] },
): Checked {
  const wanted = typed === undefined ? undefined : checkWanted(context, typed, options);
  const { problems, nodes, spans, references } = context;
  if (wanted === undefined || problems.some((problem) => problem.severity === "error")) {
    return err(problems.toSorted((one, other) => one.span.offset - other.span.offset));
  }
  const isSecret = isTainted(wanted.type);
  const usesSecrets = isSecret || references.some((reference) => isTainted(reference.type));
  // Of a text with secret parts, only these are looked for: the rest of it is no secret.
  const secretPaths = nodes.at(-1)?.do === "text" ? [] : secretPathsOf(wanted.type);
  return ok({
    program: { version: PROGRAM_VERSION, nodes, spans, isSecret, usesSecrets, secretPaths },
    type: wanted.type,
    isSecret,
    references,
    hints: problems,
  });
}

function checkText(context: CheckContext, template: Template): Typed | undefined {
  const constant = constantText(template);
  if (constant !== undefined) {
    const node = context.emit({ do: "literal", value: constant }, { offset: 0, length: template.text.length });
    return { type: { kind: "string", oneOf: [constant] }, node };
  }
  const infer = inferIn(context);
  const parts = template.parts.map((part) => checkPart(context, infer, part));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  const types = known.map((part) => part.type);
  const node = context.emit(
    { do: "text", parts: known.map((part) => part.node), secrets: types.map(isTainted) },
    { offset: 0, length: template.text.length },
  );
  return { type: taintedBy(STRING, types), node };
}

function checkPart(context: CheckContext, infer: Infer, part: TemplatePart): Typed | undefined {
  if (part.kind === "text") {
    return { type: STRING, node: context.emit({ do: "literal", value: part.text }, part.span) };
  }
  const typed = infer(part.expression);
  if (typed === undefined || SCALAR.accepts(typed.type)) return typed;
  return context.fail("DRV_EXPRESSION_TYPE", part.span, [
    `Cannot put a value of type ${typeText(typed.type)} into a text`,
    conversionHint(typed.type, STRING),
  ]);
}

function inferIn(context: CheckContext): Infer {
  const infer: Infer = (expression, options = {}) => {
    const isLenient = options.isLenient === true;
    switch (expression.kind) {
      case "literal":
        return {
          type: literalType(expression.value),
          node: context.emit({ do: "literal", value: expression.value }, expression.span),
        };
      case "name": {
        const local = context.local(expression.name);
        if (local === undefined) return checkAccess(context, infer, { expression, isLenient });
        return { type: local.type, node: context.emit({ do: "local", slot: local.slot }, expression.span) };
      }
      case "member":
      case "index":
        return checkAccess(context, infer, { expression, isLenient });
      case "call":
        return checkCall(context, infer, expression);
      case "unary":
        return checkUnary(context, infer, expression);
      case "binary":
        return checkBinary(context, infer, expression);
      case "conditional":
        return checkConditional(context, infer, expression);
      case "list":
        return checkList(context, infer, expression);
      case "map":
        return checkMap(context, infer, expression);
      case "comprehension":
        return checkComprehension(context, infer, expression);
    }
  };
  return infer;
}

function literalType(value: null | boolean | number | string): ValueType {
  if (value === null) return NULL;
  if (typeof value === "string") return { kind: "string", oneOf: [value] };
  if (typeof value === "boolean") return BOOLEAN;
  return Number.isSafeInteger(value) ? INTEGER : NUMBER;
}
