import type { CodedError } from "../base/coded-error.ts";
import type { JsonArray, JsonObject, JsonValue } from "../base/json.ts";
import type { Change, HostResult } from "../operation/outcome.ts";
import type { Report } from "./report.ts";
import type { TaskReport } from "./task-report.ts";

/** Version of the shape of {@link reportDocument}; grows when a member changes its meaning or goes away. */
export const REPORT_DOCUMENT_VERSION = 1;

/**
 * A report as plain data for programs: what `--output json` and `--output yaml` print. Members that have no value are
 * left out. Times are milliseconds since 1970.
 */
export function reportDocument(report: Report): JsonObject {
  const { view } = report;
  return {
    version: REPORT_DOCUMENT_VERSION,
    run: view.runId,
    plan: view.planName,
    ok: report.ok,
    verdict: report.verdict,
    dryRun: view.isDryRun,
    startedAtMs: view.createdAtMs,
    ...(view.finishedAtMs !== undefined && { finishedAtMs: view.finishedAtMs }),
    durationMs: report.durationMs,
    counts: { ...view.counts },
    ...(report.error !== undefined && { error: errorDocument(report.error) }),
    tasks: report.tasks.map(taskDocument),
  };
}

/** One task of a report as plain data. */
export function taskDocument(task: TaskReport): JsonObject {
  const { error, undoError, changes, hostResults, ...rest } = task;
  return {
    ...rest,
    ...(error !== undefined && { error: errorDocument(error) }),
    ...(undoError !== undefined && { undoError: errorDocument(undoError) }),
    ...(changes !== undefined && { changes: changeDocuments(changes) }),
    ...(hostResults.length > 0 && { hostResults: hostResults.map(hostDocument) }),
  };
}

/** An error as plain data. */
export function errorDocument(error: CodedError): JsonObject {
  const { code, message, at, hint, details, cause } = error;
  return {
    code,
    message,
    ...(at !== undefined && { at: withoutHoles({ ...at }) }),
    ...(hint !== undefined && { hint }),
    ...(details !== undefined && { details }),
    ...(cause !== undefined && { cause: errorDocument(cause) }),
  };
}

function hostDocument(result: HostResult): JsonObject {
  const { error, changes, ...rest } = result;
  return {
    ...withoutHoles(rest),
    ...(error !== undefined && { error: errorDocument(error) }),
    ...(changes !== undefined && { changes: changeDocuments(changes) }),
  };
}

/** Changes as plain data. */
export function changeDocuments(changes: readonly Change[]): JsonArray {
  return changes.map((change) => withoutHoles({ ...change }));
}

function withoutHoles(members: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
