import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { RunCreated, RunEvent } from "../engine/events.ts";
import type { Verdict } from "../engine/run-view.ts";

/** What is known about a durable run without loading it. Plain JSON. */
export interface RunRecord {
  readonly runId: RunId;
  /** Position of its first row in the lane. */
  readonly first: number;
  /** Position of its newest row in the lane. */
  readonly newest: number;
  readonly plan: string;
  readonly fingerprint?: string;
  readonly source?: JsonObject;
  readonly planBody?: string;
  readonly idempotencyKey?: string;
  readonly paramsHash?: string;
  readonly isDryRun: boolean;
  readonly createdAtMs: number;
  /** Present while the run is finished; a command may open it again. */
  readonly verdict?: Verdict;
  readonly finishedAtMs?: number;
  /** Why the run was set aside; the other runs go on. */
  readonly quarantine?: CodedError;
}

/** The record of a run that has just been created. */
export function recordOf(created: RunCreated, position: number): RunRecord {
  const { runId, plan, fingerprint, source, planBody, idempotencyKey, paramsHash, isDryRun, at } = created;
  return {
    runId,
    first: position,
    newest: position,
    plan,
    isDryRun,
    createdAtMs: at,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(source === undefined ? {} : { source }),
    ...(planBody === undefined ? {} : { planBody }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(paramsHash === undefined ? {} : { paramsHash }),
  };
}

/** The record after one more row. */
export function recordAfter(record: RunRecord, events: readonly RunEvent[], newest: number): RunRecord {
  const completed = events.findLast((event) => event.type === "run.completed");
  // Only a command that opens a finished run again writes after its end.
  const { verdict: _verdict, finishedAtMs: _finishedAtMs, ...open } = record;
  if (completed === undefined) return { ...open, newest };
  return { ...open, newest, verdict: completed.verdict, finishedAtMs: completed.at };
}
