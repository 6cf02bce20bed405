import { assert, must, unreachable } from "../base/assert.ts";
import { codedError, DroverError, fromThrown, type CodedError } from "../base/coded-error.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { graphFromEdges } from "../dag/graph-from-edges.ts";
import type { Graph } from "../dag/graph.ts";
import { longestRemaining } from "../dag/longest-remaining.ts";
import { softRank } from "../dag/soft-rank.ts";
import type {
  CompiledPlan,
  CompiledTask,
  Guard,
  GroupKeys,
  OpaqueFunction,
  Target,
  TaskBody,
  TaskPolicy,
  ValueFunction,
} from "./compiled-plan.ts";
import { ValueTemplate } from "./value-template.ts";
import {
  PLAN_BODY_FORM,
  type BodyOfTask,
  type GuardOfBody,
  type KeysOfBody,
  type PlanBody,
  type ShapeOfBody,
  type ValueOfBody,
} from "./plan-body.ts";
import { upcastPlanBody, type FirstPlanBody } from "./upcast-plan-body.ts";

/**
 * Makes a plan again from its body. Its tasks, order, limits and fingerprint are those of the plan the body was taken
 * from; its parameters are bound already, so it asks for none. Where that plan had functions, calling one fails the task
 * with `DRV_RUN_PLAN_CODE_MISSING`.
 *
 * @param body JSON that `planBodyOf` made; its integrity is a matter of whoever kept it
 * @returns the plan, or `DRV_RUN_PLAN_BODY_INVALID` for a body of a newer program or something else
 */
export function planOfBody(body: unknown): Result<CompiledPlan, CodedError> {
  const form = typeof body === "object" && body !== null && "form" in body ? body.form : undefined;
  if (form !== PLAN_BODY_FORM && form !== 1) {
    return err(invalid(`it has form ${JSON.stringify(form ?? null)}, and forms up to ${PLAN_BODY_FORM} are known`));
  }
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec border: the body is our own, kept by its hash
    return ok(planOf(form === 1 ? upcastPlanBody(body as FirstPlanBody) : (body as PlanBody)));
  } catch (thrown) {
    return err(
      thrown instanceof DroverError && thrown.errors[0] !== undefined
        ? thrown.errors[0]
        : fromThrown("DRV_RUN_PLAN_BODY_INVALID", thrown, "Cannot read the plan of the run"),
    );
  }
}

function planOf(body: PlanBody): CompiledPlan {
  const policies = body.policies.map(policyOf);
  const targets = new Map(body.targets.map((target) => [target.text, target]));
  const shapes = body.shapes.map((shape) => shapeOf(shape, { policies, targets }));
  const tasks = body.names.map((name, index) => taskOf(name, index, shapes[body.shapeOf[index] ?? -1]));
  const graph = graphOf(body);
  const rank = softRank(graph);
  const remaining = longestRemaining(
    graph,
    Float64Array.from(tasks, ({ policy }) => policy.estimateMs ?? 1),
  );
  if (!rank.ok) throw new DroverError([rank.error]);
  if (!remaining.ok) throw new DroverError([remaining.error]);
  return {
    name: body.name,
    ...(body.title === undefined ? {} : { title: body.title }),
    tasks,
    graph,
    softRank: rank.value.rank,
    remainingMs: remaining.value,
    limits: { ...body.limits, keys: new Map(body.limits.keys) },
    rollback: body.rollback,
    hasLevelBarriers: body.hasLevelBarriers,
    warnings: body.warnings,
    fingerprint: () => body.fingerprint,
  };
}

function policyOf(policy: JsonObject): TaskPolicy {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec border, see planOfBody
  return { totalTimeoutMs: Number.POSITIVE_INFINITY, ...policy } as unknown as TaskPolicy;
}

function graphOf({ names, edges }: PlanBody): Graph {
  const { counts, sources, kinds } = edges;
  const targets = new Uint32Array(sources.length);
  let row = 0;
  for (let task = 0; task < counts.length; task++) {
    for (const end = row + (counts[task] ?? 0); row < end; row++) targets[row] = task;
  }
  assert(counts.length === names.length && row === sources.length, "The body has an end for each edge");
  const graph = graphFromEdges({
    ids: names,
    sources: Uint32Array.from(sources),
    targets,
    kinds: typeof kinds === "number" ? new Uint8Array(row).fill(kinds) : Uint8Array.from(kinds),
  });
  if (!graph.ok) throw new DroverError([graph.error]);
  return graph.value;
}

interface Tables {
  readonly policies: readonly TaskPolicy[];
  readonly targets: ReadonlyMap<string, Target>;
}

const NO_GUARDS: readonly Guard[] = [];

/** What a task is besides its name and place. */
type Shape = Omit<CompiledTask, "index" | "name">;

function shapeOf(shape: ShapeOfBody, { policies, targets }: Tables): Shape {
  const { title, target, guards, undo, outputs } = shape;
  return {
    ...(title === undefined ? {} : { title }),
    body: bodyOf(shape),
    guards: guards === undefined ? NO_GUARDS : guards.map(guardOf),
    policy: must(policies[shape.policy], `The body has no policy ${shape.policy}`),
    ...(target === undefined ? {} : { target: must(targets.get(target), `The body has no target ${target}`) }),
    ...(undo === undefined ? {} : { undo: bodyOf(undo) }),
    ...(shape.isRollbackStep === true ? { isRollbackStep: true } : {}),
    ...(outputs === undefined ? {} : { outputs: outputsOf(outputs) }),
  };
}

/** There may be 100,000: members are set one by one, because a spread takes many times as long. */
function taskOf(name: string, index: number, shape: Shape | undefined): CompiledTask {
  const { body, guards, policy, target, title, undo, isRollbackStep, outputs } = must(shape, "Each task has a shape");
  const task: Writable<CompiledTask> =
    target === undefined ? { index, name, body, guards, policy } : { index, name, body, guards, policy, target };
  if (title !== undefined) task.title = title;
  if (undo !== undefined) task.undo = undo;
  if (isRollbackStep !== undefined) task.isRollbackStep = isRollbackStep;
  if (outputs !== undefined) task.outputs = outputs;
  return task;
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

function bodyOf(body: BodyOfTask): TaskBody {
  switch (body.kind) {
    case "operation": {
      const { kind, operation, operationClass, unknownPolicy, isReversible } = body;
      return { kind, operation, operationClass, unknownPolicy, isReversible, params: valueOf(body.params) };
    }
    case "function": {
      const { kind, unknownPolicy, registeredName } = body;
      return { kind, unknownPolicy, run: missingCode, ...(registeredName === undefined ? {} : { registeredName }) };
    }
    case "script": {
      const { kind, interpreter, script, args, env, cwd, input, values, unknownPolicy } = body;
      return {
        kind,
        interpreter,
        script,
        args,
        env,
        unknownPolicy,
        ...(cwd === undefined ? {} : { cwd }),
        ...(input === undefined ? {} : { input: plainValue(valueOf(input)) }),
        ...(values === undefined ? {} : { values: new ValueTemplate(values.template, values.roots) }),
      };
    }
    case "gate":
      return { kind: "gate", gate: body.gate };
    case "group":
      return { kind: "group", plan: planOf(body.plan), keys: keysOf(body.keys) };
    default:
      return unreachable(body);
  }
}

function keysOf(keys: KeysOfBody): GroupKeys {
  switch (keys.kind) {
    case "fixed":
      return {
        kind: "fixed",
        items: keys.items.map(({ key, value, plan }) => ({
          key,
          value,
          ...(plan === undefined ? {} : { plan: planOf(plan) }),
        })),
      };
    case "result":
      return keys;
    case "function":
      return { kind: "function", list: MISSING_VALUE };
    case "template":
      return { kind: "template", list: new ValueTemplate(keys.list.template, keys.list.roots) };
    default:
      return unreachable(keys);
  }
}

function outputsOf(outputs: NonNullable<ShapeOfBody["outputs"]>): NonNullable<CompiledTask["outputs"]> {
  const made = new Map<string, JsonValue | ValueTemplate>();
  for (const [name, value] of Object.entries(outputs)) {
    if ("template" in value) made.set(name, new ValueTemplate(value.template, value.roots));
    else made.set(name, "value" in value ? value.value : null);
  }
  return Object.fromEntries(made);
}

function guardOf(guard: GuardOfBody): Guard {
  if (guard.kind === "expression") return guard;
  const { kind, reason, task } = guard;
  if (kind !== "when" && kind !== "whenFact") return { kind };
  const because = reason === undefined ? {} : { reason };
  if (kind === "when") return { kind, evaluate: missingCode, ...because };
  return { kind, evaluate: missingCode, ...because, ...(task === undefined ? {} : { task }) };
}

function valueOf(value: ValueOfBody): JsonValue | ValueFunction | ValueTemplate {
  if ("template" in value) return new ValueTemplate(value.template, value.roots);
  return "code" in value ? MISSING_VALUE : value.value;
}

/** Input of scripts is never a template: those stand among its values. */
function plainValue(value: JsonValue | ValueFunction | ValueTemplate): JsonValue | ValueFunction {
  return value instanceof ValueTemplate ? MISSING_VALUE : value;
}

const missingCode: OpaqueFunction = () => {
  throw new DroverError([
    codedError("DRV_RUN_PLAN_CODE_MISSING", "Cannot call a function of the plan: its module has not been loaded"),
  ]);
};

const MISSING_VALUE: ValueFunction = { kind: "function", evaluate: missingCode };

function invalid(found: string): CodedError {
  return codedError("DRV_RUN_PLAN_BODY_INVALID", `Cannot read the plan of the run: ${found}`);
}
