import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Change, HostResult } from "../operation/outcome.ts";

/** States of a task. `pending → ready → waiting | running → terminal`; see `docs/semantics.md`. */
export type TaskStatus =
  | "pending"
  | "ready"
  | "waiting"
  | "running"
  | "changed"
  | "unchanged"
  | "skipped"
  | "failed"
  | "cancelled"
  | "notRun"
  | "unknown";

/** Why a task was skipped; decides whether the skip cascades. */
export type SkipCause = "guard" | "notTriggered" | "dependencyFailed" | "unsupported" | "operator";

export type Verdict = "succeeded" | "failed" | "cancelled" | "rolledBack" | "needsDecision";

/** Where the run stands after a failure or cancel; `running` until then. */
export type RunPhase =
  | "created"
  | "running"
  | "stopping"
  | "failureBranches"
  | "undoing"
  | "rollbackSteps"
  | "finished";

/** Who said something about a run, why and when. */
export interface OperatorWord {
  readonly actor?: string;
  readonly reason?: string;
  readonly atMs: number;
}

/** A task that ended by the word of a person, or in another run. */
export interface TaskDecision extends OperatorWord {
  readonly verb: "skipped" | "markedSucceeded" | "adopted";
  /** The run from which it was adopted. */
  readonly from?: string;
}

/** Why a task is in a generation after the first. */
export interface TaskReset extends OperatorWord {
  readonly verb: string;
  /** Name of the task that was named, if one was. */
  readonly task?: string;
}

/** One task as people and report see it. Made on demand from the state; never kept by the engine. */
export interface TaskView {
  readonly index: number;
  readonly name: string;
  readonly title?: string;
  readonly kind: "operation" | "function" | "script" | "gate" | "group";
  readonly operation?: string;
  readonly target?: string;
  readonly status: TaskStatus;
  readonly isChanged: boolean;
  readonly skipCause?: SkipCause;
  /** Readable reason of a skip, a wait, a cancel or an unknown outcome. */
  readonly reason?: string;
  readonly error?: CodedError;
  readonly data?: JsonValue;
  readonly changes?: readonly Change[];
  readonly hostResults: readonly HostResult[];
  readonly attempts: number;
  readonly generation: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly durationMs: number;
  readonly isRolledBack: boolean;
  readonly undoError?: CodedError;
  /** Runs only when the run is rolled back, after everything has been undone. */
  readonly isRollbackStep?: true;
  /** It failed, and the run does not count that. */
  readonly isTolerated?: true;
  /** Dry run: known only at run time. */
  readonly isConditional: boolean;
  /** It ended by the word of a person. */
  readonly decision?: TaskDecision;
  /** A person has let it begin anew, for the latest time in its present generation. */
  readonly reset?: TaskReset;
  /** Index of the group task this one was expanded from. */
  readonly group?: number;
}

/** What a run was made from, frozen in its first event. All of it is opaque to the engine. */
export interface RunOrigin {
  /** Fingerprint of the plan, when the caller has computed it. */
  readonly fingerprint?: string;
  /** Where the plan came from: path of its module, name of its export, hash of its content. */
  readonly source?: JsonObject;
  /** Name in the blob store of the canonical body of the plan. */
  readonly planBody?: string;
  /** The same key and the same parameters mean the same run. */
  readonly idempotencyKey?: string;
  readonly paramsHash?: string;
  /** Who started the run, and why. */
  readonly actor?: string;
  readonly reason?: string;
}

/** A read-only window on the state of a run. Cheap to hold; every call reads the live state. */
export interface RunView {
  readonly runId: RunId;
  readonly planName: string;
  /** What the run was made from. */
  readonly origin?: RunOrigin | undefined;
  /** Operator events so far, the start included: what `expectedVersion` of a command is compared with. */
  readonly controlVersion?: number | undefined;
  /** Set while the run is paused. */
  readonly pause?: OperatorWord | undefined;
  readonly phase: RunPhase;
  readonly verdict?: Verdict | undefined;
  readonly isDryRun: boolean;
  readonly taskCount: number;
  readonly createdAtMs: number;
  readonly finishedAtMs?: number | undefined;
  /** Tasks per status. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** First failure that decided the verdict. */
  readonly error?: CodedError | undefined;
  task(index: number): TaskView;
  indexOf(name: string): number | undefined;
  /** Status only, without building a view. */
  statusOf(index: number): TaskStatus;
  dependenciesOf(index: number): readonly number[];
}
