import { fromThrown } from "../base/coded-error.ts";
import { isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
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
import { compileTemplate } from "./compile-template.ts";
import type { KnownItem } from "./expression-scope.ts";
import { speaksOfItems } from "./item-uses.ts";
import { ownParameters } from "./own-parameters.ts";
import { parameterNames } from "./params.ts";
import type { InnerPlan, TaskScope } from "./plan-scope.ts";
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
  const ownParams = definition.with === undefined ? undefined : ownParameters(definition.plan, definition.with, scope);
  // The first item of a list usually brings the body of the whole group: it is compiled once for both.
  const bodies = new Map<PlanDefinition, CompiledPlan | undefined>();
  const compile: GroupContext["compile"] = (plan, path, item) => {
    if (!bodies.has(plan)) bodies.set(plan, compileInner(plan, { scope, path, inner: { item, ownParams } }));
    return bodies.get(plan);
  };
  if (definition.with === undefined) rejectOwnParameters(definition.plan, scope);
  if (definition.keys === undefined) {
    const plan = compile(definition.plan, "plan");
    return plan === undefined ? undefined : { kind: "group", plan, keys: SINGLE };
  }
  const keys = compileKeys(definition.keys, { scope, compile });
  if (keys === undefined) return undefined;
  const inner = { scope, path: "plan" };
  if (keys.kind === "fixed" && keys.items.length > 0 && speaksOfItems(definition.plan)) {
    return unrolled(keys, (item) => compileInner(definition.plan, { ...inner, inner: { item, ownParams } }));
  }
  const isKnown = keys.kind === "fixed";
  const plan =
    (isKnown ? bodies.get(definition.plan) : undefined) ??
    compileInner(definition.plan, { ...inner, inner: { isRepeated: !isKnown || keys.items.length === 0, ownParams } });
  return plan === undefined ? undefined : { kind: "group", plan, keys };
}

/** A body for each item, so that what is known of the item is known of its tasks. */
function unrolled(
  keys: Extract<GroupKeys, { readonly kind: "fixed" }>,
  compile: (item: GroupItem) => CompiledPlan | undefined,
): GroupBody | undefined {
  const items: GroupItem[] = [];
  for (const item of keys.items) {
    const plan = item.plan ?? compile(item);
    if (plan === undefined) return undefined;
    items.push({ ...item, plan });
  }
  const plan = items[0]?.plan;
  return plan === undefined ? undefined : { kind: "group", plan, keys: { kind: "fixed", items } };
}

/** A run has one set of parameters: a plan used as a group may only ask for what the outermost one has. */
function rejectOwnParameters(plan: PlanDefinition, scope: TaskScope): void {
  for (const name of parameterNames(plan.params)) {
    if (scope.plan.parameterNames.includes(name)) continue;
    const place = memberOf(scope.place, "plan.params");
    const found = `its plan asks for parameter ${shown(name)}, which the outermost plan does not have`;
    scope.problems.add("DRV_PLAN_GROUP_INVALID", place, found, {
      hint: "Give it by with, or declare the parameter in the outermost plan",
    });
  }
}

interface GroupContext {
  readonly scope: TaskScope;
  readonly compile: (plan: PlanDefinition, path: string, item?: KnownItem) => CompiledPlan | undefined;
}

function compileInner(
  plan: PlanDefinition,
  { scope, path, inner }: { readonly scope: TaskScope; readonly path: string; readonly inner: InnerPlan },
): CompiledPlan | undefined {
  const names = inner.ownParams === undefined ? scope.plan.parameterNames : parameterNames(plan.params);
  const outer = {
    ...scope.plan,
    parameterNames: names,
    path: `${scope.place.path}.${path}.`,
    depth: scope.plan.depth + 1,
  };
  const compiled = scope.plan.compileInner(plan, outer, inner);
  return compiled;
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
      return templateKeys(keys, context);
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

/** A list of a file: expanded now when everything in it is known, else when the group is about to start. */
function templateKeys(
  { list, isMatrix = false }: Extract<GroupKeysDefinition, { readonly kind: "template" }>,
  context: GroupContext,
): GroupKeys | undefined {
  const { scope } = context;
  const compiled = compileTemplate(list, scope, { member: "keys", place: "task" });
  if (compiled === undefined) return undefined;
  if (!("value" in compiled)) return { kind: "template", list: compiled.template };
  const { value } = compiled;
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    const keyed = items.map((item) =>
      isMatrix && isJsonObject(item) ? { key: combinedKey(item), value: item } : { value: item },
    );
    return fixedKeys(keyed, context);
  }
  reject(scope, `its list is ${shown(value)}`);
  return undefined;
}

/** Key of a combination of axes, as for lists without expressions. */
function combinedKey(item: JsonObject): string {
  return Object.values(item)
    .map((value) => (typeof value === "object" && value !== null ? groupKeyOf(value) : String(value)))
    .join(",");
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
    const plan =
      definition.plan === undefined
        ? undefined
        : context.compile(definition.plan, `items.${index}.plan`, { key, value });
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
