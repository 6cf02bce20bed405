import type { CodedError } from "../base/coded-error.ts";
import type { Host } from "../operation/host.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import type { ProviderContext, ProviderError } from "../operation/provider.ts";
import type { Job } from "../protocol/job.ts";
import type { DetachingHost } from "../host/detached-exec.ts";
import type { AttemptCalls } from "./call-folders.ts";
import type { Masker } from "./masker.ts";

/** One running attempt: what its steps need and what they leave for the judgement of its end. */
export interface Attempt {
  readonly job: Job;
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly masker: Masker;
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  readonly onProgress: (percent: number, message?: string) => void;
  readonly context: ProviderContext;
  readonly trace: AttemptTrace;
  /** Set where commands can outlive the executor. */
  readonly durable?: DurableAttempt;
}

/** What lets an attempt be gone on with by an executor that starts again. */
export interface DurableAttempt {
  readonly calls: AttemptCalls;
  readonly host: DetachingHost;
  /** Whether an executor that is gone has accepted it before. */
  readonly isResumed: boolean;
}

/** How far an attempt got, for the case that it does not end by itself. */
export interface AttemptTrace {
  /** Set before the first step that may change the host. */
  hasStartedChanging: boolean;
  /** Set when a pre-image is held. */
  holdsPreImage: boolean;
}

/** The outcome of a step that failed in an orderly way. */
export function failedOutcome(failure: ProviderError, trace: AttemptTrace): Outcome {
  if (trace.hasStartedChanging && isConnectionLost(failure.error)) {
    return { status: "unknown", reason: `${failure.error.message} [${failure.error.code}]` };
  }
  const changed = trace.hasStartedChanging && failure.changed === true;
  const isUnreachable = failure.failure === "unreachable" || (!trace.hasStartedChanging && isLost(failure.error));
  return {
    status: "failed",
    error: failure.error,
    errorClass: failure.errorClass,
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    ...(isUnreachable ? { failure: "unreachable" } : {}),
    ...(failure.data === undefined ? {} : { data: failure.data }),
    ...changedParts(changed, trace),
  };
}

/** Failures of a host that may be gone at the next try. */
const RETRYABLE: ReadonlySet<string> = new Set([
  "DRV_HOST_UNREACHABLE",
  "DRV_HOST_CONNECTION_LOST",
  "DRV_HOST_TIMEOUT",
  "DRV_HOST_BUSY",
  "DRV_HOST_OUT_OF_RESOURCES",
  "DRV_HOST_DISK_FULL",
  "DRV_HOST_IO",
]);

/** The outcome of a host call of the executor itself that failed. */
export function hostFailure(error: CodedError, trace: AttemptTrace, changed = false): Outcome {
  return failedOutcome({ error, errorClass: RETRYABLE.has(error.code) ? "retryable" : "fatal", changed }, trace);
}

/** A failure the executor found itself; nothing was changed unless the trace says so. */
export function failure(error: CodedError, errorClass: Failed["errorClass"], trace: AttemptTrace): Failed {
  return { status: "failed", error, errorClass, ...changedParts(trace.hasStartedChanging, trace) };
}

function changedParts(changed: boolean, trace: AttemptTrace): { changed?: boolean; isReversible?: boolean } {
  return changed ? { changed: true, isReversible: trace.holdsPreImage } : {};
}

function isLost(error: CodedError): boolean {
  return isConnectionLost(error) || hasCode(error, "DRV_HOST_UNREACHABLE");
}

/** Whether the connection broke in the middle: then nobody can say how far the host got. */
function isConnectionLost(error: CodedError): boolean {
  return hasCode(error, "DRV_HOST_CONNECTION_LOST");
}

function hasCode(error: CodedError, code: string): boolean {
  for (let link: CodedError | undefined = error; link !== undefined; link = link.cause) {
    if (link.code === code) return true;
  }
  return false;
}
