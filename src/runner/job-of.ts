import type { AttemptToken, RunId } from "../base/ids.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { RunState } from "../engine/run-state.ts";
import { attemptTokenOf } from "../engine/token.ts";
import type { OperationBody, ScriptBody } from "../plan/compiled-plan.ts";
import { ValueTemplate } from "../plan/value-template.ts";
import type { Job, JobMode, JobWork } from "../protocol/job.ts";
import type { AttemptKey } from "./attempt.ts";

/** What identifies an attempt, and how its process is ended. */
export interface JobHead {
  readonly runId: RunId;
  readonly task: string;
  /** Empty for the controller itself. */
  readonly host: string;
  readonly attempt: number;
  readonly token: AttemptToken;
  readonly mode: JobMode;
  readonly probeOf?: AttemptToken;
  readonly killGraceMs: number;
  readonly secrets?: readonly string[];
  /** Whether an earlier process may have sent it before. */
  readonly isResent?: boolean;
}

/** The tokens by which executors know an attempt; of a probe also that of the lost attempt, which came right before. */
export function tokensOf(
  state: RunState,
  { isResent, ...key }: AttemptKey & { readonly isResent: boolean },
  mode: JobMode,
): Pick<JobHead, "token" | "probeOf" | "isResent"> {
  const lost = { ...key, attempt: key.attempt - 1 };
  return {
    token: attemptTokenOf(state, key),
    ...(mode === "probe" ? { probeOf: attemptTokenOf(state, lost) } : {}),
    ...(isResent ? { isResent } : {}),
  };
}

/** The job of one attempt. Time limits are the engine's: it asks to cancel. */
export function jobOf(head: JobHead, work: JobWork): Job {
  return { ...head, work };
}

/**
 * The work of an operation or script; `value` is what its parameter or input function answered, for bodies that have one.
 */
export function workOf(body: OperationBody | ScriptBody, value: JsonValue | undefined): JobWork {
  if (body.kind === "script" && body.values !== undefined) return computedScript(body, value);
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

/** A script some of whose values were computed: they replace those of its body. */
function computedScript(body: ScriptBody, value: JsonValue | undefined): JobWork {
  const computed = isJsonObject(value) ? value : {};
  const { args, env, cwd, input } = computed;
  const { values: _values, ...plain } = body;
  const replaced: ScriptBody = {
    ...plain,
    ...(isTexts(args) ? { args } : {}),
    ...(isJsonObject(env) ? { env: textsOf(env) } : {}),
    ...(typeof cwd === "string" ? { cwd } : {}),
    ...(input === undefined ? {} : { input }),
  };
  return workOf(replaced, undefined);
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function textsOf(values: JsonObject): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

function plainOr(given: OperationBody["params"], value: JsonValue | undefined): JsonValue | undefined {
  return isValueFunction(given) || given instanceof ValueTemplate ? value : given;
}

/** Whether parameters are a function to be called rather than plain data. */
export function isValueFunction(
  given: OperationBody["params"],
): given is Extract<OperationBody["params"], { evaluate: unknown }> {
  return typeof given === "object" && given !== null && "evaluate" in given && typeof given["evaluate"] === "function";
}
