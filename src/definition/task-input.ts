import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import type { OperationCall } from "../operation/call.ts";
import type { DependencyCondition } from "./definition.ts";
import type { ErrorStrategyDefinition } from "./error-strategy.ts";
import type { BodyDefinition, ScriptDefinition } from "./task-body.ts";
import type { TaskFunction, TaskReference } from "./task-context.ts";
import type { TaskSettings } from "./task-settings.ts";

/** Another task, as the object the builder returned or by name. */
export type Dependency = TaskReference | string;

export interface DependencyOptions {
  /** Which end to wait for. Default `success`, or `always` when a guard of the task asks for failures. */
  readonly on?: DependencyCondition;
}

/** A script as authors write it. */
export type ScriptInput = Omit<ScriptDefinition, "kind">;

/** What may take a task back: another operation, a function or a script, on the same hosts. */
export type UndoInput<Params = JsonObject> = OperationCall | TaskFunction<Params> | ScriptInput;

/** What every kind of task can be told when it is added. */
export interface TaskOptions<Params = JsonObject> extends TaskSettings {
  readonly dependsOn?: Dependency | readonly Dependency[];
  readonly undo?: UndoInput<Params>;
}

/** What most tasks need of them in short: only the target. */
export type TargetOrOptions<Params = JsonObject> = string | TaskOptions<Params>;

/** Members of {@link TaskOptions} that are no settings. */
export const TASK_OPTION_NAMES = ["dependsOn", "undo"] as const;

/** The body behind an undo, or `undefined` when it is none of the forms. */
export function undoBody(undo: UndoInput<never>): BodyDefinition | undefined {
  if (isFunction(undo)) return { kind: "function", run: undo };
  if (!isObject(undo)) return undefined;
  // What the members hold is for the compiler to judge.
  if ("operation" in undo) return { ...undo, kind: "operation" };
  return "script" in undo ? { ...undo, kind: "script" } : undefined;
}

/** The strategy that says what `over` says and, where that is silent, what `under` says. */
export function mergedStrategy(
  under: ErrorStrategyDefinition | undefined,
  over: ErrorStrategyDefinition,
): ErrorStrategyDefinition {
  const { afterFailure = under?.afterFailure, retry = under?.retry } = over;
  return { ...(afterFailure === undefined ? {} : { afterFailure }), ...(retry === undefined ? {} : { retry }) };
}

/** The name of a dependency; anything that has none is `undefined`. */
export function nameOfDependency(dependency: unknown): string | undefined {
  if (typeof dependency === "string") return dependency;
  if (typeof dependency !== "object" || dependency === null || !("name" in dependency)) return undefined;
  return typeof dependency.name === "string" ? dependency.name : undefined;
}

export function isDependencyOptions(given: Dependency | DependencyOptions): given is DependencyOptions {
  return typeof given === "object" && given !== null && "on" in given && !("name" in given);
}

export function pathOfTask(name: unknown): string {
  return `tasks.${typeof name === "string" ? name.slice(0, 80) : typeof name}`;
}

/** A value in a message: short, and harmless whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export function notATask(owner: unknown, found: unknown): CodedError {
  return codedError(
    "DRV_PLAN_DEPENDENCY_UNKNOWN",
    `Cannot order task ${shown(owner)}: ${shown(found)} is neither a task nor the name of one`,
    { at: { path: pathOfTask(owner) }, hint: "Name the task, or pass what the plan returned when it was added" },
  );
}

export function foreignTask(owner: unknown, name: string): CodedError {
  return codedError(
    "DRV_PLAN_DEPENDENCY_FOREIGN",
    `Cannot order task ${shown(owner)}: task ${shown(name)} belongs to another plan or group`,
    {
      at: { path: pathOfTask(owner) },
      hint: "Depend on a task of the same plan; to wait for something outside a group, let the group depend on it",
    },
  );
}

export function invalidOption(owner: unknown, option: string, wanted: string): CodedError {
  return codedError("DRV_PLAN_VALUE_INVALID", `Cannot define task ${shown(owner)}: ${option} is not ${wanted}`, {
    at: { path: `${pathOfTask(owner)}.${option}` },
  });
}

/** Whether a value has members: neither nothing, nor a list. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === "function";
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
