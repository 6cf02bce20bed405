import type { BackOff, RestartLimit } from "./supervisor-options.ts";

/**
 * The restarts of one child that still count. It belongs to the child and not to an instance of it, so that a child
 * which fails at once each time runs out of restarts.
 */
export class RestartWindow {
  readonly #limit: RestartLimit;
  /** Times of restarts, oldest first; never more than the limit. */
  #timesMs: number[] = [];

  constructor(limit: RestartLimit) {
    this.#limit = limit;
  }

  /** Restarts less than a window ago. */
  count(nowMs: number): number {
    const { windowMs } = this.#limit;
    const kept = this.#timesMs.findIndex((timeMs) => nowMs - timeMs < windowMs);
    if (kept !== 0) this.#timesMs = kept < 0 ? [] : this.#timesMs.slice(kept);
    return this.#timesMs.length;
  }

  /** Counts one more restart. @returns how many there were before it in the window, or -1 when the limit is reached */
  take(nowMs: number): number {
    const before = this.count(nowMs);
    if (before >= this.#limit.restarts) return -1;
    this.#timesMs.push(nowMs);
    return before;
  }

  clear(): void {
    this.#timesMs = [];
  }
}

/** Milliseconds to wait before the restart that has `before` others in its window. */
export function backOffMs({ firstMs, maxMs }: BackOff, before: number): number {
  return Math.min(firstMs * 2 ** before, maxMs);
}
