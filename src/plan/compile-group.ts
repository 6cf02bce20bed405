import { fromThrown } from "../base/coded-error.ts";
import { toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { unreachable } from "../base/assert.ts";
import { GROUP_DEPTH_MAX, GROUP_KEYS_MAX } from "../definition/definition-limits.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { combinations } from "../definition/group-maker.ts";
import type {
  GroupDefinition,
  GroupItemDefinition,
  GroupKeysDefinition,
  OpaqueFunction,
} from "../definition/task-body.ts";
import { shown } from "../definition/task-input.ts";
import type { CompiledPlan, GroupBody, GroupItem, GroupKeys } from "./compiled-plan.ts";
import { groupKeyOf } from "./group-key.ts";
import { parameterNames } from "./params.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";
import { nameDefect } from "./task-name.ts";

/** The one copy of a group without keys. */
const SINGLE: GroupKeys = Object.freeze({
  kind: "fixed",
  items: Object.freeze([Object.freeze({ key: "", value: null })]),
});

/** Compiles the body of a group once, or once for each item that brings a body of its own, and checks its keys. */
export function compileGroup(definition: GroupDefinition, scope: TaskScope): GroupBody | undefined {
  if (scope.plan.depth >= GROUP_DEPTH_MAX) {
    reject(scope, `it lies deeper than ${GROUP_DEPTH_MAX} groups`);
    return undefined;
  }
  // The first item of a list usually brings the body of the whole group: it is compiled once for both.
  const bodies = new Map<PlanDefinition, CompiledPlan | undefined>();
  const compile = (plan: PlanDefinition, path: string): CompiledPlan | undefined => {
    if (!bodies.has(plan)) bodies.set(plan, compileInner(plan, { scope, path }));
    return bodies.get(plan);
  };
  const plan = compile(definition.plan, "plan");
  rejectOwnParameters(definition.plan, scope);
  const keys = definition.keys === undefined ? SINGLE : compileKeys(definition.keys, { scope, compile });
  return plan === undefined || keys === undefined ? undefined : { kind: "group", plan, keys };
}

/** A run has one set of parameters: a plan used as a group may only ask for what the outermost one has. */
function rejectOwnParameters(plan: PlanDefinition, scope: TaskScope): void {
  for (const name of parameterNames(plan.params)) {
    if (scope.plan.parameterNames.includes(name)) continue;
    const place = memberOf(scope.place, "plan.params");
    const found = `its plan asks for parameter ${shown(name)}, which the outermost plan does not have`;
    scope.problems.add("DRV_PLAN_GROUP_INVALID", place, found, { hint: "Declare the parameter in the outermost plan" });
  }
}

interface GroupContext {
  readonly scope: TaskScope;
  readonly compile: (plan: PlanDefinition, path: string) => CompiledPlan | undefined;
}

function compileInner(
  plan: PlanDefinition,
  { scope, path }: { readonly scope: TaskScope; readonly path: string },
): CompiledPlan | undefined {
  return scope.plan.compileInner(plan, {
    ...scope.plan,
    path: `${scope.place.path}.${path}.`,
    depth: scope.plan.depth + 1,
  });
}

function compileKeys(keys: GroupKeysDefinition, context: GroupContext): GroupKeys | undefined {
  const { scope } = context;
  switch (keys.kind) {
    case "items":
      return fixedKeys(keys.items, context);
    case "matrix":
      return matrixKeys(keys.axes, context);
    case "params":
      return scope.plan.params === undefined
        ? { kind: "function", list: { kind: "function", evaluate: listOfParams(keys.list) } }
        : keysFromParams(keys.list, { ...context, params: scope.plan.params });
    case "result":
      return { kind: "result", task: keys.task, path: keys.path ?? [] };
    case "function":
      return { kind: "function", list: { kind: "function", evaluate: keys.list } };
    case "template":
      reject(scope, "its list is an expression");
      return undefined;
    default:
      return unreachable(keys);
  }
}

function matrixKeys(
  axes: (GroupKeysDefinition & { readonly kind: "matrix" })["axes"],
  context: GroupContext,
): GroupKeys | undefined {
  const isUsable = typeof axes === "object" && axes !== null && Object.values(axes).every(Array.isArray);
  const combined = isUsable ? combinations(axes) : undefined;
  if (combined === undefined) {
    reject(context.scope, `its axes are not lists with at most ${GROUP_KEYS_MAX} combinations`);
    return undefined;
  }
  const items = combined.map(({ key, value }) => (key === undefined ? { value } : { key, value }));
  return fixedKeys(items, context);
}

/** Without bound parameters the list is asked for when the run has them. */
function listOfParams(list: OpaqueFunction): OpaqueFunction {
  return ({ params }: { readonly params: JsonObject }): unknown => Reflect.apply(list, undefined, [params]);
}

function keysFromParams(
  list: OpaqueFunction,
  context: GroupContext & { readonly params: JsonObject },
): GroupKeys | undefined {
  const { scope } = context;
  let items: unknown;
  try {
    items = Reflect.apply(list, undefined, [context.params]);
  } catch (thrown) {
    const error = fromThrown(
      "DRV_PLAN_GROUP_INVALID",
      thrown,
      `Cannot compile ${scope.place.subject}: its list failed`,
    );
    scope.problems.push({ ...error, at: positionOf(memberOf(scope.place, "keys")) });
    return undefined;
  }
  if (Array.isArray(items)) {
    const values: readonly unknown[] = items;
    return fixedKeys(
      values.map((value) => ({ value })),
      context,
    );
  }
  reject(scope, `its list is ${shown(items)}`);
  return undefined;
}

function fixedKeys(definitions: readonly GroupItemDefinition[], context: GroupContext): GroupKeys | undefined {
  const { scope } = context;
  if (definitions.length > GROUP_KEYS_MAX) {
    reject(scope, `it has ${definitions.length} items, and at most ${GROUP_KEYS_MAX} are allowed`);
    return undefined;
  }
  const seen = new Set<string>();
  const items: GroupItem[] = [];
  for (const [index, definition] of definitions.entries()) {
    const value = plainValue(definition.value, index, scope);
    if (value === undefined) continue;
    const key: unknown = definition.key ?? groupKeyOf(value);
    const defect = nameDefect(key);
    if (typeof key !== "string" || defect !== undefined) {
      reject(
        scope,
        `the key of item ${index + 1} cannot be used: ${defect?.replace("its name", "it") ?? "it is not text"}`,
      );
      continue;
    }
    if (seen.has(key)) reject(scope, `two items have the key ${shown(key)}`);
    seen.add(key);
    const plan = definition.plan === undefined ? undefined : context.compile(definition.plan, `items.${index}.plan`);
    items.push(plan === undefined ? { key, value } : { key, value, plan });
  }
  return { kind: "fixed", items };
}

function plainValue(given: unknown, index: number, scope: TaskScope): JsonValue | undefined {
  const copied = toJson(given, { bytesMax: RESULT_BYTES_MAX });
  if (copied.ok) return copied.value;
  reject(scope, `item ${index + 1} is not plain JSON: ${copied.defect.path.slice(0, 200)} is ${copied.defect.found}`);
  return undefined;
}

function reject(scope: TaskScope, found: string): void {
  scope.problems.add("DRV_PLAN_GROUP_INVALID", memberOf(scope.place, "keys"), found, {
    hint: "Give every item a key of its own: text without control characters and without / [ ]",
  });
}
