import type { AttemptToken, RunId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { OperationBody, ScriptBody } from "../plan/compiled-plan.ts";
import type { Job, JobMode, JobWork } from "../protocol/job.ts";

/** What identifies an attempt, and how its process is ended. */
export interface JobHead {
  readonly runId: RunId;
  readonly task: string;
  /** Empty for the controller itself. */
  readonly host: string;
  readonly attempt: number;
  readonly token: AttemptToken;
  readonly mode: JobMode;
  readonly killGraceMs: number;
}

/** The job of one attempt. Time limits are the engine's: it asks to cancel. */
export function jobOf(head: JobHead, work: JobWork): Job {
  return { ...head, work };
}

/**
 * The work of an operation or script; `value` is what its parameter or input function answered, for bodies that have one.
 */
export function workOf(body: OperationBody | ScriptBody, value: JsonValue | undefined): JobWork {
  if (body.kind === "operation") {
    return { kind: "operation", operation: body.operation, params: plainOr(body.params, value) ?? {} };
  }
  const { interpreter, script, args, env } = body;
  const input = body.input === undefined ? undefined : plainOr(body.input, value);
  return {
    kind: "script",
    interpreter,
    script,
    args,
    env,
    ...(body.cwd === undefined ? {} : { cwd: body.cwd }),
    ...(input === undefined ? {} : { input }),
  };
}

function plainOr(given: OperationBody["params"], value: JsonValue | undefined): JsonValue | undefined {
  return isValueFunction(given) ? value : given;
}

/** Whether parameters are a function to be called rather than plain data. */
export function isValueFunction(
  given: OperationBody["params"],
): given is Extract<OperationBody["params"], { evaluate: unknown }> {
  return typeof given === "object" && given !== null && "evaluate" in given && typeof given["evaluate"] === "function";
}
