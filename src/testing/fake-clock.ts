import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";

/** Timers fired by one {@link FakeClock.runUntilIdle}: more means that the code under test arms them for ever. */
const TIMERS_MAX = 100_000;

interface FakeTimer {
  readonly dueAtMs: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their deadlines, equal ones in the
 * order in which they were set; between two of them every promise that can settle does.
 *
 * @example
 * const clock = new FakeClock();
 * const slept = clock.sleep(60_000);
 * await clock.advance(60_000);
 * await slept;
 */
export class FakeClock implements Clock {
  /** Sorted by deadline, then by age. */
  readonly #timers: FakeTimer[] = [];
  #monotonicMs = 0;
  #wallOffsetMs: number;

  /** @param nowMs wall clock at the start, by default 2026-01-01T00:00:00Z */
  constructor(nowMs: number = 1_767_225_600_000) {
    this.#wallOffsetMs = nowMs;
  }

  /** Timers set and neither fired nor disposed: 0 at the end of a test shows that nothing leaks. */
  get pendingTimerCount(): number {
    return this.#timers.length;
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Moves the wall clock alone, either way, as an operator or a time server would. */
  jumpWallClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  setTimer(delayMs: number, fire: () => void): Disposable {
    const timer: FakeTimer = { dueAtMs: this.#monotonicMs + Math.max(0, delayMs), fire };
    const later = this.#timers.findIndex((other) => other.dueAtMs > timer.dueAtMs);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return { [Symbol.dispose]: () => this.#remove(timer) };
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    using _timer = this.setTimer(delayMs, resolve);
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Lets `durationMs` pass, firing what falls due on the way, also timers set meanwhile. */
  async advance(durationMs: number): Promise<void> {
    assert(durationMs >= 0, "time goes forward");
    const endMs = this.#monotonicMs + durationMs;
    await settlePromises();
    while ((this.#timers[0]?.dueAtMs ?? Infinity) <= endMs) await this.#fireNext();
    this.#monotonicMs = endMs;
  }

  /**
   * Fires timers until none is left.
   * @returns milliseconds that passed on this clock
   */
  async runUntilIdle(): Promise<number> {
    const startMs = this.#monotonicMs;
    await settlePromises();
    for (let count = 0; this.#timers.length > 0; count++) {
      assert(count < TIMERS_MAX, `more than ${TIMERS_MAX} timers were set`);
      await this.#fireNext();
    }
    return this.#monotonicMs - startMs;
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.shift();
    if (timer === undefined) return;
    this.#monotonicMs = Math.max(this.#monotonicMs, timer.dueAtMs);
    timer.fire();
    await settlePromises();
  }

  #remove(timer: FakeTimer): void {
    const at = this.#timers.indexOf(timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }
}

/** Lets everything run that waits for nothing but other promises. */
async function settlePromises(): Promise<void> {
  // oxlint-disable-next-line no-restricted-globals -- a place in the event loop, not a time
  await new Promise<void>((resolve) => setImmediate(resolve));
}
