import type { Clock } from "../base/clock.ts";
import { type CodedError, DroverError } from "../base/coded-error.ts";

/** A time by which something has to be done; disposing it takes its timer back. */
export class Deadline implements Disposable {
  readonly error: CodedError;
  readonly #controller = new AbortController();
  readonly #expired = Promise.withResolvers<false>();
  readonly #timer: Disposable;

  /** @param error what is wrong when the time is up */
  constructor(clock: Clock, delayMs: number, error: CodedError) {
    this.error = error;
    this.#timer = clock.setTimer(Math.max(0, delayMs), () => {
      this.#controller.abort(new DroverError([error]));
      this.#expired.resolve(false);
    });
  }

  /** Aborts when the time is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for `work` until the time is up. @returns whether it was done by then; rejects as it does */
  isMetBy(work: Promise<unknown>): Promise<boolean> {
    return Promise.race([work.then(() => true), this.#expired.promise]);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
