import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { Waiting } from "../operation/host.ts";
import type { Facts } from "../operation/facts.ts";

/** Age up to which facts are answered from memory. */
export const FACTS_FRESH_MS = 60_000;

type Gathered = Result<Facts, CodedError>;

/** Gathers facts at most once a minute; callers at the same time share one gathering. Failures are not kept. */
export class CachedFacts {
  readonly #clock: Clock;
  readonly #gather: () => Promise<Gathered>;
  #latest: { readonly answer: Promise<Gathered>; readonly startedAtMs: number } | undefined;

  constructor(clock: Clock, gather: () => Promise<Gathered>) {
    this.#clock = clock;
    this.#gather = gather;
  }

  async read(options: Waiting = {}): Promise<Gathered> {
    options.signal?.throwIfAborted();
    const nowMs = this.#clock.monotonicMs();
    if (this.#latest === undefined || nowMs - this.#latest.startedAtMs >= FACTS_FRESH_MS) {
      this.#latest = { answer: this.#gather(), startedAtMs: nowMs };
    }
    const asked = this.#latest;
    try {
      const answer = await raced(asked.answer, options.signal);
      if (!answer.ok && this.#latest === asked) this.#latest = undefined;
      return answer;
    } catch (thrown) {
      if (options.signal?.aborted !== true && this.#latest === asked) this.#latest = undefined;
      throw thrown;
    }
  }
}

/** Waits for a shared promise at most as long as one caller's signal allows; the gathering itself goes on. */
async function raced<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await shared;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([shared, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
