import { randomBytes } from "node:crypto";
import type { Clock, Random } from "../base/clock.ts";

/** Longest delay of one Node timer; longer ones are made of several. */
const DELAY_MS_MAX = 2_147_483_647;

/**
 * The clock of this machine. A pending timer keeps the process alive: a run that waits for its next attempt must not
 * be taken for a finished one.
 */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer,
  sleep,
};

/** Random bytes of the operating system, fit for tokens and keys. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
};

function setTimer(delayMs: number, fire: () => void): Disposable {
  let timer = arm(delayMs);
  function arm(leftMs: number): NodeJS.Timeout {
    const partMs = Math.min(Math.max(0, leftMs), DELAY_MS_MAX);
    return setTimeout(() => {
      if (leftMs > DELAY_MS_MAX) timer = arm(leftMs - partMs);
      else fire();
    }, partMs);
  }
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

async function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  using _timer = setTimer(delayMs, resolve);
  try {
    await promise;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
