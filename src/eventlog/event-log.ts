/**
 * The port behind which the truth is kept. Events are opaque here: the log orders them and keeps them, nothing more.
 *
 * A *lane* is an ordered log with dense positions from 1, each written at most once. At most one append per lane may be
 * in flight; `expectedPosition` is the fence: whoever appends at the wrong place is told `conflict` and is no longer owner.
 */
export interface EventLog extends AsyncDisposable {
  /**
   * Appends the rows in order, all or nothing, after `expectedPosition` (0 for an empty lane). The answer is a value when
   * the adapter knows at once (memory), else a promise that settles once the rows are durable. On `unknown` the caller
   * re-reads the tail and compares `batchId` before anything else.
   */
  append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome | Promise<AppendOutcome>;
  /** Rows of a lane from position `from` on, in order. */
  read(lane: number, from: number): AsyncIterable<LogRow>;
  /** Position of the newest row; 0 when the lane is empty. */
  tail(lane: number): number | Promise<number>;
}

export interface LogBatch {
  readonly batchId: string;
  readonly rows: readonly NewLogRow[];
}

/** One row holds the events of one stream in one batch. */
export interface NewLogRow {
  /** `<kind>/<id>`, as in `run/run_0190…`. */
  readonly stream: string;
  /** Position of the stream's previous row in this lane, 0 for its first: one stream can be read without a scan. */
  readonly previousPosition: number;
  readonly events: readonly unknown[];
  /** JSON of `events`, when the caller had to make it anyway: adapters that store text take this one. */
  readonly encoded?: string;
}

export interface LogRow extends Omit<NewLogRow, "encoded"> {
  readonly position: number;
  readonly batchId: string;
}

export type AppendOutcome =
  | { readonly outcome: "appended"; readonly position: number }
  | { readonly outcome: "conflict"; readonly position: number }
  | { readonly outcome: "unknown"; readonly reason: string };
