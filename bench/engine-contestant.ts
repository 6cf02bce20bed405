import type { EngineWorkload } from "./engine-workload.ts";

/** A program that runs tasks in the order of their dependencies. */
export interface EngineContestant {
  /** Describes the tasks and has them checked, as far as the program does that before a run. */
  prepare(workload: EngineWorkload, noOp: () => void): PreparedRun;
}

/** Runs everything once; may be called again. */
export type PreparedRun = () => Promise<void>;
