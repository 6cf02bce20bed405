import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import { GROUP_DEPTH_MAX, GROUP_KEYS_MAX } from "./definition-limits.ts";
import type { PlanDefinition } from "./definition.ts";
import type { BodyMaker, DefinitionContext } from "./task-draft.ts";
import type { GroupDefinition, GroupKeysDefinition } from "./task-body.ts";
import type { ItemReference, TaskReference, ValueContext } from "./task-context.ts";
import { pathOfTask, shown } from "./task-input.ts";

/** A plan in the making, seen from the group that holds it. */
export interface Definable {
  defineInside(context: DefinitionContext): PlanDefinition;
}

/** A list made by a function of the parameters, called once when they are bound. */
export interface FromParams<Params, Item> {
  readonly params: (params: Params) => readonly Item[];
}

/** A list in the data of another task, on which the group then depends. */
export interface FromResult {
  readonly from: TaskReference | string;
  /** Where in the data: `"sites"`, or `["answer", "sites"]`. Default: the data itself. */
  readonly path?: string | readonly string[];
}

/** A list that is known only when parameters are bound or the plan runs. */
export type LateList<Params, Item> =
  | ((context: ValueContext<Params>) => readonly Item[] | Promise<readonly Item[]>)
  | FromParams<Params, Item>
  | FromResult;

/** One value of each axis. */
export type MatrixItem<Axes extends { readonly [axis: string]: readonly unknown[] }> = {
  readonly [Axis in keyof Axes]: Axes[Axis][number];
};

/** One copy of a group with a body of its own. */
export interface BuiltItem {
  readonly key: string | undefined;
  readonly value: unknown;
  readonly body: Definable;
}

/** A group whose tasks may still be added. */
export class GroupMaker implements BodyMaker {
  readonly #body: Definable;
  readonly #keys: GroupKeysDefinition | undefined;

  constructor(body: Definable, keys?: GroupKeysDefinition) {
    this.#body = body;
    this.#keys = keys;
  }

  makeBody(context: DefinitionContext): GroupDefinition {
    const plan = this.#body.defineInside({ ...context, depth: context.depth + 1 });
    return this.#keys === undefined ? { kind: "group", plan } : { kind: "group", plan, keys: this.#keys };
  }
}

/** A group with one body for each item of a fixed list. */
export class ItemsMaker implements BodyMaker {
  readonly #name: string;
  readonly #items: readonly BuiltItem[];

  constructor(name: string, items: readonly BuiltItem[]) {
    this.#name = name;
    this.#items = items;
  }

  makeBody(context: DefinitionContext): GroupDefinition {
    const inner = { ...context, depth: context.depth + 1 };
    const items = this.#items.map(({ key, value, body }) => {
      const plan = body.defineInside(inner);
      return { ...(key === undefined ? {} : { key }), value, plan };
    });
    const plan = items[0]?.plan ?? { name: this.#name, tasks: [] };
    return { kind: "group", plan, keys: { kind: "items", items } };
  }
}

/** The keys of a late list, or a problem when it is none. */
export function lateKeys(list: unknown): GroupKeysDefinition | undefined {
  if (isCallable(list)) return { kind: "function", list };
  if (typeof list !== "object" || list === null) return undefined;
  if ("params" in list && isCallable(list.params)) return { kind: "params", list: list.params };
  if (!("from" in list)) return undefined;
  const task = typeof list.from === "object" && list.from !== null && "name" in list.from ? list.from.name : list.from;
  const path = "path" in list ? list.path : [];
  const parts: readonly unknown[] = Array.isArray(path) ? path : [path];
  if (typeof task !== "string" || !parts.every((part) => typeof part === "string")) return undefined;
  return { kind: "result", task, path: parts };
}

/** Finds the item of a late list in the context of the copy that is running. */
export function itemReference<Item>(): ItemReference<Item> {
  // The runner hands back what the author's own list held; that list gave the type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing at run time knows `Item`
  return { of: (context) => context.item as Item };
}

/** One copy of a matrix. */
export interface Combination<Axes extends { readonly [axis: string]: readonly unknown[] }> {
  /** The values joined by commas; absent when one of them is no text, number or truth value. */
  readonly key: string | undefined;
  readonly value: MatrixItem<Axes>;
}

/**
 * Every combination of the values of the axes, the last axis changing fastest; `undefined` when there are more than
 * {@link GROUP_KEYS_MAX}.
 */
export function combinations<Axes extends { readonly [axis: string]: readonly JsonValue[] }>(
  axes: Axes,
): readonly Combination<Axes>[] | undefined {
  const entries = Object.entries(axes);
  const count = entries.reduce((product, [, values]) => product * values.length, 1);
  if (count > GROUP_KEYS_MAX) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const members: [string, JsonValue][] = [];
    let rest = index;
    for (const [axis, values] of entries.toReversed()) {
      members.unshift([axis, values[rest % values.length] ?? null]);
      rest = Math.floor(rest / values.length);
    }
    const value: unknown = Object.fromEntries(members);
    // One member for each axis with one of its values is what `MatrixItem` says.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Object.entries` forgets the names
    return { key: combinedKey(members), value: value as MatrixItem<Axes> };
  });
}

function combinedKey(members: readonly (readonly [string, JsonValue])[]): string | undefined {
  const parts: string[] = [];
  for (const [, value] of members) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return undefined;
    parts.push(String(value));
  }
  return parts.join(",");
}

/** Why a plan cannot stand in the group it was given to, or `undefined`. */
export function nestingProblem(
  name: unknown,
  place: { readonly isInsideItself: boolean; readonly depth: number },
): CodedError | undefined {
  const found = place.isInsideItself
    ? "it contains itself"
    : place.depth > GROUP_DEPTH_MAX
      ? `it lies deeper than ${GROUP_DEPTH_MAX} groups`
      : undefined;
  if (found === undefined) return undefined;
  return codedError("DRV_PLAN_GROUP_INVALID", `Cannot define group ${shown(name)}: ${found}`, {
    at: { path: pathOfTask(name) },
    hint: "Make the inner part a plan of its own",
  });
}

/** Whether a value is a plan in the making. */
export function isDefinable(value: unknown): value is Definable {
  return typeof value === "object" && value !== null && "defineInside" in value && isCallable(value.defineInside);
}

/** Milliseconds of a date; what is none is no number either. */
export function instantOf(date: object | null): number {
  const time: unknown =
    date !== null && "getTime" in date && isCallable(date.getTime) ? Reflect.apply(date.getTime, date, []) : undefined;
  return typeof time === "number" ? time : Number.NaN;
}

function isCallable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === "function";
}
