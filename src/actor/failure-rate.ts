import type { MeltdownLimit } from "./supervisor-options.ts";

/** What the failures of all children together look like after one more. */
export type FailureLevel = "calm" | "warning" | "meltdown";

/** Counts the failures within a sliding window. */
export class FailureRate {
  readonly windowMs: number;
  readonly #meltdownCount: number;
  readonly #warningCount: number;
  /** Times of failures, oldest first; never more than end the supervisor. */
  #timesMs: number[] = [];
  #hasWarned = false;

  constructor({ failuresPerSecond, warningPerSecond, windowMs }: MeltdownLimit) {
    this.windowMs = windowMs;
    this.#meltdownCount = Math.max(1, Math.ceil((failuresPerSecond * windowMs) / 1_000));
    this.#warningCount = Math.max(1, Math.ceil((warningPerSecond * windowMs) / 1_000));
  }

  /** Failures less than a window before the newest one. */
  get count(): number {
    return this.#timesMs.length;
  }

  /** Counts a failure. `warning` is answered once until the rate has fallen below it again. */
  add(nowMs: number): FailureLevel {
    const kept = this.#timesMs.findIndex((timeMs) => nowMs - timeMs < this.windowMs);
    if (kept !== 0) this.#timesMs = kept < 0 ? [] : this.#timesMs.slice(kept);
    this.#timesMs.push(nowMs);
    if (this.count >= this.#meltdownCount) return "meltdown";
    if (this.count < this.#warningCount) {
      this.#hasWarned = false;
      return "calm";
    }
    if (this.#hasWarned) return "calm";
    this.#hasWarned = true;
    return "warning";
  }
}
