import type { Clock } from "../../base/clock.ts";
import type { SimProcess } from "./sim-process.ts";

const START_MS = 1_767_225_600_000;
const HOUR_MS = 3_600_000;

/** The clock of one simulated process: virtual time, read wrongly where the world says so. */
export class ProcessClock implements Clock {
  readonly #process: SimProcess;
  #wallOffsetMs: number;

  constructor(process: SimProcess) {
    const { world } = process;
    this.#process = process;
    const strength = world.strength("clockSkew");
    const skew = strength === 0 ? 0 : (world.random("skew").next() * 2 - 1) * strength * HOUR_MS;
    this.#wallOffsetMs = START_MS + Math.round(skew);
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#process.world.nowMs;
  }

  monotonicMs(): number {
    return this.#process.world.nowMs;
  }

  /** Moves the wall clock, either way. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  setTimer(delayMs: number, fire: () => void): Disposable {
    const process = this.#process;
    let isDisposed = false;
    const item = process.world.after(delayMs, "", () =>
      process.deliver(() => {
        if (!isDisposed) fire();
      }),
    );
    return {
      [Symbol.dispose]: () => {
        isDisposed = true;
        item[Symbol.dispose]();
      },
    };
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
}
