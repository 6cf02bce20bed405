import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import { isEqual } from "./compare-values.ts";
import { calculateExactly } from "./exact-numbers.ts";
import type { Evaluation } from "./evaluation.ts";
import { kindOf } from "./print-value.ts";
import type { CalculateOperator, CompareOperator } from "./program.ts";

type Operands = readonly [left: JsonValue, right: JsonValue];

/** `left + right` and its like. Integers are exact or an error. */
export function calculate(
  evaluation: Evaluation,
  operator: CalculateOperator,
  [left, right]: Operands,
): JsonValue | undefined {
  if (typeof left === "number" && typeof right === "number") {
    if (right === 0 && (operator === "/" || operator === "%")) {
      return evaluation.fail("DRV_EXPRESSION_DIVIDE_BY_ZERO", "Cannot divide: the divisor is 0");
    }
    const result = calculateExactly(operator, left, right);
    if (result !== undefined) return result;
    return evaluation.fail("DRV_EXPRESSION_OVERFLOW", `Cannot calculate with ${operator}: the result is not exact`);
  }
  if (operator === "+" && typeof left === "string" && typeof right === "string") {
    const length = left.length + right.length;
    return evaluation.isTooLong(length) || !evaluation.spendText(length) ? undefined : left + right;
  }
  if (operator === "+" && isJsonArray(left) && isJsonArray(right)) {
    return evaluation.spend(left.length + right.length) ? [...left, ...right] : undefined;
  }
  return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot calculate ${kindOf(left)} ${operator} ${kindOf(right)}`);
}

export function negate(evaluation: Evaluation, value: JsonValue): JsonValue | undefined {
  if (typeof value === "number") return value === 0 ? 0 : -value;
  return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot negate ${kindOf(value)}: wanted a number`);
}

/** `left == right`, `left < right`, `left in right` */
export function compare(
  evaluation: Evaluation,
  operator: CompareOperator,
  [left, right]: Operands,
): boolean | undefined {
  const spend = (units: number): boolean => evaluation.spend(units);
  switch (operator) {
    case "==":
      return isSame(evaluation, left, right);
    case "!=": {
      const answer = isSame(evaluation, left, right);
      return answer === undefined ? undefined : !answer;
    }
    case "in":
      return isIn(evaluation, [left, right], spend);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return order(evaluation, operator, [left, right]);
  }
}

function isSame(evaluation: Evaluation, left: JsonValue, right: JsonValue): boolean | undefined {
  return isEqual(left, right, (units) => evaluation.spend(units));
}

function isIn(
  evaluation: Evaluation,
  [item, container]: Operands,
  spend: (units: number) => boolean,
): boolean | undefined {
  if (isJsonArray(container)) {
    for (const each of container) {
      const answer = isEqual(item, each, spend);
      if (answer !== false) return answer;
    }
    return false;
  }
  if (isJsonObject(container) && typeof item === "string") return Object.hasOwn(container, item);
  return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot look for ${kindOf(item)} in ${kindOf(container)}`);
}

function order(
  evaluation: Evaluation,
  operator: "<" | "<=" | ">" | ">=",
  [left, right]: Operands,
): boolean | undefined {
  const areNumbers = typeof left === "number" && typeof right === "number";
  const areTexts = typeof left === "string" && typeof right === "string";
  if (!areNumbers && !areTexts) {
    return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot compare ${kindOf(left)} ${operator} ${kindOf(right)}`);
  }
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}
