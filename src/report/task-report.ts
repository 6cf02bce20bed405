import type { CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import type { SkipCause, TaskStatus, TaskView } from "../engine/run-view.ts";
import type { Change, HostResult } from "../operation/outcome.ts";

/** What one task did, as a report tells it. Plain data. */
export interface TaskReport {
  readonly name: string;
  readonly title?: string;
  readonly kind: TaskView["kind"];
  readonly operation?: string;
  readonly target?: string;
  readonly status: TaskStatus;
  readonly changed: boolean;
  readonly durationMs: number;
  /** Attempts made, retries included; the most of any host. */
  readonly attempts: number;
  /** Why it was skipped, cancelled, not run or is unknown. */
  readonly reason?: string;
  readonly skipCause?: SkipCause;
  readonly error?: CodedError;
  readonly data?: JsonValue;
  /** What changed, or in a dry run would change; of tasks without hosts. */
  readonly changes?: readonly Change[];
  /** One entry for each host; empty for tasks without a target. */
  readonly hostResults: readonly HostResult[];
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly rolledBack: boolean;
  /** Why undoing it failed. */
  readonly undoError?: CodedError;
  /** A rollback step, or inside one. */
  readonly rollbackStep?: true;
  /** Dry run: known only at run time. */
  readonly conditional: boolean;
}

/** The row of a report for one task. */
export function taskReport(view: TaskView): TaskReport {
  return {
    name: view.name,
    ...(view.title !== undefined && { title: view.title }),
    kind: view.kind,
    ...(view.operation !== undefined && { operation: view.operation }),
    ...(view.target !== undefined && { target: view.target }),
    status: view.status,
    changed: view.isChanged,
    durationMs: view.durationMs,
    attempts: view.attempts,
    ...(view.reason !== undefined && { reason: view.reason }),
    ...(view.skipCause !== undefined && { skipCause: view.skipCause }),
    ...(view.error !== undefined && { error: view.error }),
    ...(view.data !== undefined && { data: view.data }),
    ...(view.changes !== undefined && { changes: view.changes }),
    hostResults: view.hostResults,
    ...(view.startedAtMs !== undefined && { startedAtMs: view.startedAtMs }),
    ...(view.finishedAtMs !== undefined && { finishedAtMs: view.finishedAtMs }),
    rolledBack: view.isRolledBack,
    ...(view.undoError !== undefined && { undoError: view.undoError }),
    ...(view.isRollbackStep !== undefined && { rollbackStep: view.isRollbackStep }),
    conditional: view.isConditional,
  };
}
