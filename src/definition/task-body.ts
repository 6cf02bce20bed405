import type { DurationInput } from "../base/duration.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { UnknownPolicy } from "../operation/spec.ts";
import type { PlanDefinition } from "./definition.ts";
import type { TemplateDefinition } from "./template-definition.ts";

/** A function of user code as a definition carries it: stored and called, never looked into. */
export type OpaqueFunction = (...args: never[]) => unknown;

/** What a task does. */
export type BodyDefinition =
  | OperationDefinition
  | FunctionDefinition
  | ScriptDefinition
  | GateDefinition
  | GroupDefinition;

export type TaskKind = BodyDefinition["kind"];

/** One operation of the catalog, carried out on every host of the task's target. */
export interface OperationDefinition {
  readonly kind: "operation";
  /** Name or alias. */
  readonly operation: string;
  /** Plain parameters, or a function called with a `ValueContext` when the task is about to start. Default: none. */
  readonly params?: JsonObject | OpaqueFunction | TemplateDefinition;
}

/** A function of the program that holds the plan. Runs where the plan runs. */
export interface FunctionDefinition {
  readonly kind: "function";
  /** Called with a `TaskContext`. May be left out when `registeredName` finds it. */
  readonly run?: OpaqueFunction;
  /** Name under which the function is found again in another process; part of the fingerprint. */
  readonly registeredName?: string;
  /** Default `hold`: nobody but the author knows whether the function may run twice. */
  readonly unknownPolicy?: UnknownPolicy;
}

/** Interpreters known by name; any other is written as its argument list. */
export type InterpreterName = "bash" | "node" | "nu" | "python" | "sh";

/** A text run by an interpreter in a fresh process: on the hosts of the target, or where the plan runs without one. */
export interface ScriptDefinition {
  readonly kind: "script";
  /** Default `sh`. */
  readonly interpreter?: InterpreterName | readonly string[];
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
  /** Given on standard input as JSON; a function is called with a `ValueContext` when the task is about to start. */
  readonly input?: JsonValue | OpaqueFunction;
  /** Instead of `args`, `env`, `cwd` and `input`: a map of them with expressions in it. */
  readonly values?: TemplateDefinition;
  /** Default `hold`. */
  readonly unknownPolicy?: UnknownPolicy;
}

/** A task that waits. */
export interface GateDefinition {
  readonly kind: "gate";
  readonly gate: GateCondition;
}

export type GateCondition =
  | { readonly kind: "delay"; readonly delay: DurationInput }
  /** An instant: milliseconds since 1970-01-01 UTC, or ISO 8601 text with a zone such as `2026-03-29T12:00:00Z`. */
  | { readonly kind: "until"; readonly at: string | number }
  | { readonly kind: "signal"; readonly name: string }
  /** `quorum` people must approve; default 1. */
  | { readonly kind: "approval"; readonly message?: string | TemplateDefinition; readonly quorum?: number };

/** A sub-plan drawn as one node, once or once for each key. */
export interface GroupDefinition {
  readonly kind: "group";
  readonly plan: PlanDefinition;
  /** Default: one copy with the key `""`. */
  readonly keys?: GroupKeysDefinition;
  /** Values of the parameters of `plan`; without, it sees those of the plan around it. */
  readonly with?: TemplateDefinition;
}

export type GroupKeysDefinition =
  | { readonly kind: "items"; readonly items: readonly GroupItemDefinition[] }
  /** One copy for each combination, the last axis changing fastest. */
  | { readonly kind: "matrix"; readonly axes: { readonly [axis: string]: readonly JsonValue[] } }
  /** A function of the parameters, called once when they are bound: the keys belong to what is approved. */
  | { readonly kind: "params"; readonly list: OpaqueFunction }
  /** A list in the data of a task this group depends on; known at run time. */
  | { readonly kind: "result"; readonly task: string; readonly path?: readonly string[] }
  /** A function called with a `ValueContext` when the group is about to start. */
  | { readonly kind: "function"; readonly list: OpaqueFunction }
  /** A list with expressions in it; `isMatrix` when its items are combinations of axes. */
  | { readonly kind: "template"; readonly list: TemplateDefinition; readonly isMatrix?: boolean };

export interface GroupItemDefinition {
  /** Default: derived from the value by `groupKeyOf`. */
  readonly key?: string;
  /** Plain JSON. */
  readonly value: unknown;
  /** Body of this copy; default the group's `plan`. */
  readonly plan?: PlanDefinition;
}
