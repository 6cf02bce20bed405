import type { Clock } from "../base/clock.ts";

/** Signs of life in the time after which one would be missed: two may get lost. */
const SIGNS_PER_TIMEOUT = 3;

/**
 * Calls `beat` again and again while an executor in this process works on an attempt: as long as the process lives, so
 * does the executor. Disposing it stops the beats.
 */
export function keepBeating(clock: Clock, heartbeatTimeoutMs: number, beat: () => void): Disposable {
  const everyMs = Math.max(1, Math.floor(heartbeatTimeoutMs / SIGNS_PER_TIMEOUT));
  let timer = clock.setTimer(everyMs, again);
  function again(): void {
    timer = clock.setTimer(everyMs, again);
    beat();
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
