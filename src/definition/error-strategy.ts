import type { DurationInput } from "../base/duration.ts";

/** `stopAll` starts nothing new after a failure; `continueRun` skips what depends on it and goes on. */
export type AfterFailure = "stopAll" | "continueRun";

/** What happens when a task fails. A half that is absent is inherited: by a task from its plan, by a plan from the defaults. */
export interface ErrorStrategyDefinition {
  /** Once all attempts are spent. Default `stopAll`. */
  readonly afterFailure?: AfterFailure;
  readonly retry?: RetryDefinition;
}

/** Delay before retry k, counted from 0: `min(initial · factor^k, max)`. */
export interface RetryDefinition extends BackoffDefinition {
  /** Retries after the first attempt, 0 to 999. */
  readonly times: number;
}

export interface BackoffDefinition {
  /** Default 0: retry at once. */
  readonly initial?: DurationInput;
  /** At least 1; default 2. */
  readonly factor?: number;
  /** Default 24 h. */
  readonly max?: DurationInput;
  /** Fraction of the delay, 0 to 1, taken off at random. Default 0. */
  readonly jitter?: number;
  /** Which failures: all but fatal ones (the default), or any. */
  readonly on?: "retryable" | "any";
}

/** Nothing new starts; failure branches and rollback still run. The default. */
export const stopAll: ErrorStrategyDefinition = Object.freeze({ afterFailure: "stopAll" });

/** What depends on the failed task is skipped, everything else goes on. */
export const continueRun: ErrorStrategyDefinition = Object.freeze({ afterFailure: "continueRun" });

/**
 * Tries `times` more after a failure, at once or with a back-off; then the strategy of the plan applies, or the one given
 * to `then`. Values are checked when the plan is compiled.
 *
 * @param backoff the delay before the first retry, doubling, or all its details
 * @example
 * retry(3, { initial: "1s", max: "30s" }).then(continueRun);
 */
export function retry(times: number, backoff: DurationInput | BackoffDefinition = {}): RetryStrategy {
  return new RetryStrategy({ times, ...(typeof backoff === "object" ? backoff : { initial: backoff }) });
}

/** The back-off of 1 s, 2 s, 4 s … up to 30 s, or with another first and largest delay. */
export function exponentialBackoff(initial: DurationInput = "1s", max: DurationInput = "30s"): BackoffDefinition {
  return { initial, max };
}

/** Made by {@link retry}. */
export class RetryStrategy implements ErrorStrategyDefinition {
  readonly retry: RetryDefinition;

  constructor(definition: RetryDefinition) {
    this.retry = definition;
  }

  /** The same retries, and what happens once they are spent. */
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the vocabulary; `await` is answered below
  then(next: ErrorStrategyDefinition): ErrorStrategyDefinition {
    const plain: ErrorStrategyDefinition = { retry: this.retry };
    // An async function that returns a strategy makes the language call `then` with a callback: answer it.
    if (typeof next === "function") {
      const resolve: (value: ErrorStrategyDefinition) => void = next;
      resolve(plain);
      return plain;
    }
    return next?.afterFailure === undefined ? plain : { ...plain, afterFailure: next.afterFailure };
  }
}
