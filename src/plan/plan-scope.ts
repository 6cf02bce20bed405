import type { JsonObject } from "../base/json.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import type { OpaqueFunction } from "../definition/task-body.ts";
import type { OperationCatalog } from "../operation/catalog.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import type { Place, Problems } from "./problems.ts";

/** What everything in one plan is compiled with. */
export interface PlanScope {
  readonly problems: Problems;
  readonly catalog: OperationCatalog;
  /** Functions by the name under which they are registered. */
  readonly functions: ReadonlyMap<string, OpaqueFunction>;
  /** Bound parameters; absent when the plan is compiled without binding any. */
  readonly params: JsonObject | undefined;
  /** What the outermost plan asks for; groups get the same parameters. */
  readonly parameterNames: readonly string[];
  /** Target of tasks that name none. */
  readonly target: string | undefined;
  /** Way to this plan through the definition, with a dot at its end: `tasks.web.plan.`; empty for the outermost. */
  readonly path: string;
  /** Groups around this plan. */
  readonly depth: number;
  /** Compiles the body of a group; handed down so that bodies and plans need not import each other. */
  readonly compileInner: (definition: PlanDefinition, scope: PlanScope) => CompiledPlan | undefined;
}

/** What one task is compiled with. */
export interface TaskScope {
  readonly plan: PlanScope;
  readonly problems: Problems;
  readonly place: Place;
  /** Its position among the tasks of its plan. */
  readonly index: number;
}
