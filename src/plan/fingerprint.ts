import { unreachable } from "../base/assert.ts";
import { canonicalHash, canonicalJson, sha256, type JsonObject, type JsonValue } from "../base/json.ts";
import { edgeKindOf } from "../dag/edge.ts";
import type {
  CompiledPlan,
  CompiledTask,
  GroupKeys,
  Guard,
  RetryPolicy,
  TaskBody,
  TaskPolicy,
  ValueFunction,
} from "./compiled-plan.ts";
import { paramsSchema } from "./params.ts";
import { programMeaning, templateMeaning, ValueTemplate } from "./value-template.ts";

/** Goes up when the form below changes, so that fingerprints of different forms never meet. */
const FORM_VERSION = 1;
/** Tasks hashed together: texts stay small, however large the plan. */
const BLOCK_TASKS = 1_024;

/**
 * SHA-256 that stands for a plan: what it does, in which order, under which conditions, with which limits. Two plans have
 * the same one exactly when their canonical JSON is the same, defaults filled in; how it was written (order of members, of
 * dependencies, of options) does not count, the order of tasks does.
 *
 * A function counts by its registered name, or, when it has none, only by its place: its code cannot be compared.
 * The canonical JSON is hashed in blocks, and the digests of the blocks once more.
 */
export function fingerprintOf(plan: CompiledPlan): string {
  const policies = new PolicyTable();
  const blocks: string[] = [];
  for (let start = 0; start < plan.tasks.length; start += BLOCK_TASKS) {
    const tasks = plan.tasks.slice(start, start + BLOCK_TASKS);
    blocks.push(sha256(`[${tasks.map((task) => canonicalJson(taskJson(task, plan, policies))).join(",")}]`));
  }
  return canonicalHash({
    form: FORM_VERSION,
    name: plan.name,
    ...(plan.title === undefined ? {} : { title: plan.title }),
    limits: {
      maxParallel: plan.limits.maxParallel,
      maxWritingPerHost: plan.limits.maxWritingPerHost,
      keys: [...plan.limits.keys].sort(([left], [right]) => (left < right ? -1 : 1)),
    },
    rollback: plan.rollback,
    hasLevelBarriers: plan.hasLevelBarriers,
    ...(plan.parameters === undefined ? {} : { parameters: paramsSchema(plan.parameters) }),
    policies: policies.list,
    blocks,
  });
}

/** Policies by first use, so that tasks can name them by number. */
class PolicyTable {
  readonly list: JsonValue[] = [];
  readonly #numbers = new Map<TaskPolicy, number>();

  numberOf(policy: TaskPolicy): number {
    const known = this.#numbers.get(policy);
    if (known !== undefined) return known;
    const number = this.list.length;
    this.list.push(policyJson(policy));
    this.#numbers.set(policy, number);
    return number;
  }
}

function taskJson(task: CompiledTask, plan: CompiledPlan, policies: PolicyTable): JsonObject {
  const { title, target, undo, guards, outputs } = task;
  return {
    name: task.name,
    body: bodyJson(task.body),
    policy: policies.numberOf(task.policy),
    edges: edgesJson(task.index, plan),
    ...(guards.length === 0 ? {} : { guards: guards.map(guardJson) }),
    ...(title === undefined ? {} : { title }),
    ...(target === undefined ? {} : { target: target.text }),
    ...(undo === undefined ? {} : { undo: bodyJson(undo) }),
    ...(task.isRollbackStep === true ? { isRollbackStep: true } : {}),
    ...(outputs === undefined ? {} : { outputs: outputsJson(outputs) }),
  };
}

/** Incoming edges; the graph keeps them sorted by name. */
function edgesJson(index: number, { graph }: CompiledPlan): JsonValue {
  const { offsets, targets, kinds } = graph.incoming;
  const edges: JsonValue[] = [];
  const end = offsets[index + 1] ?? 0;
  for (let edge = offsets[index] ?? 0; edge < end; edge++) {
    edges.push([graph.ids[targets[edge] ?? 0] ?? "", edgeKindOf(kinds[edge] ?? 0)]);
  }
  return edges;
}

function bodyJson(body: TaskBody): JsonObject {
  switch (body.kind) {
    case "operation": {
      const { kind, operation, operationClass, unknownPolicy, isReversible } = body;
      return { kind, operation, operationClass, unknownPolicy, isReversible, params: valueJson(body.params) };
    }
    case "function": {
      const { kind, registeredName, unknownPolicy } = body;
      return { kind, unknownPolicy, function: functionJson(registeredName) };
    }
    case "script": {
      const { kind, interpreter, script, args, env, cwd, input, values, unknownPolicy } = body;
      const where = cwd === undefined ? {} : { cwd };
      const given = {
        ...(input === undefined ? {} : { input: valueJson(input) }),
        ...(values === undefined ? {} : { values: valueJson(values) }),
      };
      return { kind, interpreter, script, args, env, unknownPolicy, ...where, ...given };
    }
    case "gate":
      return { kind: body.kind, gate: { ...body.gate } };
    case "group":
      return { kind: body.kind, plan: body.plan.fingerprint(), keys: keysJson(body.keys) };
    default:
      return unreachable(body);
  }
}

function keysJson(keys: GroupKeys): JsonObject {
  switch (keys.kind) {
    case "fixed": {
      const items = keys.items.map(({ key, value, plan }) =>
        plan === undefined ? { key, value } : { key, value, plan: plan.fingerprint() },
      );
      return { kind: keys.kind, items };
    }
    case "result":
      return { kind: keys.kind, task: keys.task, path: keys.path };
    case "function":
      return { kind: keys.kind, list: functionJson(undefined) };
    case "template":
      return { kind: keys.kind, list: valueJson(keys.list) };
    default:
      return unreachable(keys);
  }
}

function outputsJson(outputs: NonNullable<CompiledTask["outputs"]>): JsonObject {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valueJson(value)]));
}

function guardJson(guard: Guard): JsonObject {
  if (guard.kind === "expression") {
    const because = guard.reason === undefined ? {} : { reason: guard.reason };
    return { kind: guard.kind, program: programMeaning(guard.program), ...because };
  }
  if (guard.kind !== "when" && guard.kind !== "whenFact") return { kind: guard.kind };
  const reason = guard.reason === undefined ? {} : { reason: guard.reason };
  const task = guard.kind === "whenFact" && guard.task !== undefined ? { task: guard.task } : {};
  return { kind: guard.kind, evaluate: functionJson(undefined), ...reason, ...task };
}

function policyJson({ batches, maxFail, retry, ...policy }: TaskPolicy): JsonObject {
  return {
    ...policy,
    ...(batches === undefined ? {} : { batches: batches.map((size) => ({ ...size })) }),
    ...(maxFail === undefined ? {} : { maxFail: { ...maxFail } }),
    ...(retry === undefined ? {} : { retry: retryJson(retry) }),
  };
}

function retryJson(retry: RetryPolicy): JsonObject {
  return { ...retry };
}

/** Plain values stand for themselves inside a list, so that none of them looks like a function. */
function valueJson(value: JsonValue | ValueFunction | ValueTemplate): JsonValue {
  if (value instanceof ValueTemplate) return { template: templateMeaning(value.node) };
  return isValueFunction(value) ? functionJson(undefined) : [value];
}

function functionJson(registeredName: string | undefined): JsonObject {
  return registeredName === undefined ? { function: "unregistered" } : { function: "registered", name: registeredName };
}

function isValueFunction(value: JsonValue | ValueFunction): value is ValueFunction {
  return typeof value === "object" && value !== null && "evaluate" in value && typeof value.evaluate === "function";
}
