import type { CodedError } from "../base/coded-error.ts";
import type { TaskView } from "../engine/run-view.ts";
import type { Report } from "../report/report.ts";
import type { TaskReport } from "../report/task-report.ts";

/**
 * Callbacks of a run. They are synchronous observers, called one at a time in the order of the events, never awaited; what
 * they throw is collected in `RunHandle.hookErrors` and changes nothing.
 *
 * Without level barriers levels overlap: `beforeLevel` comes with the first task of a level that starts, `afterLevel` when
 * the last task of the level has ended. `levelBarriers: true` on the plan gives the strict order.
 */
export interface Hooks {
  beforePlan?(summary: PlanSummary): void;
  afterPlan?(report: Report): void;
  beforeLevel?(level: number, tasks: readonly string[], parallel: boolean): void;
  afterLevel?(level: number, results: readonly TaskReport[]): void;
  /** The first attempt of a task starts. Not called for tasks that are skipped. */
  beforeTask?(task: TaskView): void;
  /** A task has ended, skipped ones included. */
  afterTask?(task: TaskView, result: TaskReport): void;
  /** An attempt failed and will be made again; `attempt` counts from 1. */
  onRetry?(task: TaskView, attempt: number, error: CodedError): void;
  /** Called before `afterTask` for tasks that guards or dependencies keep from running. */
  onSkip?(task: TaskView, reason: string): void;
}

export interface PlanSummary {
  readonly name: string;
  readonly totalTasks: number;
  readonly steps: readonly { readonly tasks: readonly string[]; readonly parallel: boolean }[];
}
