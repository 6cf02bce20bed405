import { createHistogram } from "node:perf_hooks";

const MICROSECONDS_MAX = 600_000_000;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Collects durations without keeping each of them: three digits are exact. */
export class LatencyMeter {
  readonly #histogram = createHistogram({ lowest: 1, highest: MICROSECONDS_MAX, figures: 3 });

  record(durationMs: number): void {
    this.#histogram.record(Math.min(MICROSECONDS_MAX, Math.max(1, Math.round(durationMs * 1_000))));
  }

  read(): Latency {
    const { max } = this.#histogram;
    const at = (percentile: number): number => this.#histogram.percentile(percentile) / 1_000;
    return this.#histogram.count === 0
      ? { p50Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN }
      : { p50Ms: at(50), p99Ms: at(99), maxMs: max / 1_000 };
  }
}
