import { DroverError, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { PlanBuilder } from "../definition/builder.ts";
import type { NoParameters, ParametersDefinition } from "../definition/parameters.ts";
import type { PlanOptions as DefinitionOptions } from "../definition/plan-options.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { builtinOperations, type OperationCatalog } from "../operation/catalog.ts";
import { compilePlan } from "../plan/compile.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { planCriticalPath } from "../plan/critical-path.ts";
import { planLevels } from "../plan/levels.ts";
import { bindParams, type BindOptions } from "../plan/params.ts";
import { explainLines } from "../report/explain-text.ts";
import { pictureOf } from "../report/graph-picture.ts";
import { graphText, type GraphFormat } from "../report/graph-text.ts";
import { formatLines, PLAIN_STYLE } from "../report/line.ts";
import type { Report } from "../report/report.ts";
import type { Hooks } from "./hooks.ts";
import type { ParamsInput } from "./params-input.ts";
import type { RunHandle } from "./run-handle.ts";
import { RUN_OPTIONS, unknownRunOptions } from "./run-option-names.ts";
import type { RunOptions } from "./run-options.ts";
import { startRun, type BoundPlan } from "./start-run.ts";

export interface PlanOptions<
  Parameters extends ParametersDefinition = ParametersDefinition,
> extends DefinitionOptions<Parameters> {
  /** Hosts the plan runs on unless a run names others. Default: this machine. Not closed by runs. */
  readonly fleet?: Fleet;
  readonly hooks?: Hooks;
  /** Operations the plan may use. Default: the built-in ones. */
  readonly catalog?: OperationCatalog;
}

/** The tasks that decide how long a plan takes at least, and for how long. */
export interface CriticalPathSummary {
  readonly path: readonly string[];
  readonly lengthMs: number;
}

/** What `try` methods answer instead of throwing. */
export type PlanResult<T> = Result<T, readonly CodedError[]>;

/**
 * A plan: tasks in an order, described once and run anywhere.
 *
 * The vocabulary for writing it is that of {@link PlanBuilder}. Methods that need a valid plan throw one `DroverError` with
 * every problem; their `try` forms answer them instead. A plan may be run any number of times, also at the same time: each
 * run works on an immutable compiled copy.
 *
 * @example
 * const plan = new Plan("hello");
 * const motd = plan.task("motd", ops.file.deploy({ path: "/tmp/motd", content: "Hello\n" }), { target: "_any" });
 * plan.taskFunc("tell", ({ results }) => ({ changed: results.changed(motd) })).dependsOn(motd);
 * const report = await plan.run();
 * console.log(report.summary());
 */
export class Plan<const Parameters extends ParametersDefinition = NoParameters> extends PlanBuilder<Parameters> {
  readonly #fleet: Fleet | undefined;
  readonly #hooks: Hooks | undefined;
  readonly #catalog: OperationCatalog;

  constructor(name: string, options: PlanOptions<Parameters> = {}) {
    const { fleet, hooks, catalog = builtinOperations(), ...described } = options;
    super(name, described);
    this.#fleet = fleet;
    this.#hooks = hooks;
    this.#catalog = catalog;
  }

  /** The hosts the plan brings along; absent when runs use those of the caller or this machine. */
  get fleet(): Fleet | undefined {
    return this.#fleet;
  }

  /** The plan as it stands now, checked and immutable; with `params`, groups over parameters are expanded. */
  tryCompile(params?: JsonObject): PlanResult<CompiledPlan> {
    return compilePlan(this.definition(), { catalog: this.#catalog, ...(params === undefined ? {} : { params }) });
  }

  /** Like {@link Plan.tryCompile}. @throws DroverError */
  compile(params?: JsonObject): CompiledPlan {
    return valueOrThrow(this.tryCompile(params));
  }

  /** Checks everything that can be checked before a run. @throws DroverError with every problem */
  validate(): void {
    this.compile();
  }

  /** Identifies what the plan does: equal for equal definitions, in every process. @throws DroverError */
  fingerprint(): string {
    return this.compile().fingerprint();
  }

  /** Names of tasks by level: a task comes one level after the last of its dependencies. @throws DroverError */
  levels(): readonly (readonly string[])[] {
    return planLevels(this.compile()).map((tasks) => tasks.map((task) => task.name));
  }

  /** The plan as text: levels, edges, guards, strategies, time limits and what can be undone. @throws DroverError */
  explain(): string {
    return formatLines(explainLines(this.compile()), PLAIN_STYLE);
  }

  /** A picture of the plan; default format `ascii`. @throws DroverError */
  graph(options: { readonly format?: GraphFormat } = {}): string {
    return graphText(pictureOf(this.compile()), options);
  }

  /** The longest chain of tasks by estimated duration, 1 ms for tasks without estimate. @throws DroverError */
  criticalPath(): CriticalPathSummary {
    const { tasks, lengthMs } = planCriticalPath(this.compile());
    return { path: tasks.map((task) => task.name), lengthMs };
  }

  /**
   * Starts a run and returns at once with a handle: watch it, cancel it, answer its gates.
   * @throws DroverError when the plan, the parameters or a target is wrong; nothing has run then
   */
  start(options: RunOptions<ParamsInput<Parameters>> = {}): RunHandle {
    return valueOrThrow(this.tryStart(options));
  }

  /**
   * Runs the plan to its end. Resolves with the report also when tasks failed: look at `report.ok`. Prints nothing and
   * leaves nothing behind.
   * @throws DroverError when the plan, the parameters or a target is wrong; nothing has run then
   */
  async run(options: RunOptions<ParamsInput<Parameters>> = {}): Promise<Report> {
    return valueOrThrow(this.tryStart(options)).report;
  }

  /**
   * Finds out what a run would change, without changing anything: every operation inspects its hosts. Tasks whose effect
   * depends on what only a run can know are marked conditional.
   * @throws DroverError like {@link Plan.run}
   */
  async dryRun(options: RunOptions<ParamsInput<Parameters>> = {}): Promise<Report> {
    return valueOrThrow(this.tryStart(options, { isDryRun: true })).report;
  }

  /** Like {@link Plan.start} and, with `isDryRun`, {@link Plan.dryRun}; answers what is wrong instead of throwing it. */
  tryStart(options: RunOptions<ParamsInput<Parameters>> = {}, choice: StartChoice = {}): PlanResult<RunHandle> {
    const { isDryRun = false } = choice;
    const unknown = unknownRunOptions(options, RUN_OPTIONS);
    const bound = this.tryBind(options.params ?? {}, choice);
    if (unknown.length > 0) return err([...unknown, ...(bound.ok ? [] : bound.error)]);
    return bound.ok ? startRun({ ...bound.value, isDryRun }, options) : bound;
  }

  /** The plan with its parameters checked and filled in, ready to run; or everything that is wrong with either. */
  tryBind(given: unknown, choice: StartChoice = {}): PlanResult<BoundPlan> {
    const unbound = this.tryCompile();
    if (!unbound.ok) return unbound;
    const { readsText = false, adjust = (compiled: CompiledPlan) => compiled } = choice;
    const params = bindParams(unbound.value.parameters, given, { readsText });
    if (!params.ok) return params;
    const plan = unbound.value.parameters === undefined ? unbound : this.tryCompile(params.value);
    if (!plan.ok) return plan;
    return ok({ plan: adjust(plan.value), params: params.value, hooks: this.#hooks, fleet: this.#fleet });
  }
}

/** What a caller decides besides the options of a run. */
export interface StartChoice extends BindOptions {
  /** Inspect only. Default false. */
  readonly isDryRun?: boolean;
  /** Has the last word on what is run, such as a part of the plan. */
  readonly adjust?: (plan: CompiledPlan) => CompiledPlan;
}

function valueOrThrow<T>(result: PlanResult<T>): T {
  if (result.ok) return result.value;
  throw new DroverError(result.error);
}
