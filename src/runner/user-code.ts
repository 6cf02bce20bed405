import type { AttemptToken, RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { RunView } from "../engine/run-view.ts";
import type { FleetHost } from "../fleet/fleet.ts";
import type { Facts } from "../operation/facts.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { CompiledTask, GroupItem, OpaqueFunction } from "../plan/compiled-plan.ts";

/**
 * How the runner calls functions of a plan. The composition root implements it, because only that knows the types of
 * the contexts authors see. Every method may throw or answer with a promise: the runner turns both into outcomes.
 */
export interface UserCode {
  /** Calls a task function and answers what it returned, unchecked. */
  runTask(body: OpaqueFunction, call: FunctionCall): unknown;
  /** Calls a guard, parameter, input or key function. */
  evaluate(body: OpaqueFunction, scope: ValueScope): unknown;
  /** Asks a fact predicate about one host. */
  askFacts(predicate: OpaqueFunction, facts: Facts): unknown;
}

/** What functions of values may know. */
export interface ValueScope {
  readonly view: RunView;
  readonly params: JsonObject;
  /** Inside an expanded group: the item of this copy. */
  readonly item: GroupItem | undefined;
  readonly task: CompiledTask;
  /** Index in the run of the task; differs from `task.index` inside groups. */
  readonly index: number;
  /** Index of the task that a function of this task means by a name: tasks beside it first, then those around its group. */
  find(name: string): number | undefined;
  /** The task with this index as the plan has it. */
  taskAt(index: number): CompiledTask;
}

/** One call of a task function. Members that cost something are made when first read. */
export interface FunctionCall extends ValueScope {
  readonly runId: RunId;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly token: AttemptToken;
  readonly hosts: readonly FleetHost[];
  log(message: string, data?: JsonObject): void;
  progress(percent: number, message?: string): void;
  /** Carries out one operation in passing; the target is text. */
  callOperation(operation: string, params: JsonObject, target: string): Promise<OperationAnswer>;
}

/** Answer to an operation called from a task function. */
export interface OperationAnswer {
  readonly jobId: string;
  readonly results: readonly OperationHostAnswer[];
}

export interface OperationHostAnswer {
  readonly host: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
}
