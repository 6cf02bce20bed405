import { assert } from "../base/assert.ts";

/** Sums of parts of a token miss a whole one by less than this. */
const ROUNDING = 1e-9;

export interface TokenBucketOptions {
  /** Tokens the bucket holds, and has at first; at least 1. */
  readonly capacity: number;
  /** Tokens that come in per second, also less than 1; more than 0. */
  readonly refillPerSecond: number;
}

/**
 * Lets a burst through and then a steady rate. Pure: times come from the caller, from a monotonic clock. Parts of a token
 * are kept, so that looking often changes nothing.
 */
export class TokenBucket {
  readonly #capacity: number;
  readonly #refillPerMs: number;
  /** Tokens at `#filledMs`. */
  #tokens: number;
  #filledMs: number;

  constructor({ capacity, refillPerSecond }: TokenBucketOptions, nowMs: number) {
    assert(capacity >= 1 && refillPerSecond > 0, "A bucket holds a token and is refilled");
    this.#capacity = capacity;
    this.#refillPerMs = refillPerSecond / 1_000;
    this.#tokens = capacity;
    this.#filledMs = nowMs;
  }

  /** Takes a token. @returns whether there was one */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (!this.#hasToken) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is a token, 0 when there is one; at least that many have to pass before the next try. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#hasToken ? 0 : Math.ceil((1 - this.#tokens - ROUNDING) / this.#refillPerMs);
  }

  get #hasToken(): boolean {
    return this.#tokens >= 1 - ROUNDING;
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#filledMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + passedMs * this.#refillPerMs);
    this.#filledMs += passedMs;
  }
}
