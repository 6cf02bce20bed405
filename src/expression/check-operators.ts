import { suggest } from "../base/suggest.ts";
import type { BinaryExpression, ConditionalExpression, Expression, UnaryExpression } from "./ast.ts";
import { type CheckContext, type Infer, taintedBy, type Typed } from "./check-context.ts";
import { hyphenProblem } from "./check-hyphen.ts";
import { conversionHint, notNullHint } from "./conversion-hint.ts";
import type { CalculateOperator } from "./program.ts";
import type { Span } from "./span.ts";
import { canBeEqual, isAssignable, isNumeric, nullable, unionOf, withoutNull } from "./type-relations.ts";
import { typeText } from "./type-text.ts";
import { BOOLEAN, INTEGER, isNullable, listOf, membersOf, NUMBER, STRING, ANY, type ValueType } from "./value-type.ts";

/** Checks `left operator right`. */
export function checkBinary(context: CheckContext, infer: Infer, expression: BinaryExpression): Typed | undefined {
  if (expression.operator === "??") return checkDefault(context, infer, expression);
  if (hyphenProblem(context, expression)) return undefined;
  const left = infer(expression.left);
  const right = infer(expression.right);
  if (left === undefined || right === undefined) return undefined;
  const type = resultType(context, expression, { left: left.type, right: right.type });
  if (type === undefined) return undefined;
  const operands = { left: left.node, right: right.node };
  return {
    type: taintedBy(type, [left.type, right.type]),
    node: context.emit(nodeOf(expression.operator, operands), expression.span),
  };
}

function nodeOf(
  operator: Exclude<BinaryExpression["operator"], "??">,
  operands: { readonly left: number; readonly right: number },
): Parameters<CheckContext["emit"]>[0] {
  switch (operator) {
    case "&&":
      return { do: "and", ...operands };
    case "||":
      return { do: "or", ...operands };
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return { do: "calculate", operator, ...operands };
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
      return { do: "compare", operator, ...operands };
  }
}

interface Operands {
  readonly left: ValueType;
  readonly right: ValueType;
}

function resultType(context: CheckContext, expression: BinaryExpression, operands: Operands): ValueType | undefined {
  switch (expression.operator) {
    case "??":
    case "&&":
    case "||":
      return logicType(context, expression, operands);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return calculateType(context, expression, { operator: expression.operator, ...operands });
    case "==":
    case "!=":
      return equalType(context, expression, operands);
    case "in":
      return inType(context, expression, operands);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return orderType(context, expression, operands);
  }
}

function logicType(context: CheckContext, expression: BinaryExpression, operands: Operands): ValueType | undefined {
  const { operator, left, right } = expression;
  let isRight = true;
  for (const [side, type] of [[left, operands.left] as const, [right, operands.right] as const]) {
    if (type.kind !== "boolean") {
      const isDefault = operator === "||" && side === left;
      isRight = false;
      context.fail("DRV_EXPRESSION_TYPE", side.span, [
        `Cannot use a value of type ${typeText(type)} with ${operator}: it is not true or false`,
        isDefault ? "Write ?? to give another value for what is missing" : conversionHint(type, BOOLEAN),
      ]);
    } else if (side.kind === "literal") {
      context.hint(side.span, [`This side of ${operator} is always ${side.value}`]);
    }
  }
  return isRight ? BOOLEAN : undefined;
}

function calculateType(
  context: CheckContext,
  { operatorSpan, left, right }: BinaryExpression,
  { operator, ...operands }: Operands & { readonly operator: CalculateOperator },
): ValueType | undefined {
  if (isNumeric(operands.left) && isNumeric(operands.right)) {
    if ((operator === "/" || operator === "%") && right.kind === "literal" && right.value === 0) {
      return context.fail("DRV_EXPRESSION_DIVIDE_BY_ZERO", right.span, ["Cannot divide: the divisor is 0"]);
    }
    const isWhole = operator !== "/" && isAssignable(operands.left, INTEGER) && isAssignable(operands.right, INTEGER);
    return isWhole ? INTEGER : NUMBER;
  }
  const isText = (type: ValueType): boolean => isAssignable(type, STRING);
  const isList = (type: ValueType): type is ValueType & { kind: "list" } => type.kind === "list";
  if (operator === "+" && isText(operands.left) && isText(operands.right)) return STRING;
  if (operator === "+" && isList(operands.left) && isList(operands.right)) {
    return listOf(unionOf([operands.left.item, operands.right.item]));
  }
  const wanted = operator === "+" && (isText(operands.left) || isText(operands.right)) ? STRING : NUMBER;
  const isLeftWrong = !isAssignable(operands.left, wanted);
  const wrong = isLeftWrong ? { side: left, type: operands.left } : { side: right, type: operands.right };
  return context.fail("DRV_EXPRESSION_TYPE", isLeftWrong ? wrong.side.span : spanOf(operatorSpan, wrong.side), [
    `Cannot calculate ${typeText(operands.left)} ${operator} ${typeText(operands.right)}`,
    conversionHint(wrong.type, wanted),
  ]);
}

function spanOf(operatorSpan: Span, { span }: Expression): Span {
  return { offset: operatorSpan.offset, length: span.offset + span.length - operatorSpan.offset };
}

function equalType(
  context: CheckContext,
  expression: BinaryExpression,
  { left, right }: Operands,
): ValueType | undefined {
  const { operator, span } = expression;
  for (const [one, other] of [[left, right] as const, [right, left] as const]) {
    if (one.kind === "null" && other.kind !== "any" && !isNullable(other)) {
      context.hint(span, [`The comparison is always ${operator === "!="}: ${typeText(other)} is never null`]);
      return BOOLEAN;
    }
  }
  if (canBeEqual(left, right)) return BOOLEAN;
  return context.fail("DRV_EXPRESSION_TYPE", span, [
    `Cannot compare ${typeText(left)} with ${typeText(right)}: they are never equal`,
    valueHint(left, right) ?? conversionHint(right, left),
  ]);
}

/** For texts with known values: which of them was probably meant. */
function valueHint(left: ValueType, right: ValueType): string | undefined {
  if (left.kind !== "string" || right.kind !== "string") return undefined;
  const [written, allowed] =
    (left.oneOf?.length ?? 0) === 1 ? [left.oneOf, right.oneOf ?? []] : [right.oneOf, left.oneOf ?? []];
  const likely = suggest(written?.[0] ?? "", allowed, { countMax: 1 })[0];
  return likely === undefined
    ? `It is one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`
    : `Did you mean ${JSON.stringify(likely)}?`;
}

function inType(context: CheckContext, { left, right }: BinaryExpression, operands: Operands): ValueType | undefined {
  const { left: item, right: container } = operands;
  if (container.kind === "list") {
    if (container.item.kind === "never" || canBeEqual(item, container.item)) return BOOLEAN;
    return context.fail("DRV_EXPRESSION_TYPE", left.span, [
      `Cannot look for ${typeText(item)} in ${typeText(container)}: it never holds such an item`,
      valueHint(item, container.item) ?? conversionHint(item, container.item),
    ]);
  }
  if (container.kind === "map" || container.kind === "object") {
    if (isAssignable(item, STRING)) return BOOLEAN;
    return context.fail("DRV_EXPRESSION_TYPE", left.span, [
      `Cannot look for ${typeText(item)} among the names of ${typeText(container)}`,
      conversionHint(item, STRING),
    ]);
  }
  return context.fail("DRV_EXPRESSION_TYPE", right.span, [
    `Cannot look into a value of type ${typeText(container)} with "in"`,
    container.kind === "string" ? "For texts there is contains(text, part)" : conversionHint(container, listOf(ANY)),
  ]);
}

function orderType(
  context: CheckContext,
  { span, operator }: BinaryExpression,
  { left, right }: Operands,
): ValueType | undefined {
  if (isNumeric(left) && isNumeric(right)) return BOOLEAN;
  if (isAssignable(left, STRING) && isAssignable(right, STRING)) return BOOLEAN;
  const isLeft = isNumeric(left) || isAssignable(left, STRING);
  return context.fail("DRV_EXPRESSION_TYPE", span, [
    `Cannot compare ${typeText(left)} ${operator} ${typeText(right)}`,
    isLeft ? conversionHint(right, left) : conversionHint(left, isNullable(left) ? withoutNull(left) : NUMBER),
  ]);
}

/** `left ?? right`: on the left, members may be missing. */
export function checkDefault(
  context: CheckContext,
  infer: Infer,
  { left, right, span }: Pick<BinaryExpression, "left" | "right" | "span">,
): Typed | undefined {
  const first = infer(left, { isLenient: true });
  const second = infer(right);
  if (first === undefined || second === undefined) return undefined;
  if (!isNullable(first.type) && first.type.kind !== "any") {
    context.hint(right.span, ["The value after ?? is never used: the one before it is always there"]);
  }
  const given = withoutNull(first.type);
  if (given.kind !== "never" && second.type.kind !== "null" && isUnlike(given, second.type)) {
    return context.fail("DRV_EXPRESSION_TYPE", right.span, [
      `Cannot use ${typeText(second.type)} in place of ${typeText(given)}`,
      conversionHint(second.type, given),
    ]);
  }
  const type = first.type.kind === "any" ? nullable(unionOf([first.type, second.type])) : unionOf([given, second.type]);
  const node = context.emit({ do: "default", left: first.node, right: second.node }, span);
  return { type: taintedBy(type, [first.type, second.type].filter(isWholeSecret)), node };
}

/** Whether two types have nothing in common, so that nothing could be done with a value of either. */
function isUnlike(one: ValueType, other: ValueType): boolean {
  const isLike = (left: ValueType, right: ValueType): boolean =>
    canBeEqual(left, right) || (left.kind === "string" && right.kind === "string");
  return !membersOf(one).some((left) => membersOf(other).some((right) => isLike(left, right)));
}

function isWholeSecret(type: ValueType): boolean {
  return type.isSecret === true;
}

/** `!condition`, `-number` */
export function checkUnary(context: CheckContext, infer: Infer, expression: UnaryExpression): Typed | undefined {
  const operand = infer(expression.operand);
  if (operand === undefined) return undefined;
  const isNot = expression.operator === "!";
  if (isNot ? operand.type.kind !== "boolean" : !isNumeric(operand.type)) {
    return context.fail("DRV_EXPRESSION_TYPE", expression.operand.span, [
      `Cannot use ${expression.operator} with a value of type ${typeText(operand.type)}`,
      conversionHint(operand.type, isNot ? BOOLEAN : NUMBER),
    ]);
  }
  const node = context.emit({ do: isNot ? "not" : "negate", of: operand.node }, expression.span);
  return { type: taintedBy(isNot ? BOOLEAN : operand.type, [operand.type]), node };
}

/** `condition ? one : other` */
export function checkConditional(
  context: CheckContext,
  infer: Infer,
  expression: ConditionalExpression,
): Typed | undefined {
  const condition = infer(expression.condition);
  const yes = infer(expression.whenTrue);
  const no = infer(expression.whenFalse);
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  if (condition.type.kind !== "boolean") {
    return context.fail("DRV_EXPRESSION_CONDITION", expression.condition.span, [
      `Cannot decide by a value of type ${typeText(condition.type)}: it is not true or false`,
      condition.type.kind === "any" ? conversionHint(condition.type, BOOLEAN) : notNullHint(condition.type),
    ]);
  }
  if (expression.condition.kind === "literal") {
    const unreachable = expression.condition.value === true ? expression.whenFalse : expression.whenTrue;
    context.hint(unreachable.span, ["This value is never used: the condition is always the same"]);
  }
  const node = context.emit(
    { do: "if", condition: condition.node, whenTrue: yes.node, whenFalse: no.node },
    expression.span,
  );
  return { type: taintedBy(unionOf([yes.type, no.type]), [condition.type]), node };
}
