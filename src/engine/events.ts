import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { GroupItem, RollbackMode } from "../plan/compiled-plan.ts";
import type { ResolvedTarget, TaskEstimate, UnknownDecision } from "./commands.ts";
import type { RunPaused, RunResumed, TaskMarked, TasksAdopted, TasksReset } from "./operator-events.ts";
import type { Verdict } from "./run-view.ts";

/**
 * Everything that can have happened in a run: a closed vocabulary of past facts in plain JSON. `docs/events.md` lists
 * for each who writes it and what it means. A changed payload gets a new `v` and an entry in `event-versions.ts`.
 */
export type RunEvent =
  | RunCreated
  | HostsResolved
  | TaskEvaluated
  | TaskDispatched
  | UnitCompleted
  | TaskCompleted
  | RetryScheduled
  | AttemptRefused
  | AttemptUnknown
  | AttemptTimedOut
  | AttemptCancelRequested
  | UnknownResolved
  | TasksSkipped
  | TasksNotRun
  | GroupExpanded
  | GateEntered
  | SignalReceived
  | ApprovalGiven
  | ApprovalRefused
  | RunStopping
  | PhaseEntered
  | UndoStarted
  | UndoCompleted
  | RunCompleted
  | RunPaused
  | RunResumed
  | TaskMarked
  | TasksReset
  | TasksAdopted;

export type RunEventType = RunEvent["type"];

export interface EventHead {
  readonly v: 1;
  /** When it was decided, in milliseconds since 1970; never before the event ahead of it. */
  readonly at: number;
}

/** Written by `start`: the run exists and its inputs are frozen. */
export interface RunCreated extends EventHead {
  readonly type: "run.created";
  readonly runId: RunId;
  readonly plan: string;
  readonly fingerprint?: string;
  readonly source?: JsonObject;
  readonly planBody?: string;
  readonly idempotencyKey?: string;
  readonly paramsHash?: string;
  readonly params: JsonObject;
  readonly actor?: string;
  readonly reason?: string;
  readonly maxParallel: number;
  readonly isDryRun: boolean;
  readonly rollback: RollbackMode;
  readonly onUnknownHeld: "finish" | "wait";
  readonly estimates?: readonly TaskEstimate[];
}

/** Written by `start`: which hosts each target means for the whole run. Tasks without dependencies become ready. */
export interface HostsResolved extends EventHead {
  readonly type: "hosts.resolved";
  readonly targets: readonly ResolvedTarget[];
}

/** Written by `evaluated`: user code has said yes; the task may start with these inputs. */
export interface TaskEvaluated extends EventHead {
  readonly type: "task.evaluated";
  readonly task: number;
  readonly params?: JsonValue;
  readonly host?: string;
  readonly keys?: readonly GroupItem[];
}

/** Written when slots are free: an attempt of the task starts, on the listed units, or on unit 0 without a list. */
export interface TaskDispatched extends EventHead {
  readonly type: "task.dispatched";
  readonly task: number;
  readonly attempt: number;
  readonly units?: readonly number[];
}

/** Written by a result on one host of a task with a target: this unit is at its end. */
export interface UnitCompleted extends EventHead {
  readonly type: "unit.completed";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/**
 * Written when all of a task is at its end. `outcome` is that of the only unit, or the summary of all. Units of a
 * target that never started are cancelled by it. `attempt` is 0 when nothing was dispatched.
 */
export interface TaskCompleted extends EventHead {
  readonly type: "task.completed";
  readonly task: number;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** Written by a failed attempt (also of an undo) that will be made again, as `attempt + 1`, not before `dueMs`. */
export interface RetryScheduled extends EventHead {
  readonly type: "retry.scheduled";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly dueMs: number;
  readonly error: CodedError;
}

/** Written by `attemptNotStarted`: nothing was started; the unit is placed again, not before `dueMs`. */
export interface AttemptRefused extends EventHead {
  readonly type: "attempt.refused";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly dueMs: number;
  readonly reason: string;
}

/** Written when nobody can say how an attempt ended. `next` says what settles it. */
export interface AttemptUnknown extends EventHead {
  readonly type: "attempt.unknown";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly reason: string;
  readonly next: "rerun" | "probe" | "hold";
}

/** Written by `tick`. Without `unit` the whole task has taken too long. The attempt ends when its executor answers. */
export interface AttemptTimedOut extends EventHead {
  readonly type: "attempt.timedOut";
  readonly task: number;
  readonly unit?: number;
  readonly attempt?: number;
  readonly limit: "attempt" | "heartbeat" | "total";
}

/** Written after a timeout or a stop: the executor is asked to end the attempt, and later made to. */
export interface AttemptCancelRequested extends EventHead {
  readonly type: "attempt.cancelRequested";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly strength: "abort" | "kill";
}

/** Written by `resolveUnknown`. */
export interface UnknownResolved extends EventHead {
  readonly type: "unknown.resolved";
  readonly task: number;
  readonly unit: number;
  readonly decision: UnknownDecision;
  readonly actor?: string;
  readonly reason?: string;
}

/** First and last index of neighbouring tasks. */
export type TaskRange = readonly [first: number, last: number];

/** Why tasks are passed over while the run goes on. */
export type SkipEventCause = "guard" | "notTriggered" | "dependencyFailed" | "operator";

/** Written when conditions or guards say no, one event carrying a whole cascade, and by `skip`. */
export interface TasksSkipped extends EventHead {
  readonly type: "tasks.skipped";
  readonly ranges: readonly TaskRange[];
  readonly cause: SkipEventCause;
  readonly reason: string;
  /** Who skipped them, for the cause `operator`. */
  readonly actor?: string;
}

/** Written when a run stops or ends: these tasks were never started. */
export interface TasksNotRun extends EventHead {
  readonly type: "tasks.notRun";
  readonly ranges: readonly TaskRange[];
  readonly reason: string;
}

/** Written when a group starts: a copy of its tasks for every item, in order. Fixed items stand in the plan. */
export interface GroupExpanded extends EventHead {
  readonly type: "group.expanded";
  readonly task: number;
  /** Index of the first new task. */
  readonly first: number;
  readonly items?: readonly GroupItem[];
}

/** Written when a gate starts to wait. `dueMs` is set for gates that time opens. */
export interface GateEntered extends EventHead {
  readonly type: "gate.entered";
  readonly task: number;
  readonly dueMs?: number;
}

/** Written by `signal`. */
export interface SignalReceived extends EventHead {
  readonly type: "signal.received";
  readonly name: string;
  readonly id: string;
  readonly payload?: JsonValue;
  readonly actor?: string;
  readonly reason?: string;
}

/** Written by `approve`. */
export interface ApprovalGiven extends EventHead {
  readonly type: "approval.given";
  readonly task: number;
  readonly actor: string;
  readonly reason?: string;
}

/** Written by `reject`; the gate fails with it. */
export interface ApprovalRefused extends EventHead {
  readonly type: "approval.refused";
  readonly task: number;
  readonly actor: string;
  readonly reason?: string;
}

/** Why a run stops before its plan is through. */
export type StopMode = "failure" | "cancel" | "rollback";

/** Written by a failure with `stopAll`, by `cancel` and by `undo`: nothing new starts, what runs is cancelled. */
export interface RunStopping extends EventHead {
  readonly type: "run.stopping";
  readonly mode: StopMode;
  /** The task whose failure stops the run. */
  readonly task?: number;
  readonly actor?: string;
  readonly reason: string;
}

/** Written when everything of the phase before has ended. */
export interface PhaseEntered extends EventHead {
  readonly type: "phase.entered";
  readonly phase: "failureBranches" | "undoing" | "rollbackSteps";
}

/** Written when everything that depends on the unit is undone: its undo starts. */
export interface UndoStarted extends EventHead {
  readonly type: "undo.started";
  readonly task: number;
  readonly unit: number;
  /** Counts on from the attempts of the unit. */
  readonly attempt: number;
  /** From the pre-image the executor keeps, or by the undo the plan declares. */
  readonly source: "generated" | "declared";
}

/** Written by the last result of an undo. */
export interface UndoCompleted extends EventHead {
  readonly type: "undo.completed";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** Written when nothing is left to do. Terminal. */
export interface RunCompleted extends EventHead {
  readonly type: "run.completed";
  readonly verdict: Verdict;
}
