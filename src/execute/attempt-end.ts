import { codedError, DroverError, fromThrown } from "../base/coded-error.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Job } from "../protocol/job.ts";
import { failure, type AttemptTrace } from "./attempt.ts";
import type { Masker } from "./masker.ts";

/** How the work of an attempt came to its end, before anybody judged it. */
export type AttemptEnd =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "thrown"; readonly thrown: unknown }
  /** Asked to stop, and not heard of since. */
  | { readonly kind: "deaf" };

export function cancelled(reason: unknown, masker: Masker): Outcome {
  const { message } = fromThrown("DRV_INTERNAL", reason, "Cancelled");
  return { status: "cancelled", reason: masker.text(message) };
}

export function timedOut(job: Job, timeoutMs: number, trace: AttemptTrace): Outcome {
  const error = codedError(
    "DRV_EXECUTE_ATTEMPT_TIMEOUT",
    `Cannot complete task "${job.task}" on host "${job.host}": the attempt took longer than ${timeoutMs} ms`,
    { hint: "Raise the timeout of the task, or find out what it waits for", details: { timeoutMs } },
  );
  return failure(error, "retryable", trace);
}

/** The outcome of a provider that threw, which no provider may do. */
export function crashed(job: Job, thrown: unknown, trace: AttemptTrace): Outcome {
  const what = job.work.kind === "script" ? "script" : `operation "${job.work.operation}"`;
  return failure(fromThrown("DRV_OPERATION_CRASHED", thrown, `Cannot complete ${what}`), "fatal", trace);
}

export function noSuchHost(job: Job, trace: AttemptTrace): Outcome {
  const error = codedError(
    "DRV_EXECUTE_NO_HOST",
    `Cannot start task "${job.task}": host ${JSON.stringify(job.host)} is not known here`,
    { hint: "Compare the name with the hosts of the fleet" },
  );
  return { ...failure(error, "fatal", trace), failure: "unreachable" };
}

/** The outcome of an attempt that nobody waits for any more; it is not its result. */
export function left(): Outcome {
  return { status: "unknown", reason: "The executor was closed while the attempt ran" };
}

/** The outcome of an attempt that an executor that is gone has begun, and that cannot be gone on with. */
export function startedBefore(): Outcome {
  return { status: "unknown", reason: "The attempt was started before and its result is not known" };
}

/** The outcome of an attempt whose token could not be claimed: nothing was started. */
export function notAccepted(job: Job, thrown: unknown): Outcome {
  const first = thrown instanceof DroverError ? thrown.errors[0] : undefined;
  const cause = first ?? fromThrown("DRV_JOURNAL_FAILED", thrown, "Cannot use the journal");
  const error = codedError(
    "DRV_JOURNAL_FAILED",
    `Cannot start task "${job.task}" on host "${job.host}": the journal does not take the attempt: ${cause.message}`,
    { cause },
  );
  return { status: "failed", error, errorClass: "retryable" };
}

/** The outcome of an attempt of which the journal would no longer know whether it was started. */
export function forgotten(): Outcome {
  return {
    status: "unknown",
    reason: "The attempt may have been started so long ago that the journal has forgotten it",
  };
}
