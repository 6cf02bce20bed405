import { codedError, fromThrown } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { toJson, type JsonDefect } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import type { Failed, HostResult, Outcome, OutcomeStatus } from "../operation/outcome.ts";

const CHANGED: Outcome = Object.freeze({ status: "changed" });
const UNCHANGED: Outcome = Object.freeze({ status: "unchanged" });

/**
 * Turns what a task function returned into an outcome. The expected form is
 * `{ changed, data?, status?, hostResults?, error? }`; anything else fails the task with `DRV_TASK_RESULT_INVALID`,
 * because guessing whether something changed would be a lie in the report.
 */
export function outcomeOfReturned(returned: unknown): Outcome {
  try {
    return readReturned(returned);
  } catch (thrown) {
    // A getter of the returned object threw: foreign code, so a failure of the task and not of the program.
    return invalid(`it cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
}

function readReturned(returned: unknown): Outcome {
  if (typeof returned !== "object" || returned === null || !("changed" in returned)) return notAResult(returned);
  if (typeof returned.changed !== "boolean") return notAResult(returned);
  const data = "data" in returned ? returned.data : undefined;
  const status = "status" in returned ? returned.status : undefined;
  const hosts = "hostResults" in returned ? returned.hostResults : undefined;
  if (data === undefined && status === undefined && hosts === undefined) return returned.changed ? CHANGED : UNCHANGED;
  return detailedOutcome(returned.changed, {
    data,
    status,
    hosts,
    reason: "reason" in returned ? returned.reason : undefined,
  });
}

/** Turns what a task function threw (an error or anything else) into a failed outcome, honouring error classes. */
export function outcomeOfThrown(thrown: unknown): Failed {
  const error = fromThrown("DRV_TASK_FUNCTION_FAILED", thrown, "Cannot finish task function");
  if (typeof thrown !== "object" || thrown === null) return { status: "failed", error, errorClass: "retryable" };
  const errorClass = "errorClass" in thrown && thrown.errorClass === "fatal" ? "fatal" : "retryable";
  const retryAfterMs = "retryAfterMs" in thrown ? thrown.retryAfterMs : undefined;
  return typeof retryAfterMs === "number" && Number.isSafeInteger(retryAfterMs) && retryAfterMs >= 0
    ? { status: "failed", error, errorClass, retryAfterMs }
    : { status: "failed", error, errorClass };
}

interface Details {
  readonly data: unknown;
  readonly status: unknown;
  readonly hosts: unknown;
  readonly reason: unknown;
}

function detailedOutcome(changed: boolean, details: Details): Outcome {
  const converted = toJson(details.data, { bytesMax: RESULT_BYTES_MAX });
  if (!converted.ok) return badData(converted.defect);
  const hostResults = details.hosts === undefined ? undefined : hostResultsOf(details.hosts);
  if (hostResults !== undefined && !hostResults.ok) return hostResults.failure;
  const extra = {
    ...(details.data === undefined ? {} : { data: converted.value }),
    ...(hostResults === undefined ? {} : { hostResults: hostResults.value }),
  };
  const failedHost = hostResults?.value.find((host) => host.status === "failed" || host.status === "unknown");
  if (details.status === "failed" || failedHost !== undefined) {
    const because =
      failedHost === undefined ? "it reported the status failed" : `host ${JSON.stringify(failedHost.hostname)} failed`;
    const error = codedError(
      "DRV_TASK_FUNCTION_FAILED",
      `Cannot finish task function: ${because}`,
      failedHost?.error === undefined ? {} : { cause: failedHost.error },
    );
    return { status: "failed", error, errorClass: "retryable", changed, ...extra };
  }
  if (details.status === "skipped") {
    return {
      status: "skipped",
      reason: typeof details.reason === "string" ? details.reason : "the task function skipped itself",
    };
  }
  return { status: changed ? "changed" : "unchanged", ...extra };
}

type HostResultsRead =
  | { readonly ok: true; readonly value: readonly HostResult[] }
  | { readonly ok: false; readonly failure: Failed };

function hostResultsOf(given: unknown): HostResultsRead {
  if (!Array.isArray(given)) return { ok: false, failure: invalid("hostResults is not a list") };
  const value: HostResult[] = [];
  const items: readonly unknown[] = given;
  for (const item of items) {
    const read = hostResultOf(item);
    if (typeof read === "string") return { ok: false, failure: invalid(read) };
    value.push(read);
  }
  return { ok: true, value };
}

const STATUSES: ReadonlySet<unknown> = new Set<OutcomeStatus>([
  "changed",
  "unchanged",
  "skipped",
  "failed",
  "cancelled",
  "unknown",
]);

function hostResultOf(item: unknown): HostResult | string {
  if (typeof item !== "object" || item === null) return "an entry of hostResults is not an object";
  if (!("hostname" in item) || typeof item.hostname !== "string") return "an entry of hostResults has no hostname";
  const changed = "changed" in item && item.changed === true;
  const status = "status" in item ? item.status : undefined;
  const data = toJson("data" in item ? item.data : undefined, { bytesMax: RESULT_BYTES_MAX });
  if (!data.ok) return `the data of host ${JSON.stringify(item.hostname)} is not plain JSON: ${describe(data.defect)}`;
  const error = "error" in item ? hostError(item.error) : undefined;
  return {
    hostname: item.hostname,
    status: isOutcomeStatus(status) ? status : error === undefined ? (changed ? "changed" : "unchanged") : "failed",
    changed,
    durationMs: "durationMs" in item && typeof item.durationMs === "number" ? item.durationMs : 0,
    ...("data" in item && item.data !== undefined ? { data: data.value } : {}),
    ...(error === undefined ? {} : { error }),
  };
}

function isOutcomeStatus(status: unknown): status is OutcomeStatus {
  return STATUSES.has(status);
}

function hostError(error: unknown) {
  if (error === undefined || error === null || error === "") return undefined;
  if (typeof error === "object" && "code" in error && "message" in error) {
    return { code: String(error.code), message: String(error.message) };
  }
  return fromThrown("DRV_TASK_FUNCTION_FAILED", error, "Cannot finish on this host");
}

function badData(defect: JsonDefect): Failed {
  const action = "Cannot keep the data a task function returned";
  if (defect.reason !== "size") return failed("DRV_TASK_RESULT_INVALID", `${action}: ${describe(defect)}`);
  const limit = `a run keeps at most ${RESULT_BYTES_MAX / 1_048_576} MiB of a task`;
  return failed("DRV_TASK_RESULT_TOO_LARGE", `${action}: ${defect.path} is ${defect.found}, and ${limit}`);
}

function describe(defect: JsonDefect): string {
  return `${defect.path} is ${defect.found}, which cannot be stored as JSON`;
}

function notAResult(returned: unknown): Failed {
  const found =
    returned === undefined
      ? "nothing"
      : typeof returned === "object"
        ? "an object without a boolean changed"
        : typeof returned;
  return invalid(`it is ${found}`);
}

function invalid(reason: string): Failed {
  return failed("DRV_TASK_RESULT_INVALID", `Cannot use what a task function returned: ${reason}`);
}

function failed(code: ErrorCode, message: string): Failed {
  return { status: "failed", error: codedError(code, message), errorClass: "fatal" };
}
