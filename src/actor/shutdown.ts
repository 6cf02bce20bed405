import type { CodedError } from "../base/coded-error.ts";

/** The steps of a graceful end, in order. */
export type ShutdownPhase = "stopAccepting" | "drain" | "checkpoint" | "stop";

/** Limits of a shutdown. A short total shortens what is not given in proportion. */
export interface ShutdownLimits {
  /** Milliseconds for the whole shutdown. Default 30,000. */
  readonly totalMs?: number;
  /** Milliseconds from the start after which checkpoints have to be kept, less than `totalMs`. Default 25,000. */
  readonly checkpointMs?: number;
  /** Milliseconds from the start after which accepted work has to be finished, less than `checkpointMs`. Default 5,000. */
  readonly drainMs?: number;
}

/** What one child could not do in a phase. */
export interface ShutdownProblem {
  readonly child: string;
  readonly phase: ShutdownPhase;
  readonly error: CodedError;
}

export interface ShutdownReport {
  readonly durationMs: number;
  /** Children that were there when the shutdown began. */
  readonly children: number;
  /** Children that did not finish a phase; empty after a clean shutdown. */
  readonly problems: readonly ShutdownProblem[];
  /** Ids of children that did not stop in time. They may still do something. */
  readonly abandoned: readonly string[];
}

const TOTAL_MS_DEFAULT = 30_000;
const CHECKPOINT_PART = 25 / 30;
const DRAIN_PART = 5 / 25;

/** Fills in what `limits` leaves out. */
export function shutdownTimes(limits: ShutdownLimits): Required<ShutdownLimits> {
  const totalMs = limits.totalMs ?? TOTAL_MS_DEFAULT;
  const checkpointMs = Math.min(limits.checkpointMs ?? totalMs * CHECKPOINT_PART, totalMs);
  const drainMs = Math.min(limits.drainMs ?? checkpointMs * DRAIN_PART, checkpointMs);
  return { totalMs, checkpointMs, drainMs };
}
