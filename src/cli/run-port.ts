import type { CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { RunView } from "../engine/run-view.ts";
import type { CompiledPlan, RollbackMode } from "../plan/compiled-plan.ts";
import type { Report } from "../report/report.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import type { AttemptListener } from "./watched-fleet.ts";

/** All the CLI needs from the library to work with plans; `library-port.ts` binds it. */
export interface RunPort {
  /**
   * Checks and compiles a plan object.
   * @param candidate what a plan module exports, or what its function returned
   * @returns the plan, every problem of it, or `undefined` when the value is not a plan at all
   */
  compile(candidate: unknown): Result<PlanHandle, readonly CodedError[]> | undefined;
  /**
   * The plan with its parameters checked and filled in; texts are converted to the declared types.
   * @returns the plan as it would run, or everything that is wrong with it or its parameters
   */
  bind(plan: PlanHandle, params: JsonObject): Result<BoundHandle, readonly CodedError[]>;
  /**
   * Starts a run. Binds parameters and opens the fleet first; everything that is wrong with them is returned together,
   * and nothing was started.
   */
  start(plan: PlanHandle, options: StartOptions): Promise<Result<StartedRun, readonly CodedError[]>>;
}

/** A valid plan. */
export interface PlanHandle {
  readonly compiled: CompiledPlan;
  /** The object that was exported. */
  readonly source: unknown;
}

/** A plan that is ready to run. */
export interface BoundHandle {
  readonly compiled: CompiledPlan;
  readonly params: JsonObject;
}

export interface StartOptions {
  /** Values by parameter name; texts are converted to the declared types. */
  readonly params: JsonObject;
  /** Absolute path of a fleet file; without one the fleet is this machine. */
  readonly fleetFile?: string;
  readonly isDryRun: boolean;
  /** Only bring back what has drifted, without the tasks named here. */
  readonly repairs?: { readonly leavesOut: ReadonlySet<string> };
  readonly maxParallel?: number;
  readonly rollback?: RollbackMode;
  readonly allowIrreversible?: boolean;
  readonly observer: RunObserver;
  /** Told of every attempt that has ended. */
  readonly onAttempt?: AttemptListener;
}

/** A run that is under way. Disposing it waits until everything it opened is closed. */
export interface StartedRun extends AsyncDisposable {
  /** What is damaged in the data folder and could be done without. */
  readonly warnings?: readonly CodedError[];
  readonly view: RunView;
  /** Resolves when the run is finished, however it ended. Rejects only on a bug or a broken log. */
  readonly report: Promise<Report>;
  /** Asks the run to end gracefully: running tasks are aborted, cleanup still runs. */
  cancel(reason: string): void;
  /** Kills every process the run started, with its children, at once. The report may never come. */
  kill(): void;
}
