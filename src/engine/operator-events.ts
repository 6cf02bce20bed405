import type { Succeeded } from "../operation/outcome.ts";
import type { AdoptedTask } from "./adopted-tasks.ts";
import type { EventHead, TaskRange } from "./events.ts";

/** Written by `pause` and `rewind`: nothing new starts. */
export interface RunPaused extends EventHead {
  readonly type: "run.paused";
  readonly actor?: string;
  readonly reason?: string;
}

/** Written by `resume`. */
export interface RunResumed extends EventHead {
  readonly type: "run.resumed";
  readonly actor?: string;
  readonly reason?: string;
}

/** Written by `markSucceeded`: a person says that the task is done. */
export interface TaskMarked extends EventHead {
  readonly type: "task.marked";
  readonly task: number;
  readonly outcome: Succeeded;
  readonly actor?: string;
  readonly reason?: string;
}

/** What a person asked for when tasks began anew. */
export type ResetVerb = "retryFailed" | "retryFrom" | "rewind" | "skip" | "markSucceeded" | "resolveUnknown" | "undo";

/**
 * Written by a person who wants work done again: these tasks begin anew, as if they had never started, in a generation of
 * their own; attempts of earlier ones count no more. A finished run is open again. Copies of a group that is listed too do not
 * exist until it expands again; copies of another group open that group again.
 */
export interface TasksReset extends EventHead {
  readonly type: "tasks.reset";
  readonly ranges: readonly TaskRange[];
  /** Higher than every generation before. */
  readonly generation: number;
  readonly verb: ResetVerb;
  /** The task that was named. */
  readonly task?: number;
  readonly actor?: string;
  readonly reason?: string;
}

/** Written by `start` of a fork: these tasks have ended in another run and are not done again. */
export interface TasksAdopted extends EventHead {
  readonly type: "tasks.adopted";
  /** The other run. */
  readonly from: string;
  /** Dependencies first. */
  readonly tasks: readonly AdoptedTask[];
}
