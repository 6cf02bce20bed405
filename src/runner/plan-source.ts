import type { CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { RunObserver } from "./run-observer.ts";
import type { RunRecord } from "./run-record.ts";
import type { UserCode } from "./user-code.ts";

/** What a run needs besides its log to go on: its plan with code, and the hosts it reaches. */
export interface RunParts {
  readonly plan: CompiledPlan;
  readonly fleet: Fleet;
  readonly userCode: UserCode;
  readonly observer?: RunObserver;
  /** Closes what was opened for this run; called when it is let go. */
  close?(): Promise<void>;
}

/**
 * The port through which runs of earlier processes get their plans back.
 */
export interface PlanSource {
  /**
   * Brings back the plan a run was started with.
   * @param params the frozen parameters of the run
   * @returns the parts, or why there are none: `DRV_RUN_PLAN_MISSING`, `DRV_RUN_PLAN_CHANGED`, or what is wrong with the
   * module. Never another plan: the caller compares fingerprints
   */
  load(record: RunRecord, params: JsonObject): Promise<Result<RunParts, readonly CodedError[]>>;
}
