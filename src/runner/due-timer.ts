import type { Clock } from "../base/clock.ts";

/** One timer for the next instant at which something is due. */
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
    this.#timer = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.nowMs()), () => {
      this.#dueMs = undefined;
      this.#fire();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#dueMs = undefined;
  }
}
