import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { AdoptedTask } from "./adopted-tasks.ts";
import type { GroupItem, RollbackMode } from "../plan/compiled-plan.ts";

/**
 * Everything the world can tell a run. `decide` answers each with events or a rejection; no command changes a run by
 * itself, and a rejected one leaves no trace.
 */
export type Command =
  | StartCommand
  | AdvanceCommand
  | TickCommand
  | AttemptFinishedCommand
  | AttemptsFinishedCommand
  | AttemptNotStartedCommand
  | EvaluatedCommand
  | UndoFinishedCommand
  | HeartbeatCommand
  | SignalCommand
  | ApproveCommand
  | RejectCommand
  | ResolveUnknownCommand
  | CancelCommand
  | UndoCommand
  | PauseCommand
  | ResumeCommand
  | SkipCommand
  | MarkSucceededCommand
  | RetryFailedCommand
  | RetryFromCommand
  | RewindCommand;

/** Who asked, as the report and the audit name them. */
export interface Actor {
  readonly actor?: string;
  readonly reason?: string;
}

/** What people may say to a run. */
export interface OperatorCommand extends Actor {
  /**
   * Follows the command only while the control version of the run (operator events so far, the start being 1) is this one;
   * else it is rejected with `DRV_RUN_VERSION_CONFLICT`, so that two people cannot talk at cross purposes.
   */
  readonly expectedVersion?: number;
}

/** Freezes the inputs of the run and starts it. Accepted once. */
export interface StartCommand extends Actor {
  readonly type: "start";
  readonly runId: RunId;
  readonly params: JsonObject;
  /** Fingerprint of the plan, when the caller has computed it; kept in the log. */
  readonly fingerprint?: string;
  /** Where the plan came from: path of its module, name of its export, hash of its content. Opaque; kept in the log. */
  readonly source?: JsonObject;
  /** Name in the blob store of the canonical body of the plan. Opaque; kept in the log. */
  readonly planBody?: string;
  /** The same key and the same parameters mean the same run: for the caller to look up. Kept in the log. */
  readonly idempotencyKey?: string;
  /** Digest of the parameters, to compare with those of another start. Kept in the log. */
  readonly paramsHash?: string;
  /** One entry for each distinct `target.text` in the plan and the plans of its groups, `_any` excepted. */
  readonly hosts: readonly ResolvedTarget[];
  readonly options: RunOptions;
  /** A fork: tasks that ended well in another run and are not done again; see `adoptableTasks`. */
  readonly from?: { readonly runId: string; readonly tasks: readonly AdoptedTask[] };
}

/** Which hosts a target stood for when the run started, in the order in which they are used. */
export interface ResolvedTarget {
  readonly target: string;
  readonly hosts: readonly string[];
}

/** Choices of one run; what is absent comes from the plan. */
export interface RunOptions {
  /** Units of work running at once, from 1; replaces the limit of the plan. */
  readonly maxParallel?: number;
  /** Inspect instead of apply; nothing is retried or undone. Default false. */
  readonly isDryRun?: boolean;
  readonly rollback?: RollbackMode;
  /** Starts although `onFailure` could not undo every operation. Default false. */
  readonly allowIrreversible?: boolean;
  /**
   * What happens when nothing is left to do but decide about unknown outcomes: `finish` (default) ends the run with the
   * verdict `needsDecision`, `wait` keeps it open for `resolveUnknown`.
   */
  readonly onUnknownHeld?: "finish" | "wait";
  /** Durations known from earlier runs, frozen for this one; they replace the estimates of the plan. */
  readonly estimates?: readonly TaskEstimate[];
}

export interface TaskEstimate {
  readonly task: number;
  readonly estimateMs: number;
}

/** Goes on where the last step stopped because it had written enough events. */
export interface AdvanceCommand {
  readonly type: "advance";
}

/** Time has passed: starts what is due. Harmless when nothing is. */
export interface TickCommand {
  readonly type: "tick";
}

/** How one attempt of one unit ended; answers a `dispatch` effect. */
export interface AttemptResult {
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  readonly outcome: Outcome;
}

/** Rejected with `DRV_RUN_ATTEMPT_STALE` when that attempt is not the running one: the recorded answer stays. */
export interface AttemptFinishedCommand extends AttemptResult {
  readonly type: "attemptFinished";
}

/**
 * Several results at once, at most {@link RESULTS_PER_COMMAND_MAX}. Results of attempts that are not running are
 * passed over and counted in `Decision.staleCount`; the others count.
 */
export interface AttemptsFinishedCommand {
  readonly type: "attemptsFinished";
  readonly results: readonly AttemptResult[];
}

/** Bounds the events of one step: a result leads to at most four. */
export const RESULTS_PER_COMMAND_MAX = 120;

/** The executor refused and surely started nothing. The unit is placed again after a second, at no cost of retries. */
export interface AttemptNotStartedCommand {
  readonly type: "attemptNotStarted";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  readonly reason: string;
}

/** Answers an `evaluate` effect. */
export interface EvaluatedCommand {
  readonly type: "evaluated";
  readonly task: number;
  readonly generation: number;
  readonly evaluation: Evaluation;
}

/** What user code said about a task that is about to start. Only what the effect asked for is read. */
export interface Evaluation {
  /** The first of the asked guards, in declared order, that said no; guards after it need not be called. */
  readonly failedGuard?: FailedGuard;
  /** A guard, parameter or key function failed (`DRV_TASK_GUARD_FAILED`, …), or no host can be placed. */
  readonly error?: CodedError;
  readonly params?: JsonValue;
  /** Where a task with target `_any` goes. */
  readonly host?: string;
  readonly keys?: readonly GroupItem[];
}

export interface FailedGuard {
  /** Index in the guards of the task. */
  readonly guard: number;
  /** Replaces the reason of the guard. */
  readonly reason?: string;
}

/** How one attempt to undo ended; answers an `undo` effect. `skipped` and `unchanged` mean there was nothing to undo. */
export interface UndoFinishedCommand extends AttemptResult {
  readonly type: "undoFinished";
}

/**
 * The executor of a unit is alive. Kept in memory only: after a recovery send one for each outstanding attempt before
 * the first `tick`. Writes no event.
 */
export interface HeartbeatCommand {
  readonly type: "heartbeat";
  readonly task: number;
  readonly unit: number;
}

/** Opens every gate of that name, now and later in this run. The same `id` counts once. */
export interface SignalCommand extends OperatorCommand {
  readonly type: "signal";
  readonly name: string;
  readonly payload?: JsonValue;
  readonly id: string;
}

/** One voice for a waiting approval gate. The same actor counts once. */
export interface ApproveCommand extends OperatorCommand {
  readonly type: "approve";
  readonly task: number;
  readonly actor: string;
}

/** Refuses a waiting approval gate, which then fails. */
export interface RejectCommand extends OperatorCommand {
  readonly type: "reject";
  readonly task: number;
  readonly actor: string;
}

/** Says what became of a unit whose outcome is unknown and held. Opens a finished run again. */
export interface ResolveUnknownCommand extends OperatorCommand {
  readonly type: "resolveUnknown";
  readonly task: number;
  readonly unit: number;
  readonly decision: UnknownDecision;
}

export type UnknownDecision = "rerun" | "succeeded" | "failed";

/** Stops the run: running attempts are cancelled, `always` branches of what started still run, nothing is undone. */
export interface CancelCommand extends OperatorCommand {
  readonly type: "cancel";
}

/** Stops the run and undoes what it did, also when it has finished. Needs a rollback mode other than `off`. */
export interface UndoCommand extends OperatorCommand {
  readonly type: "undo";
}

/** Starts nothing new until `resume`. Running attempts go on, and so does time. */
export interface PauseCommand extends OperatorCommand {
  readonly type: "pause";
}

/** Ends a pause. */
export interface ResumeCommand extends OperatorCommand {
  readonly type: "resume";
}

/** Passes over a task that does not run and has not succeeded; what depends on it goes on. Opens a finished run again. */
export interface SkipCommand extends OperatorCommand {
  readonly type: "skip";
  readonly task: number;
}

/** Says that a task which does not run and has not succeeded has been done by other means. Opens a finished run again. */
export interface MarkSucceededCommand extends OperatorCommand {
  readonly type: "markSucceeded";
  readonly task: number;
  /** Default `changed`: what runs only after a change does run. */
  readonly status?: "changed" | "unchanged";
  /** What the task would have returned. */
  readonly data?: JsonValue;
}

/**
 * Does again what failed, was cancelled, was not run, has an unknown outcome or was undone, and everything that depends on it; what
 * succeeded otherwise stays, and so does what a person has skipped or marked. Opens a finished run again.
 */
export interface RetryFailedCommand extends OperatorCommand {
  readonly type: "retryFailed";
}

/** Does a task and everything that depends on it again, however that ended. Opens a finished run again. */
export interface RetryFromCommand extends OperatorCommand {
  readonly type: "retryFrom";
  readonly task: number;
}

/** Takes the run back to just before a task: as `retryFrom`, but the run is paused there. Nothing is undone. */
export interface RewindCommand extends OperatorCommand {
  readonly type: "rewind";
  readonly task: number;
}
