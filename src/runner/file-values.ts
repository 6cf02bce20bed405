import type { CodedError } from "../base/coded-error.ts";
import { isJsonObject, type JsonObject, type JsonValue, toJson } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, type Result } from "../base/result.ts";
import type { TaskView } from "../engine/run-view.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledTask, ExpressionGuard, OperationBody, ScriptBody } from "../plan/compiled-plan.ts";
import {
  evaluateCondition,
  evaluateTemplate,
  type TemplateScope,
  type TemplateValue,
} from "../plan/evaluate-template.ts";
import { ValueTemplate } from "../plan/value-template.ts";
import type { JobMode } from "../protocol/job.ts";
import type { ValueScope } from "./user-code.ts";

/** A body with expressions, and where it is going. */
export interface ComputedWork {
  readonly task: CompiledTask;
  readonly body: OperationBody | ScriptBody;
  readonly host: string | undefined;
  readonly mode: JobMode;
}

/** The expressions of a body that are computed for each attempt, or `undefined`. */
export function templateOf(body: OperationBody | ScriptBody): ValueTemplate | undefined {
  if (body.kind === "script") return body.values;
  return body.params instanceof ValueTemplate ? body.params : undefined;
}

/**
 * Computes a template for an attempt on `host`. Depends on the state of the run and on facts only, so an attempt that is
 * sent again after a crash is given the same.
 */
export async function computeTemplate(
  template: ValueTemplate,
  scope: ValueScope,
  { fleet, host }: { readonly fleet: Fleet; readonly host: string | undefined },
): Promise<Result<TemplateValue, CodedError>> {
  const known = host === undefined || !template.roots.includes("host") ? undefined : await hostValue(host, fleet);
  if (known !== undefined && !known.ok) return err(known.error);
  return evaluateTemplate(template, fileValues(scope, known?.value));
}

/** Whether the condition of a file holds. */
export function conditionHolds(guard: ExpressionGuard, scope: ValueScope): Result<boolean, CodedError> {
  return evaluateCondition(guard.program, fileValues(scope, undefined));
}

/** A template that does not depend on a host, such as the list of a group. */
export function computeHere(template: ValueTemplate, scope: ValueScope): Result<TemplateValue, CodedError> {
  return evaluateTemplate(template, fileValues(scope, undefined));
}

async function hostValue(name: string, fleet: Fleet): Promise<Result<JsonObject, CodedError>> {
  const facts = await fleet.facts(name);
  if (!facts.ok) return facts;
  const copied = toJson(facts.value, { bytesMax: RESULT_BYTES_MAX });
  const labels = fleet.hosts().find((host) => host.name === name)?.labels ?? {};
  return { ok: true, value: { name, labels, facts: copied.ok ? copied.value : {} } };
}

/** What the expressions of a file find, read from the live state of the run when they ask. */
function fileValues(scope: ValueScope, host: JsonObject | undefined): TemplateScope {
  const member = (root: string, name: string): JsonValue | undefined => {
    if (root === "tasks") return taskValue(name, scope);
    const from = rootValue(root);
    return isJsonObject(from) && Object.hasOwn(from, name) ? from[name] : undefined;
  };
  const rootValue = (root: string): JsonValue | undefined => {
    switch (root) {
      case "params":
        return scope.params;
      case "item":
        return scope.item?.value;
      case "key":
        return scope.item?.key;
      case "host":
        return host;
      case "needs":
        return needsValue(scope);
      case "run":
        return { id: scope.view.runId, plan: scope.view.planName };
      default:
        return undefined;
    }
  };
  return { root: rootValue, member };
}

function needsValue({ view, index }: ValueScope): JsonObject {
  const ended = view.dependenciesOf(index).map((dependency) => view.task(dependency));
  return {
    failed: ended.some(({ status, isTolerated }) => status === "failed" && isTolerated !== true),
    cancelled: ended.some(({ status }) => status === "cancelled"),
    changed: ended.some(({ isChanged }) => isChanged),
  };
}

function taskValue(name: string, scope: ValueScope): JsonValue | undefined {
  const index = scope.find(name);
  if (index === undefined) return undefined;
  const view = scope.view.task(index);
  const compiled = scope.taskAt(index);
  const data = dataOf(view, compiled);
  return {
    status: isOpen(view.status) ? "unknown" : view.status,
    changed: view.isChanged,
    failed: view.status === "failed",
    skipped: view.status === "skipped",
    ...(view.error === undefined ? {} : { error: view.error.message }),
    ...(data === undefined ? {} : { data }),
    hosts: Object.fromEntries(view.hostResults.map((result) => [result.hostname, hostResult(result)])),
    ...(compiled.outputs === undefined ? {} : { outputs: outputsOf(compiled.outputs, data, scope) }),
  };
}

function isOpen(status: TaskView["status"]): boolean {
  return status === "pending" || status === "ready" || status === "waiting" || status === "running";
}

/** Of one host its data; of a target that may stand for several, those of each host by its name. */
function dataOf(view: TaskView, { target }: CompiledTask): JsonValue | undefined {
  if (target === undefined) return view.data;
  if (target.kind === "label" || target.kind === "all" || target.kind === "where") {
    const entries = view.hostResults.flatMap(({ hostname, data }) =>
      data === undefined ? [] : [[hostname, data] as const],
    );
    return Object.fromEntries(entries);
  }
  return view.hostResults[0]?.data ?? view.data;
}

function hostResult({ status, changed, error, data }: TaskView["hostResults"][number]): JsonObject {
  return {
    status,
    changed,
    ...(error === undefined ? {} : { error: error.message }),
    ...(data === undefined ? {} : { data }),
  };
}

/** Outputs that cannot be made are not there, like the data of a task that failed. */
function outputsOf(
  outputs: NonNullable<CompiledTask["outputs"]>,
  result: JsonValue | undefined,
  { params, item }: ValueScope,
): JsonObject {
  const values: JsonObject = {
    params,
    ...(result === undefined ? {} : { result }),
    ...(item === undefined ? {} : { item: item.value, key: item.key }),
  };
  const own = (from: JsonValue | undefined, name: string): JsonValue | undefined =>
    isJsonObject(from) && Object.hasOwn(from, name) ? from[name] : undefined;
  const scope: TemplateScope = {
    root: (name) => own(values, name),
    member: (root, name) => own(own(values, root), name),
  };
  const made = Object.entries(outputs).flatMap(([name, output]): readonly (readonly [string, JsonValue])[] => {
    if (!(output instanceof ValueTemplate)) return [[name, output]];
    const computed = evaluateTemplate(output, scope);
    return computed.ok ? [[name, computed.value.value]] : [];
  });
  return Object.fromEntries(made);
}
