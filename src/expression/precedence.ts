import type { BinaryOperator } from "./ast.ts";

/**
 * How tightly operators with two operands bind; all of them group from the left, and those of level 3 and 4 do not
 * chain at all. `??` binds tighter than comparisons, so that `count ?? 0 > 3` asks what it seems to ask.
 */
export const PRECEDENCE: ReadonlyMap<BinaryOperator, number> = new Map<BinaryOperator, number>([
  ["||", 1],
  ["&&", 2],
  ["==", 3],
  ["!=", 3],
  ["<", 4],
  ["<=", 4],
  [">", 4],
  [">=", 4],
  ["in", 4],
  ["??", 5],
  ["+", 6],
  ["-", 6],
  ["*", 7],
  ["/", 7],
  ["%", 7],
]);

/** Whether operators of this level cannot follow each other without parentheses: `1 < x < 3` means nothing. */
export function isChainless(level: number): boolean {
  return level === 3 || level === 4;
}
