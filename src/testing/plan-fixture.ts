import { assert, must } from "../base/assert.ts";
import type { JsonValue } from "../base/json.ts";
import { defineGraph } from "../dag/define-graph.ts";
import { type EdgeKind, edgeKindCode } from "../dag/edge.ts";
import { longestRemaining } from "../dag/longest-remaining.ts";
import type { OperationClass, UnknownPolicy } from "../operation/spec.ts";
import type {
  BuiltinGuardKind,
  CompiledPlan,
  CompiledTask,
  Gate,
  GroupItem,
  GroupKeys,
  Guard,
  PlanLimits,
  RollbackMode,
  Target,
  TaskBody,
  TaskPolicy,
  ValueFunction,
} from "../plan/compiled-plan.ts";

/** A task of a {@link planFixture}: a function without dependencies unless it says otherwise. */
export interface TaskFixture {
  /** Dependencies: a name waits for success; a kind may follow, as in `"build failure"`, `"build always"`, `"build preferred"`. */
  readonly after?: readonly string[];
  readonly guards?: readonly (BuiltinGuardKind | Guard)[];
  readonly policy?: Partial<TaskPolicy>;
  /** `_any`, `_all`, `key:value` or a host; makes the task an operation unless it has another body. */
  readonly target?: string;
  /** Makes the task an operation. */
  readonly operation?: OperationFixture;
  /** Makes the task a script. */
  readonly script?: string;
  readonly gate?: Gate;
  readonly group?: GroupFixture;
  readonly unknownPolicy?: UnknownPolicy;
  /** Declares an undo. */
  readonly hasUndo?: boolean;
  readonly title?: string;
  /** Runs only when the run is rolled back. */
  readonly isRollbackStep?: true;
}

export interface OperationFixture {
  readonly name?: string;
  /** Default `idempotent`. */
  readonly class?: OperationClass;
  readonly isReversible?: boolean;
  readonly params?: JsonValue | ValueFunction;
}

export interface GroupFixture {
  readonly tasks: Readonly<Record<string, TaskFixture>>;
  /** Keys of fixed items, a path into a result such as `"list.data"`, or a function. */
  readonly keys: readonly string[] | GroupKeys;
}

export interface PlanFixtureOptions {
  readonly name?: string;
  readonly limits?: Partial<PlanLimits>;
  readonly rollback?: RollbackMode;
  readonly hasLevelBarriers?: boolean;
  /** Rank by task name; smaller starts first. */
  readonly softRank?: Readonly<Record<string, number>>;
}

/** The policy of a task that says nothing. */
export const POLICY_FIXTURE: TaskPolicy = {
  afterFailure: "stopAll",
  isTolerated: false,
  priority: 0,
  totalTimeoutMs: 86_400_000,
  allowsEmptyTarget: false,
  killGraceMs: 10_000,
};

/** Stands in for user code, which the engine never calls. */
export const VALUE_FUNCTION_FIXTURE: ValueFunction = { kind: "function", evaluate: () => null };

/**
 * A compiled plan from a few words, for tests of the engine: tasks by name in order.
 * @example
 * planFixture({ build: {}, test: { after: ["build"] }, alarm: { after: ["test failure"] } });
 */
export function planFixture(
  tasks: Readonly<Record<string, TaskFixture>>,
  options: PlanFixtureOptions = {},
): CompiledPlan {
  const names = Object.keys(tasks);
  const edges = names.flatMap((name) => (tasks[name]?.after ?? []).map((after) => edgeFixture(after, name)));
  const graph = defineGraph({ nodes: names, edges });
  assert(graph.ok, `The plan fixture is not a graph: ${graph.ok ? "" : JSON.stringify(graph.error)}`);
  const compiled = names.map((name, index) => taskFixture(must(tasks[name], name), { name, index }));
  const remaining = longestRemaining(
    graph.value,
    Float64Array.from(compiled, (task) => task.policy.estimateMs ?? 1),
  );
  assert(remaining.ok, "The plan fixture has a loop");
  return {
    name: options.name ?? "fixture",
    tasks: compiled,
    graph: graph.value,
    softRank: Uint32Array.from(names, (name) => options.softRank?.[name] ?? 0),
    remainingMs: remaining.value,
    limits: { maxParallel: 16, maxWritingPerHost: 1, keys: new Map(), ...options.limits },
    rollback: options.rollback ?? "off",
    hasLevelBarriers: options.hasLevelBarriers ?? false,
    warnings: [],
    fingerprint: () => "0".repeat(64),
  };
}

function edgeFixture(after: string, target: string): { source: string; target: string; kind: EdgeKind } {
  const [source, kind] = after.split(" ");
  const found = kind ?? "success";
  assert(isEdgeKind(found), `Edge kind ${found} is unknown`);
  assert(edgeKindCode(found) >= 0, "Edge kinds have codes");
  return { source: must(source, after), target, kind: found };
}

function isEdgeKind(text: string): text is EdgeKind {
  return text === "success" || text === "failure" || text === "always" || text === "preferred";
}

function taskFixture(task: TaskFixture, place: { readonly name: string; readonly index: number }): CompiledTask {
  return {
    ...place,
    body: bodyFixture(task, place.name),
    guards: (task.guards ?? []).map((guard) => (typeof guard === "string" ? { kind: guard } : guard)),
    policy: task.policy === undefined ? POLICY_FIXTURE : { ...POLICY_FIXTURE, ...task.policy },
    ...(task.target === undefined ? {} : { target: targetFixture(task.target) }),
    ...(task.hasUndo === true ? { undo: functionFixture("rerun") } : {}),
    ...(task.title === undefined ? {} : { title: task.title }),
    ...(task.isRollbackStep === undefined ? {} : { isRollbackStep: task.isRollbackStep }),
  };
}

function bodyFixture(task: TaskFixture, name: string): TaskBody {
  const unknownPolicy = task.unknownPolicy ?? "hold";
  if (task.gate !== undefined) return { kind: "gate", gate: task.gate };
  if (task.group !== undefined) {
    return { kind: "group", plan: planFixture(task.group.tasks, { name }), keys: keysFixture(task.group.keys) };
  }
  if (task.script !== undefined) {
    return { kind: "script", interpreter: ["sh"], script: task.script, args: [], env: {}, unknownPolicy };
  }
  if (task.operation === undefined && task.target === undefined) return functionFixture(unknownPolicy);
  const operation = task.operation ?? {};
  return {
    kind: "operation",
    operation: operation.name ?? "test.change",
    params: operation.params ?? {},
    operationClass: operation.class ?? "idempotent",
    unknownPolicy,
    isReversible: operation.isReversible ?? false,
  };
}

function functionFixture(unknownPolicy: UnknownPolicy): TaskBody {
  return { kind: "function", run: () => undefined, unknownPolicy };
}

function keysFixture(keys: readonly string[] | GroupKeys): GroupKeys {
  if ("kind" in keys) return keys;
  const items: readonly GroupItem[] = keys.map((key) => ({ key, value: key }));
  return { kind: "fixed", items };
}

function targetFixture(text: string): Target {
  if (text === "_any") return { kind: "any", text };
  if (text === "_all") return { kind: "all", text };
  const [key, value] = text.split(":");
  if (key !== undefined && value !== undefined) return { kind: "label", text, key, value };
  return { kind: "host", text, name: text };
}
