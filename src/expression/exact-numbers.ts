import type { CalculateOperator } from "./program.ts";

/**
 * Integers stay exact or the result is `undefined`; numbers with fractions are doubles and must stay finite. There is
 * no negative zero: JSON and people do not tell it from zero.
 */
export function calculateExactly(operator: CalculateOperator, left: number, right: number): number | undefined {
  const result = rawResult(operator, left, right);
  if (!Number.isFinite(result)) return undefined;
  const areWhole = Number.isSafeInteger(left) && Number.isSafeInteger(right);
  if (operator !== "/" && areWhole && !Number.isSafeInteger(result)) return undefined;
  return result === 0 ? 0 : result;
}

function rawResult(operator: CalculateOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
  }
}

export function addExactly(left: number, right: number): number | undefined {
  return calculateExactly("+", left, right);
}
