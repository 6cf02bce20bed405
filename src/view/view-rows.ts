import type { RunPhase, SkipCause, TaskStatus, Verdict } from "../engine/run-view.ts";
import type { Quarantine } from "./run-records.ts";

// What the read model tells: plain data, made when asked for.

/** How a run stands for people: how it ended, or `running` until then. */
export type RunStatus = "running" | Verdict;

/** One run. `docs/vocabulary.md` says how its members are called elsewhere. */
export interface RunRow {
  readonly id: string;
  readonly plan: string;
  readonly fingerprint?: string;
  readonly isDryRun: boolean;
  readonly status: RunStatus;
  readonly phase: RunPhase;
  readonly verdict?: Verdict;
  /** Who started it. */
  readonly actor?: string;
  /** Why, in the words of who started it. */
  readonly reason?: string;
  readonly createdAtMs: number;
  readonly finishedAtMs?: number;
  /** Time of its newest event. */
  readonly lastAtMs: number;
  readonly taskCount: number;
  /** Tasks per status. `ready` and `pending` are told apart only where the log says so. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** Events folded in: the version of the run. */
  readonly version: number;
  /** Position in the log of its newest row that is folded in. */
  readonly position: number;
  /** Set when a row of the run could not be used: everything above is how it stood before. */
  readonly quarantine?: Quarantine;
}

export interface ErrorText {
  readonly code: string;
  readonly message: string;
}

/** One task of a run. */
export interface TaskRow {
  readonly index: number;
  /** `#7` when the log does not say how the task is called. */
  readonly name: string;
  readonly title?: string;
  readonly kind?: string;
  readonly operation?: string;
  readonly target?: string;
  /** Index of the group it belongs to. */
  readonly group?: number;
  /**
   * What the log says. Whether a task that has not started could start follows from the plan and is not told; of a task on
   * several hosts that is not over, it is what the hosts do that it has started on.
   */
  readonly status: TaskStatus;
  readonly skipCause?: SkipCause;
  readonly isChanged: boolean;
  readonly attempts: number;
  readonly generation: number;
  /** Hosts it has started on, per status; empty for tasks without hosts. */
  readonly hosts: Readonly<Partial<Record<TaskStatus, number>>>;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly reason?: string;
  readonly error?: ErrorText;
  readonly isRolledBack: boolean;
  readonly undoError?: ErrorText;
}

/** One host of a task. */
export interface HostRow {
  readonly task: number;
  readonly taskName: string;
  readonly unit: number;
  readonly host?: string;
  readonly status: TaskStatus;
  readonly isChanged: boolean;
  readonly attempts: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly reason?: string;
  readonly error?: ErrorText;
  readonly isRolledBack: boolean;
}

/** What a run did on one host, in the history of that host. */
export interface HostHistoryRow extends HostRow {
  readonly runId: string;
  readonly plan: string;
}

/** Something that happened in a run, for people. */
export interface TimelineEntry {
  readonly atMs: number;
  /** `task.started`, `task.ended`, or the type of the event in the log. */
  readonly kind: string;
  readonly task?: number;
  readonly taskName?: string;
  readonly host?: string;
  readonly text: string;
}

/** Part of a list. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Gives the next part; absent at the end. */
  readonly nextCursor?: string;
}

export interface PageQuery {
  /** `nextCursor` of the part before. */
  readonly cursor?: string;
  /** Rows at once, 1 to 1,000. Default 100. */
  readonly limit?: number;
}

/** Which runs are wanted; newest first. Everything given must hold. */
export interface RunQuery extends PageQuery {
  readonly status?: RunStatus | "quarantined";
  /** The exact name of the plan. */
  readonly plan?: string;
  readonly actor?: string;
  /** Runs created at or after this time. */
  readonly fromMs?: number;
  /** Runs created before this time. */
  readonly toMs?: number;
  /** Part of the name of the plan, in any case, or the beginning of the id. */
  readonly text?: string;
}

export interface TaskQuery extends PageQuery {
  readonly status?: TaskStatus;
}
