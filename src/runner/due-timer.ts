import type { Clock } from "../base/clock.ts";

/** Longest time in which a jump of the wall clock goes unnoticed. */
const RECHECK_MS = 60_000;

/**
 * One timer for the next instant at which something is due by the wall clock, also when that jumps: never early, and late by
 * a minute at most.
 */
export class DueTimer implements Disposable {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #timer: Disposable | undefined;
  #dueMs: number | undefined;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  get isArmed(): boolean {
    return this.#dueMs !== undefined;
  }

  /** @param dueMs milliseconds since 1970; `undefined` when nothing is due */
  arm(dueMs: number | undefined): void {
    if (dueMs === this.#dueMs) return;
    this[Symbol.dispose]();
    this.#dueMs = dueMs;
    if (dueMs === undefined) return;
    this.#wait(dueMs);
  }

  #wait(dueMs: number): void {
    const delayMs = Math.min(RECHECK_MS, Math.max(0, dueMs - this.#clock.nowMs()));
    this.#timer = this.#clock.setTimer(delayMs, () => {
      if (this.#clock.nowMs() < dueMs) return this.#wait(dueMs);
      this.#dueMs = undefined;
      this.#fire();
      return undefined;
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#dueMs = undefined;
  }
}
