import { unreachable } from "../base/assert.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type {
  CompiledPlan,
  CompiledTask,
  ExpressionGuard,
  Guard,
  GroupItem,
  GroupKeys,
  Target,
  TaskBody,
  TaskPolicy,
  ValueFunction,
} from "./compiled-plan.ts";
import { isCodeValue } from "./plan-code.ts";
import { type TemplateNode, ValueTemplate } from "./value-template.ts";

/** Goes up when the form below changes in a way that older programs cannot read. */
export const PLAN_BODY_FORM = 1;

/**
 * A compiled plan as plain JSON, from which `planOfBody` makes it again: what a durable run keeps of its plan, so that it
 * can be told, drawn and, when it has no code of its own, gone on with, without the module or file it came from.
 *
 * Functions are not kept: in their place stands that there was one. Readers that want names alone find them as
 * `name` and `tasks[].name`.
 */
export interface PlanBody {
  readonly form: number;
  readonly fingerprint: string;
  readonly name: string;
  readonly title?: string;
  readonly limits: {
    readonly maxParallel: number;
    readonly maxWritingPerHost: number;
    readonly keys: readonly (readonly [string, number])[];
  };
  readonly rollback: CompiledPlan["rollback"];
  readonly hasLevelBarriers: boolean;
  readonly warnings: readonly string[];
  /** By number; tasks name theirs. */
  readonly policies: readonly JsonObject[];
  readonly targets: readonly Target[];
  readonly tasks: readonly TaskOfBody[];
}

/** What stands in the place of a function. */
export interface CodeMark {
  readonly code: true;
  readonly name?: string;
}

/** Expressions of a file are data like any other. */
export interface TemplateOfBody {
  readonly template: TemplateNode;
  readonly roots: readonly string[];
}

/** Plain values are wrapped, so that none of them looks like a mark. */
export type ValueOfBody = CodeMark | TemplateOfBody | { readonly value: JsonValue };

export type GuardOfBody =
  | { readonly kind: Exclude<Guard["kind"], "expression">; readonly reason?: string; readonly task?: string }
  | ExpressionGuard;

export type BodyOfTask =
  | (Omit<Extract<TaskBody, { kind: "operation" }>, "params"> & { readonly params: ValueOfBody })
  | (Omit<Extract<TaskBody, { kind: "function" }>, "run"> & { readonly run: CodeMark })
  | (Omit<Extract<TaskBody, { kind: "script" }>, "input" | "values"> & {
      readonly input?: ValueOfBody;
      readonly values?: TemplateOfBody;
    })
  | Extract<TaskBody, { kind: "gate" }>
  | { readonly kind: "group"; readonly plan: PlanBody; readonly keys: KeysOfBody };

export type KeysOfBody =
  | { readonly kind: "fixed"; readonly items: readonly ItemOfBody[] }
  | Extract<GroupKeys, { kind: "result" }>
  | { readonly kind: "function"; readonly list: CodeMark }
  | { readonly kind: "template"; readonly list: TemplateOfBody };

export interface ItemOfBody {
  readonly key: string;
  readonly value: JsonValue;
  readonly plan?: PlanBody;
}

/** The members of its body stand beside those of the task. */
export type TaskOfBody = BodyOfTask & {
  readonly name: string;
  readonly title?: string;
  readonly policy: number;
  /** Text of the target, as in `targets`. */
  readonly target?: string;
  readonly guards?: readonly GuardOfBody[];
  readonly undo?: BodyOfTask;
  readonly isRollbackStep?: true;
  readonly outputs?: { readonly [name: string]: ValueOfBody };
  /** Incoming edges: index of the other task, and code of the kind. */
  readonly edges?: readonly (readonly [number, number])[];
};

/** @returns the body, about 200 bytes a task */
export function planBodyOf(plan: CompiledPlan): PlanBody {
  const policies = new Map<TaskPolicy, number>();
  const targets = new Map<string, Target>();
  const tasks = plan.tasks.map((task) => {
    if (task.target !== undefined) targets.set(task.target.text, task.target);
    if (!policies.has(task.policy)) policies.set(task.policy, policies.size);
    return taskOf(task, plan, policies.get(task.policy) ?? 0);
  });
  const { name, title, limits, rollback, hasLevelBarriers, warnings } = plan;
  return {
    form: PLAN_BODY_FORM,
    fingerprint: plan.fingerprint(),
    name,
    ...(title === undefined ? {} : { title }),
    limits: { ...limits, keys: [...limits.keys] },
    rollback,
    hasLevelBarriers,
    warnings,
    policies: [...policies.keys()].map(policyOf),
    targets: [...targets.values()],
    tasks,
  };
}

/** Members that are not limited are left out: JSON has no infinity. */
function policyOf({ totalTimeoutMs, ...policy }: TaskPolicy): JsonObject {
  const { retry, batches, maxFail, ...plain } = policy;
  return {
    ...plain,
    ...(totalTimeoutMs === Number.POSITIVE_INFINITY ? {} : { totalTimeoutMs }),
    ...(batches === undefined ? {} : { batches: batches.map((size) => ({ ...size })) }),
    ...(maxFail === undefined ? {} : { maxFail: { ...maxFail } }),
    ...(retry === undefined ? {} : { retry: { ...retry } }),
  };
}

function taskOf(task: CompiledTask, plan: CompiledPlan, policy: number): TaskOfBody {
  const { name, title, target, undo, guards } = task;
  const edges = edgesOf(task.index, plan);
  return {
    name,
    ...bodyOf(task.body),
    policy,
    ...(title === undefined ? {} : { title }),
    ...(target === undefined ? {} : { target: target.text }),
    ...(guards.length === 0 ? {} : { guards: guards.map(guardOf) }),
    ...(undo === undefined ? {} : { undo: bodyOf(undo) }),
    ...(task.isRollbackStep === true ? { isRollbackStep: true } : {}),
    ...(task.outputs === undefined ? {} : { outputs: outputsOf(task.outputs) }),
    ...(edges.length === 0 ? {} : { edges }),
  };
}

function edgesOf(index: number, { graph }: CompiledPlan): readonly (readonly [number, number])[] {
  const { offsets, targets, kinds } = graph.incoming;
  const edges: (readonly [number, number])[] = [];
  const end = offsets[index + 1] ?? 0;
  for (let edge = offsets[index] ?? 0; edge < end; edge++) edges.push([targets[edge] ?? 0, kinds[edge] ?? 0]);
  return edges;
}

function bodyOf(body: TaskBody): BodyOfTask {
  switch (body.kind) {
    case "operation":
      return { ...body, params: valueOf(body.params) };
    case "function": {
      const { kind, registeredName, unknownPolicy } = body;
      return {
        kind,
        unknownPolicy,
        run: codeMark(registeredName),
        ...(registeredName === undefined ? {} : { registeredName }),
      };
    }
    case "script": {
      const { input, values, ...script } = body;
      return {
        ...script,
        ...(input === undefined ? {} : { input: valueOf(input) }),
        ...(values === undefined ? {} : { values: templateOf(values) }),
      };
    }
    case "gate":
      return body;
    case "group":
      return { kind: "group", plan: planBodyOf(body.plan), keys: keysOf(body.keys) };
    default:
      return unreachable(body);
  }
}

function keysOf(keys: GroupKeys): KeysOfBody {
  switch (keys.kind) {
    case "fixed":
      return { kind: "fixed", items: keys.items.map(itemOf) };
    case "result":
      return keys;
    case "function":
      return { kind: "function", list: codeMark(undefined) };
    case "template":
      return { kind: "template", list: templateOf(keys.list) };
    default:
      return unreachable(keys);
  }
}

function itemOf({ key, value, plan }: GroupItem): ItemOfBody {
  return { key, value, ...(plan === undefined ? {} : { plan: planBodyOf(plan) }) };
}

function outputsOf(outputs: NonNullable<CompiledTask["outputs"]>): NonNullable<TaskOfBody["outputs"]> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valueOf(value)]));
}

function templateOf({ node, roots }: ValueTemplate): TemplateOfBody {
  return { template: node, roots };
}

function guardOf(guard: Guard): GuardOfBody {
  if (guard.kind === "expression") return guard;
  if (guard.kind !== "when" && guard.kind !== "whenFact") return { kind: guard.kind };
  return {
    kind: guard.kind,
    ...(guard.reason === undefined ? {} : { reason: guard.reason }),
    ...(guard.kind === "whenFact" && guard.task !== undefined ? { task: guard.task } : {}),
  };
}

function valueOf(value: JsonValue | ValueFunction | ValueTemplate): ValueOfBody {
  if (value instanceof ValueTemplate) return templateOf(value);
  return isCodeValue(value) ? codeMark(undefined) : { value };
}

function codeMark(name: string | undefined): CodeMark {
  return name === undefined ? { code: true } : { code: true, name };
}
