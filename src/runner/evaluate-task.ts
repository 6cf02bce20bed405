import { must } from "../base/assert.ts";
import { codedError, DroverError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Evaluation, FailedGuard } from "../engine/commands.ts";
import type { EvaluationNeeds } from "../engine/effects.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Facts } from "../operation/facts.ts";
import type { Guard, GroupItem, OpaqueFunction, OperationBody, Target } from "../plan/compiled-plan.ts";
import { ValueTemplate } from "../plan/value-template.ts";
import { computeHere, conditionHolds } from "./file-values.ts";
import { groupItemsOf } from "./group-items.ts";
import { isValueFunction } from "./job-of.ts";
import type { UserCode, ValueScope } from "./user-code.ts";

export interface EvaluationOptions {
  readonly userCode: UserCode;
  readonly fleet: Fleet;
  readonly scope: ValueScope;
  readonly place: (target: Target) => Result<string, CodedError>;
}

/**
 * Asks user code everything the engine needs to know about a task that is about to start: guards until one says no, then
 * parameters, placement and keys. Never rejects: what goes wrong is the `error` of the evaluation.
 */
export async function evaluateTask(needs: EvaluationNeeds, options: EvaluationOptions): Promise<Evaluation> {
  const failed = await firstFailedGuard(needs.guards, options);
  if (!failed.ok) return { error: failed.error };
  if (failed.value !== undefined) return { failedGuard: failed.value };
  const params = needs.params ? await paramsOfTask(options) : ok(undefined);
  if (!params.ok) return { error: params.error };
  const host = needs.placement ? placeTask(options) : ok(undefined);
  if (!host.ok) return { error: host.error };
  const keys = needs.keys ? await keysOfTask(options) : ok(undefined);
  if (!keys.ok) return { error: keys.error };
  return {
    ...(params.value === undefined ? {} : { params: params.value }),
    ...(host.value === undefined ? {} : { host: host.value }),
    ...(keys.value === undefined ? {} : { keys: keys.value }),
  };
}

/** The value of parameters or input: as given when plain, else what the function answers, as plain JSON. */
export async function valueOf(
  userCode: UserCode,
  given: OperationBody["params"],
  scope: ValueScope,
): Promise<JsonValue> {
  // What expressions of files give is computed when the host is known.
  if (given instanceof ValueTemplate) return null;
  if (!isValueFunction(given)) return given;
  const converted = toJson(await userCode.evaluate(given.evaluate, scope), { bytesMax: RESULT_BYTES_MAX });
  if (converted.ok) return converted.value;
  throw new TypeError(`${converted.defect.path} is ${converted.defect.found}, which cannot be stored as JSON`);
}

async function firstFailedGuard(
  indices: readonly number[],
  options: EvaluationOptions,
): Promise<Result<FailedGuard | undefined, CodedError>> {
  for (const index of indices) {
    const guard = must(options.scope.task.guards[index], "The engine asks for guards the task has");
    try {
      const answer = await askGuard(guard, options);
      if (!answer.passes)
        return ok({ guard: index, ...(answer.reason === undefined ? {} : { reason: answer.reason }) });
    } catch (thrown) {
      return err(
        fromThrown(
          "DRV_TASK_GUARD_FAILED",
          thrown,
          `Cannot decide whether the task runs: its guard ${JSON.stringify(guard.kind)} failed`,
        ),
      );
    }
  }
  return ok(undefined);
}

interface GuardAnswer {
  readonly passes: boolean;
  readonly reason?: string;
}

const PASSES: GuardAnswer = { passes: true };

async function askGuard(guard: Guard, options: EvaluationOptions): Promise<GuardAnswer> {
  switch (guard.kind) {
    case "when":
      return (await options.userCode.evaluate(guard.evaluate, options.scope)) === true ? PASSES : { passes: false };
    case "expression": {
      const holds = conditionHolds(guard, options.scope);
      if (!holds.ok) throw new DroverError([holds.error]);
      return holds.value ? PASSES : { passes: false };
    }
    case "whenFact":
      return guard.task === undefined
        ? askTargetFacts(guard.evaluate, options)
        : askListedFacts(guard.evaluate, guard.task, options);
    case "onlyIfChanged":
    case "onlyIfAllChanged":
    case "onlyIfFailed":
    case "onlyIfAnyHostFailed":
    case "onlyIfAllHostsFailed":
    case "onlyIfAnyHostSkipped":
    case "onlyIfAnyHostChanged":
    case "onlyIfAllHostsChanged":
      return PASSES;
  }
}

/** Passes when one host of the task's own target satisfies the predicate; all hosts of the fleet without a target. */
async function askTargetFacts(predicate: OpaqueFunction, options: EvaluationOptions): Promise<GuardAnswer> {
  const { fleet, scope, userCode } = options;
  const target = scope.task.target ?? { kind: "all", text: "_all" };
  const hosts = fleet.resolve(target);
  if (!hosts.ok) return { passes: false, reason: `when-fact: ${hosts.error.message}` };
  for (const host of hosts.value) {
    const facts = await fleet.facts(host);
    if (facts.ok && (await userCode.askFacts(predicate, facts.value)) === true) return PASSES;
  }
  return { passes: false };
}

/** Passes when one entry of the host list that another task returned satisfies the predicate. */
async function askListedFacts(
  predicate: OpaqueFunction,
  task: string,
  options: EvaluationOptions,
): Promise<GuardAnswer> {
  const index = options.scope.find(task);
  const data = index === undefined ? undefined : options.scope.view.task(index).data;
  const listed = typeof data === "object" && data !== null && "agents" in data ? data["agents"] : data;
  if (!Array.isArray(listed))
    return { passes: false, reason: `when-fact: step ${JSON.stringify(task)} not found or decode failed` };
  if (listed.length === 0) return { passes: false, reason: "when-fact: no agents returned" };
  for (const facts of listed) {
    if (isFacts(facts) && (await options.userCode.askFacts(predicate, facts)) === true) return PASSES;
  }
  return { passes: false };
}

function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && "hostname" in value && "os" in value && "labels" in value;
}

async function paramsOfTask(options: EvaluationOptions): Promise<Result<JsonValue, CodedError>> {
  const { body } = options.scope.task;
  const given = body.kind === "operation" ? body.params : body.kind === "script" ? (body.input ?? null) : null;
  try {
    return ok(await valueOf(options.userCode, given, options.scope));
  } catch (thrown) {
    return err(
      fromThrown("DRV_TASK_PARAMS_FAILED", thrown, "Cannot make the parameters of the task: its function failed"),
    );
  }
}

function placeTask(options: EvaluationOptions): Result<string, CodedError> {
  const { target } = options.scope.task;
  return target === undefined
    ? err(codedError("DRV_FLEET_NO_HOST", "Cannot place the task: it has no target"))
    : options.place(target);
}

async function keysOfTask(options: EvaluationOptions): Promise<Result<readonly GroupItem[], CodedError>> {
  const { body } = options.scope.task;
  if (body.kind !== "group") return ok([]);
  if (body.keys.kind === "template") {
    const computed = computeHere(body.keys.list, options.scope);
    return computed.ok ? groupItemsOf(computed.value.value) : computed;
  }
  if (body.keys.kind !== "function") return ok([]);
  try {
    return groupItemsOf(await options.userCode.evaluate(body.keys.list.evaluate, options.scope));
  } catch (thrown) {
    return err(fromThrown("DRV_TASK_KEYS_FAILED", thrown, "Cannot expand the group: its key function failed"));
  }
}
