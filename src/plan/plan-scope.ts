import type { JsonObject } from "../base/json.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import type { OpaqueFunction } from "../definition/task-body.ts";
import type { OperationCatalog } from "../operation/catalog.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import type { ExpressionScope, KnownItem } from "./expression-scope.ts";
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
  readonly compileInner: (definition: PlanDefinition, scope: PlanScope, inner: InnerPlan) => CompiledPlan | undefined;
  /** Names and values that expressions may use. */
  readonly expressions: ExpressionScope;
  /** Told of what is no error: warnings and hints. */
  readonly notice: ((error: CodedError, severity: "warning" | "hint") => void) | undefined;
}

/** What is special about the body of a group. */
export interface InnerPlan {
  /** Of the copy that is compiled. */
  readonly item?: KnownItem | undefined;
  /** Copies whose items are not known. */
  readonly isRepeated?: boolean;
  /** Values of its own parameters, when it does not share those of the plan around it: bound, or not known yet. */
  readonly ownParams?: { readonly values: JsonObject | undefined } | undefined;
}

/** What one task is compiled with. */
export interface TaskScope {
  readonly plan: PlanScope;
  readonly problems: Problems;
  readonly place: Place;
  /** Its position among the tasks of its plan. */
  readonly index: number;
}
