/** One measured number. */
export interface BenchRow {
  /** What was measured, with its size. */
  readonly name: string;
  /** What it took: the median of several rounds. For a row with a peer, what the peer took. */
  readonly value: number;
  /** `ms`, `tasks/s`, `bytes/task`, … */
  readonly unit: string;
  /** The program measured instead of drover, or `null` for drover itself. */
  readonly peer: string | null;
  /** How many times better than the peer drover is at the same work in the same run; `null` without a peer. */
  readonly ratio: number | null;
}
