import type { FaultVerdict } from "../actor/child-spec.ts";
import { codedError, DroverError, fromThrown, type CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";

/** Failures to write: the log of this process is over, and memory must not get ahead of it. */
const LOG_OVER: ReadonlySet<string> = new Set([
  "DRV_LOG_WRITE_FAILED",
  "DRV_LOG_LANE_LOST",
  "DRV_LOG_CLOSED",
  "DRV_LOG_FOLDER_UNUSABLE",
]);

/** What a fault of a run means for it and for its siblings. */
export function faultVerdict(error: CodedError): FaultVerdict {
  if (LOG_OVER.has(error.code)) return "fatal";
  // Loading it again would end the same way; a bug of ours or of the moment may not.
  return error.code.startsWith("DRV_RUN_PLAN_") || error.code.startsWith("DRV_LOG_") ? "giveUp" : "restart";
}

export function runUnknown(runId: RunId): CodedError {
  return codedError("DRV_RUN_UNKNOWN", `Cannot find ${runId}: there is no such run`);
}

/** The first coded error of anything thrown. */
export function errorOf(thrown: unknown, action: string): CodedError {
  if (thrown instanceof DroverError && thrown.errors[0] !== undefined) return thrown.errors[0];
  return fromThrown("DRV_INTERNAL", thrown, action);
}

/** Why the waiting for a run that was set aside is over. */
export function quarantined(runId: RunId, cause: CodedError): DroverError {
  return new DroverError([
    codedError("DRV_RUN_QUARANTINED", `Cannot go on with ${runId}: ${cause.message}`, {
      cause,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    }),
  ]);
}

/** Why a run is not driven any more although it is not finished: somebody let it go. */
export function letGo(runId: RunId): DroverError {
  return new DroverError([codedError("DRV_RUN_HOST_CLOSED", `Cannot go on with ${runId} here: it has been let go`)]);
}

/** Whether a run was let go, as opposed to broken. */
export function isLetGo(thrown: unknown): boolean {
  return thrown instanceof DroverError && thrown.errors[0]?.code === "DRV_RUN_HOST_CLOSED";
}
