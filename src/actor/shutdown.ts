import type { CodedError } from "../base/coded-error.ts";

/** The steps of a graceful end, in order. */
export type ShutdownPhase = "stopAccepting" | "drain" | "checkpoint" | "stop";

export interface ShutdownLimits {
  /** Milliseconds for the whole shutdown. Default 30,000. */
  readonly totalMs?: number;
  /** Milliseconds after which checkpoints have to be kept, counted from the start. Default 25,000, at most `totalMs`. */
  readonly checkpointMs?: number;
  /** Milliseconds for finishing accepted work, so that some are left for checkpoints. Default 5,000. */
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

export const SHUTDOWN_LIMITS_DEFAULT: Required<ShutdownLimits> = {
  totalMs: 30_000,
  checkpointMs: 25_000,
  drainMs: 5_000,
};
