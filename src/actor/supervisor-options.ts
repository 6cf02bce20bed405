import type { Clock } from "../base/clock.ts";
import type { FaultJudge } from "./child-spec.ts";
import type { SupervisorObserver } from "./supervisor-event.ts";

/**
 * Which children are started again when one fails: it alone, all of them, or it and those that depend on it, directly
 * or through others.
 */
export type Strategy = "oneForOne" | "oneForAll" | "restForOne";

export interface SupervisorOptions {
  /** Shown in events and errors. */
  readonly name: string;
  readonly clock: Clock;
  /** Default `oneForOne`. */
  readonly strategy?: Strategy;
  readonly restartLimit?: RestartLimit;
  readonly backOff?: BackOff;
  /** `never` for supervisors of many independent children, whose failures say nothing about each other. */
  readonly meltdown?: MeltdownLimit | "never";
  /** Judges faults of children without a judge of their own. Without one every fault means `restart`. */
  readonly judge?: FaultJudge;
  readonly observer?: SupervisorObserver;
}

/** How often one child may be restarted. */
export interface RestartLimit {
  /** Default 3. With 0 the first fault is the last. */
  readonly restarts: number;
  /** Restarts this many milliseconds ago, or longer, are forgotten. Default 60,000. */
  readonly windowMs: number;
}

/** The n-th restart within the window waits `min(firstMs·2ⁿ, maxMs)`, n from 0. */
export interface BackOff {
  /** Default 100. */
  readonly firstMs: number;
  /** Default 3,200. */
  readonly maxMs: number;
}

/** How many failures of all children together a supervisor endures. */
export interface MeltdownLimit {
  /** Failures per second, over the window, that end the supervisor. Default 1. */
  readonly failuresPerSecond: number;
  /** Failures per second, over the window, that are warned about. Default 0.5. */
  readonly warningPerSecond: number;
  /** Default 60,000. */
  readonly windowMs: number;
}

export const RESTART_LIMIT_DEFAULT: RestartLimit = { restarts: 3, windowMs: 60_000 };
export const BACK_OFF_DEFAULT: BackOff = { firstMs: 100, maxMs: 3_200 };
export const MELTDOWN_LIMIT_DEFAULT: MeltdownLimit = { failuresPerSecond: 1, warningPerSecond: 0.5, windowMs: 60_000 };
