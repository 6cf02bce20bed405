import assert from "node:assert/strict";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { EventLog, LogBatch, LogRow, NewLogRow } from "../eventlog/event-log.ts";

/** An empty log to be tested. */
export interface LogSubject extends AsyncDisposable {
  readonly log: DurableLog;
  /** Closes the log and opens it again with what it kept; absent for logs that end with their process. */
  readonly reopen?: () => Promise<DurableLog>;
}

export type OpenLogSubject = () => Promise<LogSubject>;
export type LogRule = (subject: LogSubject) => Promise<void>;
/** Adds one rule; the name goes on after "given ". */
export type GivenLog = (rule: string, run: LogRule) => void;

export function rowOf(stream: string, previousPosition: number, ...events: readonly unknown[]): NewLogRow {
  return { stream, previousPosition, events };
}

export function batchOf(batchId: string, ...rows: readonly NewLogRow[]): LogBatch {
  return { batchId, rows };
}

export async function allOf(rows: AsyncIterable<LogRow>): Promise<readonly LogRow[]> {
  const all: LogRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Appends and expects the log to take it; answers the new tail. */
export async function appendTo(log: EventLog, expectedPosition: number, batch: LogBatch): Promise<number> {
  const outcome = await log.append(0, expectedPosition, batch);
  assert.equal(outcome.outcome, "appended");
  return outcome.outcome === "appended" ? outcome.position : 0;
}

/** Runs what may throw at once or reject, and expects a coded error. */
export async function expectCode(code: string, run: () => unknown): Promise<void> {
  await assert.rejects(async () => run(), { code });
}
