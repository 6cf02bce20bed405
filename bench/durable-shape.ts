/** Tasks that may be in flight at once, whoever runs them. */
export const IN_FLIGHT = 256;

/** Which work is done: no-op tasks, each of whose ends is durable before anything follows from it. */
export type DurableShape =
  /** One run of independent tasks. */
  | "wide"
  /** Many small runs side by side: one task, then six, then one. */
  | "small runs"
  /** One run in which each task depends on the one before. */
  | "chain";

/** Tasks of one small run. */
export const SMALL_RUN_TASKS = 8;
/** Small runs at once: at most six tasks of one are in flight. */
export const SMALL_RUNS_AT_ONCE = 43;

/** What one contestant did in one process. */
export interface DurableTimes {
  readonly taskCount: number;
  /** From the start of the work, or from its being queued, to the last acknowledged end. */
  readonly elapsedMs: number;
}

export function perSecond({ taskCount, elapsedMs }: DurableTimes): number {
  return Math.round((taskCount / elapsedMs) * 1_000);
}
