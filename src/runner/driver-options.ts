import type { Clock } from "../base/clock.ts";
import type { StartCommand } from "../engine/commands.ts";
import type { RunEvent } from "../engine/events.ts";
import type { RunState } from "../engine/run-state.ts";
import type { EventLog } from "../eventlog/event-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { RunObserver } from "./run-observer.ts";
import type { UserCode } from "./user-code.ts";

export type RunDriverOptions = DriverPorts & (NewRun | RecoveredRun);

/** A run that is to be started. */
export interface NewRun {
  readonly plan: CompiledPlan;
  readonly start: StartCommand;
}

/** A run that was started before, perhaps by another process, as its log tells it. */
export interface RecoveredRun {
  /** All events of the log are applied. */
  readonly state: RunState;
  /** Position of its newest row. */
  readonly position: number;
}

export interface DriverPorts {
  readonly fleet: Fleet;
  readonly log: EventLog;
  /** Lane of the log in which the run lives. Default 0. */
  readonly lane?: number;
  readonly clock: Clock;
  readonly userCode: UserCode;
  readonly observer?: RunObserver;
  /**
   * Called after each commit, before the next command: the state is then exactly what the log holds. `isSettled` says that
   * the step left nothing to write, so that a snapshot may be taken.
   */
  readonly committed?: (events: readonly RunEvent[], isSettled: boolean) => void;
}
