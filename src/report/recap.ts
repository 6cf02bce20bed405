import type { CodedError } from "../base/coded-error.ts";
import type { RunView, TaskView, Verdict } from "../engine/run-view.ts";
import { errorsOfTask, type ErrorGroup } from "./error-groups.ts";
import { hostGroups, type HostGroup, type HostTally, tallyHost } from "./host-groups.ts";
import { pathTaken, type TimedTask } from "./path-taken.ts";
import { summaryCounts } from "./report.ts";

/** What a person wants to know at the end of a run, with everything identical collapsed. */
export interface Recap {
  readonly planName: string;
  readonly verdict: Verdict | undefined;
  readonly isDryRun: boolean;
  readonly durationMs: number;
  /** `4 tasks: 2 changed, 1 unchanged, 1 skipped`. */
  readonly counts: string;
  /** Failed and unknown tasks in the order in which they ended. */
  readonly failures: readonly TaskFailure[];
  readonly changes: readonly TaskChange[];
  /** Hosts with the same tally together, worst first. Empty when nothing ran on hosts. */
  readonly hosts: readonly HostGroup[];
  /** At most five, longest first. */
  readonly slowest: readonly TimedTask[];
  /** The chain of tasks that decided when the run ended. */
  readonly criticalPath: readonly TimedTask[];
  readonly rolledBackCount: number;
  /** Tasks whose undo failed. */
  readonly undoFailures: readonly UndoFailure[];
  /** Rollback steps that did their work; steps that are groups count once. */
  readonly rollbackStepCount: number;
  /** Rollback steps that failed, untolerated, or whose end is unknown. */
  readonly failedRollbackSteps: readonly string[];
}

export interface TaskFailure {
  readonly task: string;
  readonly status: "failed" | "unknown";
  readonly durationMs: number;
  readonly attempts: number;
  /** Equal errors once, with the hosts that had them; no hosts for a task without target. */
  readonly errors: readonly ErrorGroup[];
}

export interface TaskChange {
  readonly task: string;
  readonly hosts: readonly string[];
  /** What differed: `content`, `mode`, …; without repetition. */
  readonly properties: readonly string[];
  readonly isRolledBack: boolean;
}

export interface UndoFailure {
  readonly task: string;
  readonly error: CodedError;
}

const SLOWEST_MAX = 5;

/** Folds a finished (or interrupted) run into its recap; one pass over its tasks. */
export function recapOf(view: RunView): Recap {
  const pass = new RecapPass();
  for (let index = 0; index < view.taskCount; index++) {
    const status = view.statusOf(index);
    if (status !== "notRun" && status !== "pending" && status !== "ready") pass.add(view.task(index));
  }
  const endedAtMs = view.finishedAtMs ?? view.createdAtMs;
  return {
    planName: view.planName,
    verdict: view.verdict,
    isDryRun: view.isDryRun,
    durationMs: Math.max(0, endedAtMs - view.createdAtMs),
    counts: summaryCounts(view),
    failures: pass.failures.toSorted((one, other) => one.endedAtMs - other.endedAtMs).map(({ failure }) => failure),
    changes: pass.changes,
    hosts: hostGroups(pass.tallies),
    slowest: pass.slowest,
    criticalPath: pathTaken(view),
    rolledBackCount: pass.rolledBackCount,
    undoFailures: pass.undoFailures,
    rollbackStepCount: pass.rollbackStepCount,
    failedRollbackSteps: pass.failedRollbackSteps,
  };
}

class RecapPass {
  readonly failures: { readonly endedAtMs: number; readonly failure: TaskFailure }[] = [];
  readonly changes: TaskChange[] = [];
  readonly tallies = new Map<string, HostTally>();
  readonly undoFailures: UndoFailure[] = [];
  readonly failedRollbackSteps: string[] = [];
  slowest: readonly TimedTask[] = [];
  rolledBackCount = 0;
  rollbackStepCount = 0;

  add(task: TaskView): void {
    for (const result of task.hostResults) tallyHost(this.tallies, result);
    if (task.isRolledBack) this.rolledBackCount += 1;
    if (task.undoError !== undefined) this.undoFailures.push({ task: task.name, error: task.undoError });
    if (task.isRollbackStep === true && task.group === undefined) this.#addRollbackStep(task);
    if (repeatsItsChildren(task)) return;
    if (task.status === "failed" || task.status === "unknown") {
      this.failures.push({ endedAtMs: task.finishedAtMs ?? 0, failure: failureOf(task, task.status) });
    }
    if (task.isChanged) this.changes.push(changeOf(task));
    this.#addDuration(task);
  }

  #addRollbackStep({ name, status, isTolerated }: TaskView): void {
    if (status === "changed" || status === "unchanged") this.rollbackStepCount += 1;
    const isBad = status === "failed" || status === "unknown";
    if (isBad && isTolerated !== true) this.failedRollbackSteps.push(name);
  }

  #addDuration({ name, durationMs }: TaskView): void {
    const shortest = this.slowest.at(-1);
    if (durationMs <= 0) return;
    if (this.slowest.length >= SLOWEST_MAX && shortest !== undefined && durationMs <= shortest.durationMs) return;
    this.slowest = [...this.slowest, { task: name, durationMs }]
      .sort((one, other) => other.durationMs - one.durationMs)
      .slice(0, SLOWEST_MAX);
  }
}

/** What a group says its children have said already, unless it failed by itself: its items were no list, or too many. */
function repeatsItsChildren({ kind, error }: TaskView): boolean {
  return kind === "group" && (error === undefined || error.code === "DRV_TASK_GROUP_FAILED");
}

function failureOf(task: TaskView, status: "failed" | "unknown"): TaskFailure {
  const { name, durationMs, attempts } = task;
  return { task: name, status, durationMs, attempts, errors: errorsOfTask(task) };
}

function changeOf(task: TaskView): TaskChange {
  const changed = task.hostResults.filter((result) => result.changed);
  const changes = [...(task.changes ?? []), ...changed.flatMap((result) => result.changes ?? [])];
  return {
    task: task.name,
    hosts: changed.map((result) => result.hostname),
    properties: [...new Set(changes.map((change) => change.property))],
    isRolledBack: task.isRolledBack,
  };
}
