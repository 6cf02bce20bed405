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
export const PLAN_BODY_FORM = 2;

/**
 * A compiled plan as plain JSON, from which `planOfBody` makes it again: what a durable run keeps of its plan, so that it
 * can be told, drawn and, when it has no code of its own, gone on with, without the module or file it came from.
 *
 * A plan of 100,000 tasks has to be read before its run can go on, so what many tasks have in common stands there once,
 * and edges are columns of numbers. Functions are not kept: in their place stands that there was one.
 */
export interface PlanBody {
  readonly form: typeof PLAN_BODY_FORM;
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
  /** By number; shapes name theirs. */
  readonly policies: readonly JsonObject[];
  readonly targets: readonly Target[];
  /** What tasks are besides their names; tasks that differ in their name alone share one. */
  readonly shapes: readonly ShapeOfBody[];
  /** By task. */
  readonly names: readonly string[];
  /** By task: index of its shape. */
  readonly shapeOf: readonly number[];
  readonly edges: EdgesOfBody;
}

/** Incoming edges of all tasks, one task after the other. */
export interface EdgesOfBody {
  /** By task: how many it has. */
  readonly counts: readonly number[];
  /** By edge: index of the task it comes from. */
  readonly sources: readonly number[];
  /** By edge: code of its kind; one number when all are the same. */
  readonly kinds: number | readonly number[];
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
export type ShapeOfBody = BodyOfTask & {
  readonly title?: string;
  readonly policy: number;
  /** Text of the target, as in `targets`. */
  readonly target?: string;
  readonly guards?: readonly GuardOfBody[];
  readonly undo?: BodyOfTask;
  readonly isRollbackStep?: true;
  readonly outputs?: { readonly [name: string]: ValueOfBody };
};

/** @returns the body: some 20 bytes a task, 7 an edge, and what tasks do not have in common */
export function planBodyOf(plan: CompiledPlan): PlanBody {
  const policies = new Map<TaskPolicy, number>();
  const targets = new Map<string, Target>();
  const shapes = new ShapeTable();
  const shapeOf = plan.tasks.map((task) => {
    if (task.target !== undefined) targets.set(task.target.text, task.target);
    if (!policies.has(task.policy)) policies.set(task.policy, policies.size);
    return shapes.indexOf(shapeOfTask(task, policies.get(task.policy) ?? 0));
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
    shapes: shapes.all,
    names: plan.tasks.map((task) => task.name),
    shapeOf,
    edges: edgesOf(plan),
  };
}

/** Numbers shapes, equal ones alike. */
class ShapeTable {
  readonly all: ShapeOfBody[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(shape: ShapeOfBody): number {
    const text = JSON.stringify(shape);
    const known = this.#indices.get(text);
    if (known !== undefined) return known;
    this.#indices.set(text, this.all.length);
    return this.all.push(shape) - 1;
  }
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

function shapeOfTask(task: CompiledTask, policy: number): ShapeOfBody {
  const { title, target, undo, guards } = task;
  return {
    ...bodyOf(task.body),
    policy,
    ...(title === undefined ? {} : { title }),
    ...(target === undefined ? {} : { target: target.text }),
    ...(guards.length === 0 ? {} : { guards: guards.map(guardOf) }),
    ...(undo === undefined ? {} : { undo: bodyOf(undo) }),
    ...(task.isRollbackStep === true ? { isRollbackStep: true } : {}),
    ...(task.outputs === undefined ? {} : { outputs: outputsOf(task.outputs) }),
  };
}

function edgesOf({ graph }: CompiledPlan): EdgesOfBody {
  const { offsets, targets, kinds } = graph.incoming;
  const [kind = 0] = kinds;
  return {
    counts: Array.from(offsets.subarray(1), (end, task) => end - (offsets[task] ?? 0)),
    sources: Array.from(targets),
    kinds: kinds.every((other) => other === kind) ? kind : Array.from(kinds),
  };
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

function outputsOf(outputs: NonNullable<CompiledTask["outputs"]>): NonNullable<ShapeOfBody["outputs"]> {
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
