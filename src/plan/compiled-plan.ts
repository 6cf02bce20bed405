import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Program } from "../expression/program.ts";
import type { Graph } from "../dag/graph.ts";
import type { ParametersDefinition } from "../definition/parameters.ts";
import type { OperationClass, UnknownPolicy } from "../operation/spec.ts";
import type { ValueTemplate } from "./value-template.ts";

/**
 * An immutable, validated plan: what the engine runs. Made by `compilePlan` only, so holding one means that names are
 * unique, references exist, the graph has no cycle and every number is in range.
 */
export interface CompiledPlan {
  readonly name: string;
  readonly title?: string;
  /** Tasks in plan order; a task's index is its identity inside the engine. */
  readonly tasks: readonly CompiledTask[];
  /** Nodes are task names; node index = task index. */
  readonly graph: Graph;
  /** Rank from preferred edges, per task; smaller starts first among equals. */
  readonly softRank: Uint32Array;
  /** Longest remaining blocking path in estimated milliseconds (1 per task without estimates), per task. */
  readonly remainingMs: Float64Array;
  readonly limits: PlanLimits;
  readonly rollback: RollbackMode;
  /** Compatibility with D2: no task starts before every task of the level before has ended. */
  readonly hasLevelBarriers: boolean;
  /** What the plan asks for at start; see `bindParams`. Absent when it has no parameters. */
  readonly parameters?: ParametersDefinition;
  /** Warnings found while compiling, such as preferred edges dropped because they form a loop. */
  readonly warnings: readonly string[];
  /** SHA-256 over the canonical JSON of the definition; computed on first call. */
  fingerprint(): string;
}

export interface PlanLimits {
  /** Units of work running at once in the run. */
  readonly maxParallel: number;
  /** Writing tasks at once on one host. */
  readonly maxWritingPerHost: number;
  /** Units at once by concurrency key. */
  readonly keys: ReadonlyMap<string, number>;
}

/** `manual` keeps pre-images but undoes only when asked. */
export type RollbackMode = "off" | "onFailure" | "manual";

export interface CompiledTask {
  readonly index: number;
  readonly name: string;
  readonly title?: string;
  readonly body: TaskBody;
  /** All must pass. Tasks without guards share one empty list. */
  readonly guards: readonly Guard[];
  /** Equal policies are one object. */
  readonly policy: TaskPolicy;
  /** Which hosts; absent for functions, gates and groups. */
  readonly target?: Target;
  /** Declared undo; used when the operation cannot restore by itself. */
  readonly undo?: TaskBody;
  /**
   * Runs only when the run is rolled back, after everything has been undone. Depends on such tasks only, and they on it;
   * never inside a group, but may be one.
   */
  readonly isRollbackStep?: true;
  /** Named values for expressions of other tasks, made of the data of this one. */
  readonly outputs?: { readonly [name: string]: JsonValue | ValueTemplate };
}

export type TaskBody = OperationBody | FunctionBody | ScriptBody | GateBody | GroupBody;

export interface OperationBody {
  readonly kind: "operation";
  readonly operation: string;
  /** Plain data, a function of parameters and results called when the task is about to start, or expressions of a file. */
  readonly params: JsonValue | ValueFunction | ValueTemplate;
  readonly operationClass: OperationClass;
  readonly unknownPolicy: UnknownPolicy;
  readonly isReversible: boolean;
}

export interface FunctionBody {
  readonly kind: "function";
  /** Called by the runner, never by the engine. */
  readonly run: OpaqueFunction;
  readonly registeredName?: string;
  readonly unknownPolicy: UnknownPolicy;
}

export interface ScriptBody {
  readonly kind: "script";
  readonly interpreter: readonly string[];
  readonly script: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd?: string;
  readonly input?: JsonValue | ValueFunction;
  /** Replaces those of `args`, `env`, `cwd` and `input` that it has, when the script is about to start. */
  readonly values?: ValueTemplate;
  readonly unknownPolicy: UnknownPolicy;
}

export interface GateBody {
  readonly kind: "gate";
  readonly gate: Gate;
}

export type Gate =
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "until"; readonly atMs: number }
  | { readonly kind: "signal"; readonly name: string }
  | { readonly kind: "approval"; readonly message?: string; readonly quorum: number };

/** A sub-plan drawn as one node; its children are named `group[key].child`, or `group.child` for the single key `""`. */
export interface GroupBody {
  readonly kind: "group";
  readonly plan: CompiledPlan;
  readonly keys: GroupKeys;
}

export type GroupKeys =
  | { readonly kind: "fixed"; readonly items: readonly GroupItem[] }
  /** A list in the result of another task, which must be a dependency. */
  | { readonly kind: "result"; readonly task: string; readonly path: readonly string[] }
  | { readonly kind: "function"; readonly list: ValueFunction }
  | { readonly kind: "template"; readonly list: ValueTemplate };

export interface GroupItem {
  /** Unique within the group; free of control characters and of `/ [ ]`. */
  readonly key: string;
  /** What tasks of this copy find as `item` in their context. */
  readonly value: JsonValue;
  /** Body of this copy, when copies differ (`foreach` over a fixed list builds one per item). Default: the group's `plan`. */
  readonly plan?: CompiledPlan;
}

/** A function of user code; opaque to the engine, called through the effect `evaluate` or by the runner. */
export type OpaqueFunction = (...args: never[]) => unknown;

export interface ValueFunction {
  readonly kind: "function";
  readonly evaluate: OpaqueFunction;
}

export type BuiltinGuardKind =
  | "onlyIfChanged"
  | "onlyIfAllChanged"
  | "onlyIfFailed"
  | "onlyIfAnyHostFailed"
  | "onlyIfAllHostsFailed"
  | "onlyIfAnyHostSkipped"
  | "onlyIfAnyHostChanged"
  | "onlyIfAllHostsChanged";

export type Guard =
  | { readonly kind: BuiltinGuardKind }
  /** `when(fn, reason?)`: gets parameters and results. */
  | { readonly kind: "when"; readonly evaluate: OpaqueFunction; readonly reason?: string }
  /** `whenFact(...)`: gets facts of the task's hosts, or the agent list another task returned. */
  | { readonly kind: "whenFact"; readonly evaluate: OpaqueFunction; readonly task?: string; readonly reason?: string }
  | ExpressionGuard;

/** An expression of a file. `isNever`: known to be false already. */
export interface ExpressionGuard {
  readonly kind: "expression";
  /** As its author wrote it. */
  readonly text: string;
  readonly program: Program;
  readonly isNever?: true;
  readonly reason?: string;
}

export interface TaskPolicy {
  readonly afterFailure: "stopAll" | "continueRun";
  readonly retry?: RetryPolicy;
  /** A failure of this task does not make the run failed. */
  readonly isTolerated: boolean;
  /** Higher first. */
  readonly priority: number;
  readonly queueTimeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  /** `Infinity` for groups and for gates that wait for a time, unless their author says otherwise. */
  readonly totalTimeoutMs: number;
  readonly heartbeatTimeoutMs?: number;
  /** Cumulative sizes of the batches of a fan-out, ending with everything: `[1, "10%", "50%"]`. */
  readonly batches?: readonly BatchSize[];
  /** Hosts that may fail before the task fails and no further batch starts. */
  readonly maxFail?: BatchSize;
  /** A target without hosts is not an error; the task is then skipped. */
  readonly allowsEmptyTarget: boolean;
  readonly concurrencyKey?: string;
  readonly killGraceMs: number;
  /** Estimated duration, for the order of ready tasks and the ETA. */
  readonly estimateMs?: number;
}

/** Hosts as a number, or a percentage of the hosts of the task, rounded up. */
export type BatchSize = { readonly hosts: number } | { readonly percent: number };

/** Delay before retry k (from 0): `min(initialMs · factor^k, maxMs)`, plus jitter. */
export interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly retries: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Fraction of the delay, 0 to 1, taken off by a hash of run, task, host, generation and attempt. */
  readonly jitter: number;
  /** Which failures are retried. Default: all but `fatal`. */
  readonly on: "retryable" | "any";
}

/** `_any`, `_all`, a host name, a label, a container, or an expression; parsed once. */
export type Target =
  | { readonly kind: "any"; readonly text: string }
  | { readonly kind: "all"; readonly text: string }
  | { readonly kind: "host"; readonly text: string; readonly name: string }
  | { readonly kind: "label"; readonly text: string; readonly key: string; readonly value: string }
  | { readonly kind: "container"; readonly text: string; readonly container: string; readonly host?: string }
  /** All hosts for which a condition holds; the text says which. */
  | {
      readonly kind: "where";
      readonly text: string;
      readonly matches: (host: {
        readonly name: string;
        readonly labels: { readonly [key: string]: string };
      }) => boolean;
    };

/** Frozen inputs of a run. */
export interface RunInput {
  readonly params: JsonObject;
}
