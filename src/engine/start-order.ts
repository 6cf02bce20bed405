/**
 * In which order tasks start that could all start now: longest remaining path first (priorities are folded into the
 * same key, see `order-key.ts`), then soft rank, then plan order. A total order, so every choice is determined.
 */
export interface StartOrder {
  /** Larger first. */
  orderKey: Float64Array;
  /** Smaller first. */
  softRank: Uint32Array;
}

/** Whether task `left` starts before task `right`. */
export function comesFirst(order: StartOrder, left: number, right: number): boolean {
  const leftKey = order.orderKey[left] ?? 0;
  const rightKey = order.orderKey[right] ?? 0;
  if (leftKey !== rightKey) return leftKey > rightKey;
  const leftRank = order.softRank[left] ?? 0;
  const rightRank = order.softRank[right] ?? 0;
  return leftRank === rightRank ? left < right : leftRank < rightRank;
}
