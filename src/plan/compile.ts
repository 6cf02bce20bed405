import type { CodedError, SourcePosition } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import type { OpaqueFunction } from "../definition/task-body.ts";
import { shown } from "../definition/task-input.ts";
import type { OperationCatalog } from "../operation/catalog.ts";
import { compileGraph } from "./compile-graph.ts";
import { readLimits } from "./compile-limits.ts";
import { compileTask } from "./compile-task.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";
import { ExpressionScope } from "./expression-scope.ts";
import { typeOfParameters } from "./expression-types.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { checkParameters, parameterNames } from "./params.ts";
import type { InnerPlan, PlanScope } from "./plan-scope.ts";
import { Problems, type Place } from "./problems.ts";
import { checkTaskReferences, noticeUnused } from "./check-references.ts";
import { warnAboutRollbackSteps } from "./rollback-steps.ts";
import { checkNames } from "./task-names.ts";
import { PolicyPool } from "./task-policy.ts";
import { readStrategy } from "./task-strategy.ts";
import { ValueReader } from "./value-reader.ts";

export interface CompileOptions {
  /** Operations the plan may use. */
  readonly catalog: OperationCatalog;
  /**
   * Bound parameters, see `bindParams`. With them `foreach` over parameters is expanded now; without, when the plan runs.
   */
  readonly params?: JsonObject;
  /** Functions by the name under which the plan's function tasks are registered. */
  readonly functions?: ReadonlyMap<string, OpaqueFunction>;
  /** Told of what is no error: warnings, and hints about expressions. */
  readonly notice?: (error: CodedError, severity: "warning" | "hint") => void;
}

const NO_FUNCTIONS: ReadonlyMap<string, OpaqueFunction> = new Map();

/**
 * Turns a definition into a plan that can run, or into every problem it has.
 *
 * All problems are reported together, each with its place in the definition (and in the source, when it came from a file)
 * and, where there is one, a hint. The definition is not changed and not kept: plain values are copied. A plan of 1,000,000
 * tasks compiles in a few seconds.
 *
 * Problems have the codes `DRV_PLAN_*`, `DRV_OPERATION_UNKNOWN`, `DRV_DURATION_INVALID`, `DRV_PARAM_DEFINITION_INVALID`,
 * `DRV_GRAPH_CYCLE` and `DRV_GRAPH_LIMIT_EXCEEDED`.
 *
 * @example
 * const compiled = compilePlan(builder.definition(), { catalog: builtinOperations() });
 * if (!compiled.ok) for (const error of compiled.error) console.error(formatCodedError(error));
 */
export function compilePlan(
  definition: PlanDefinition,
  options: CompileOptions,
): Result<CompiledPlan, readonly CodedError[]> {
  const problems = new Problems();
  for (const problem of definition.problems ?? []) problems.push(problem);
  const names = parameterNames(definition.params);
  const { catalog, notice, params } = options;
  const scope = {
    problems,
    catalog,
    functions: options.functions ?? NO_FUNCTIONS,
    params,
    parameterNames: names,
    target: undefined,
    path: "",
    depth: 0,
    compileInner: compileTasks,
    notice,
  };
  // A plan that asks for nothing has been given everything.
  const known = params ?? (names.length === 0 ? {} : undefined);
  const paramsType = typeOfParameters(definition.params);
  const expressions = new ExpressionScope({
    definition,
    catalog,
    target: definition.target,
    paramsType,
    params: known,
  });
  const plan = compileTasks(definition, { ...scope, expressions }, undefined);
  if (notice !== undefined) noticeUnused(definition, expressions, notice);
  return plan !== undefined && problems.isEmpty ? ok(plan) : err(problems.errors());
}

/** Compiles one plan, the outermost or the body of a group; `undefined` when it has no order. */
function compileTasks(
  definition: PlanDefinition,
  outer: PlanScope,
  inner: InnerPlan | undefined,
): CompiledPlan | undefined {
  const { problems } = outer;
  const place: Place = { subject: `plan ${shown(definition.name)}`, path: outer.path.slice(0, -1), at: definition.at };
  const reader = new ValueReader(problems, place);
  const target = reader.text("target", definition.target) ?? outer.target;
  const expressions =
    inner === undefined ? outer.expressions : innerExpressions(definition, { ...outer, target }, inner);
  const scope: PlanScope = { ...outer, target, expressions };
  const placeOf = (index: number): Place => new TaskPlace(definition.tasks[index], index, outer.path);
  const names = checkNames(definition, { problems, place, placeOf });
  const pools = {
    policies: new PolicyPool(problems, readStrategy(definition.onError, { problems, place })),
    targets: new Map(),
  };
  const tasks: CompiledTask[] = [];
  for (const [index, task] of definition.tasks.entries()) {
    tasks.push(compileTask(task, { plan: scope, problems, index, place: placeOf(index) }, pools));
  }
  const order = compileGraph({ definitions: definition.tasks, tasks, names, problems, placeOf, place });
  checkTaskReferences(expressions, { definition, names, tasks, problems });
  const parameters = checkParameters(definition.params, { problems, place });
  const title = reader.text("title", definition.title);
  const rollback = reader.oneOf("rollback", definition.rollback, ["off", "onFailure", "manual"]) ?? "off";
  const hasLevelBarriers = reader.boolean("levelBarriers", definition.levelBarriers) ?? false;
  const limits = readLimits(definition, { problems, place, tasks });
  if (rollback === "off") warnAboutRollbackSteps(tasks, { problems, placeOf });
  if (order === undefined) return undefined;
  return withFingerprint({
    name: definition.name,
    ...(title === undefined ? {} : { title }),
    tasks,
    ...order,
    limits,
    rollback,
    hasLevelBarriers,
    ...(parameters === undefined ? {} : { parameters }),
    warnings: outer.depth === 0 ? problems.warnings : [],
  });
}

/** What the expressions of the body of a group may use. */
function innerExpressions(definition: PlanDefinition, outer: PlanScope, inner: InnerPlan): ExpressionScope {
  const { item, isRepeated = false, ownParams } = inner;
  const { expressions, catalog, target } = outer;
  return new ExpressionScope({
    definition,
    catalog,
    target,
    paramsType: ownParams === undefined ? expressions.paramsType : typeOfParameters(definition.params),
    params: ownParams === undefined ? expressions.params : ownParams.values,
    outer: expressions,
    item,
    isRepeated,
  });
}

/** A function of its own, so that what the plan keeps alive is the plan and not the definition it was made from. */
function withFingerprint(parts: Omit<CompiledPlan, "fingerprint">): CompiledPlan {
  let fingerprint: string | undefined;
  const plan: CompiledPlan = { ...parts, fingerprint: () => (fingerprint ??= fingerprintOf(plan)) };
  return plan;
}

/** Where a task stands. Every task has one and hardly any needs it, so its texts are made when they are read. */
class TaskPlace implements Place {
  readonly #task: TaskDefinition | undefined;
  readonly #index: number;
  readonly #outerPath: string;

  constructor(task: TaskDefinition | undefined, index: number, outerPath: string) {
    this.#task = task;
    this.#index = index;
    this.#outerPath = outerPath;
  }

  get subject(): string {
    const name = this.#name;
    return `task ${name === undefined ? `number ${this.#index + 1}` : shown(name)}`;
  }

  get path(): string {
    return `${this.#outerPath}tasks.${this.#name?.slice(0, 80) ?? this.#index}`;
  }

  get at(): SourcePosition | undefined {
    return this.#task?.at;
  }

  get #name(): string | undefined {
    const name: unknown = this.#task?.name;
    return typeof name === "string" && name !== "" ? name : undefined;
  }
}
