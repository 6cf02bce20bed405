import type { Clock, Random } from "../base/clock.ts";
import type { RollbackMode } from "../plan/compiled-plan.ts";
import type { TaskEstimate } from "../engine/commands.ts";
import type { EventLog } from "../eventlog/event-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import type { Hooks } from "./hooks.ts";

/** How a plan is run. Everything has a default: `plan.run()` needs nothing. */
export interface RunOptions<Params = unknown> {
  /** Parameters of the plan; checked together before anything starts. */
  readonly params?: Params;
  /** Default: the fleet of the plan, else this machine. A fleet given here is not closed by the run. */
  readonly fleet?: Fleet;
  /** Called besides the hooks of the plan. */
  readonly hooks?: Hooks;
  /** Aborting cancels the run gracefully; it still ends with a report. */
  readonly signal?: AbortSignal;
  /** Units of work at once; replaces the limit of the plan. */
  readonly maxParallel?: number;
  /** Replaces the rollback mode of the plan. */
  readonly rollback?: RollbackMode;
  /** Start although `rollback: "onFailure"` could not undo everything. Default false. */
  readonly allowIrreversible?: boolean;
  /** Who asked, and why; kept in the log. */
  readonly actor?: string;
  readonly reason?: string;
  readonly observer?: RunObserver;
  /** Default: a log in memory that keeps nothing. The run takes the whole of lane 0 of a log given here. */
  readonly log?: EventLog;
  readonly estimates?: readonly TaskEstimate[];
  /**
   * When only unknown outcomes are left: `finish` (default) ends with the verdict `needsDecision`, `wait` keeps the run open
   * for `RunHandle.resolveUnknown`.
   */
  readonly onUnknownHeld?: "finish" | "wait";
  /** For tests: time and randomness of the run. Default: those of the machine. */
  readonly clock?: Clock;
  readonly random?: Random;
}
