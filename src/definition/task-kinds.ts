import type { JsonObject, JsonValue } from "../base/json.ts";
import type { UnknownPolicy } from "../operation/spec.ts";
import type { ValueContext } from "./task-context.ts";
import type { ScriptInput, TaskOptions } from "./task-input.ts";

/** An operation with the options of its task, as one object. */
export interface OperationInput<Params = JsonObject> extends TaskOptions<Params> {
  /** Name or alias in the catalog. */
  readonly operation: string;
  /** Plain parameters, or a function of parameters and results, called when the task is about to start. */
  readonly params?: JsonObject | ((context: ValueContext<Params>) => JsonObject | Promise<JsonObject>);
}

export interface FunctionOptions<Params = JsonObject> extends TaskOptions<Params> {
  /** Name under which another process finds the function again; needed by durable runs without a plan module. */
  readonly registeredName?: string;
  /** What happens to an attempt whose end nobody saw. Default `hold`. */
  readonly unknownPolicy?: UnknownPolicy;
}

export interface ScriptOptions<Params = JsonObject> extends TaskOptions<Params>, Omit<ScriptInput, "input"> {
  /** Given on standard input as JSON. */
  readonly input?: JsonValue | ((context: ValueContext<Params>) => JsonValue | Promise<JsonValue>);
}

export interface ApprovalOptions<Params = JsonObject> extends TaskOptions<Params> {
  /** What is asked. */
  readonly message?: string;
  /** How many people must approve; default 1. */
  readonly quorum?: number;
}

export interface ForeachOptions<Item, Params = JsonObject> extends TaskOptions<Params> {
  /** The key in the names of an item's tasks. Default: see `groupKeyOf`. Only for lists known when the plan is built. */
  readonly key?: (item: Item, index: number) => string;
}
