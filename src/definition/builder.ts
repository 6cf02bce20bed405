import type { CodedError } from "../base/coded-error.ts";
import type { DurationInput } from "../base/duration.ts";
import type { JsonValue } from "../base/json.ts";
import type { OperationCall } from "../operation/call.ts";
import { defaultTaskName } from "../operation/task-name.ts";
import type { PlanDefinition } from "./definition.ts";
import { GROUP_KEYS_MAX } from "./definition-limits.ts";
import {
  combinations,
  instantOf,
  isDefinable,
  type Definable,
  GroupMaker,
  itemReference,
  ItemsMaker,
  lateKeys,
  type LateList,
  type MatrixItem,
  nestingProblem,
} from "./group-maker.ts";
import type { NoParameters, ParametersDefinition, ParamsOf } from "./parameters.ts";
import { definitionMembers, unknownPlanOptions, type PlanOptions } from "./plan-options.ts";
import { Task } from "./task.ts";
import type { BodySource, DefinitionContext } from "./task-draft.ts";
import type { ApprovalOptions, ForeachOptions, FunctionOptions, OperationInput, ScriptOptions } from "./task-kinds.ts";
import type { GateCondition } from "./task-body.ts";
import type { ItemReference, TaskFunction } from "./task-context.ts";
import { invalidOption, isFunction, isList, isObject, type TargetOrOptions, type TaskOptions } from "./task-input.ts";

/**
 * A plan in the making: the vocabulary of the library without running anything.
 *
 * No method throws on a bad value. What is wrong is collected and reported together, with everything else, by `compilePlan`
 * (or `validate` and `run` of the library's `Plan`). A builder may be compiled again after more was added; what was compiled
 * before does not change.
 *
 * @example
 * const plan = new PlanBuilder("deploy", { params: { port: { type: "integer", default: 80 } } });
 * const config = plan.task("config", ops.file.deploy({ path: "/etc/web.conf", content: "…" }), { target: "role:web" });
 * plan.taskFunc("announce", ({ params, results }) => ({ changed: results.changed(config), data: { port: params.port } }))
 *   .dependsOn(config);
 */
export class PlanBuilder<const Parameters extends ParametersDefinition = NoParameters> {
  readonly name: string;
  readonly #options: PlanOptions<Parameters>;
  readonly #tasks: Task<unknown, ParamsOf<Parameters>>[] = [];
  /** Uses of each generated name. */
  readonly #autoNames = new Map<string, number>();
  readonly #problems: CodedError[] = [];
  #isBeingDefined = false;

  constructor(name: string, options: PlanOptions<Parameters> = {}) {
    this.name = name;
    this.#options = options;
  }

  /** Tasks in plan order. */
  get tasks(): readonly Task<unknown, ParamsOf<Parameters>>[] {
    return this.#tasks;
  }

  /**
   * Adds an operation; a text after it is its target. Without a name it gets one from the operation: `deploy-file`, then `deploy-file-2`, …
   */
  task<Data>(
    name: string,
    call: OperationCall<Data>,
    options?: TargetOrOptions<ParamsOf<Parameters>>,
  ): Task<Data, ParamsOf<Parameters>>;
  task(name: string, input: OperationInput<ParamsOf<Parameters>>): Task<unknown, ParamsOf<Parameters>>;
  task<Data>(
    call: OperationCall<Data>,
    options?: TargetOrOptions<ParamsOf<Parameters>>,
  ): Task<Data, ParamsOf<Parameters>>;
  task(input: OperationInput<ParamsOf<Parameters>>): Task<unknown, ParamsOf<Parameters>>;
  task(
    first: string | OperationInput<ParamsOf<Parameters>>,
    second?: OperationInput<ParamsOf<Parameters>> | TargetOrOptions<ParamsOf<Parameters>>,
    third?: TargetOrOptions<ParamsOf<Parameters>>,
  ): Task<unknown, ParamsOf<Parameters>> {
    const isUnnamed = isObject(first);
    const input = isUnnamed ? first : second;
    const options = isUnnamed ? second : third;
    const { operation, params } = isCall<ParamsOf<Parameters>>(input) ? input : { operation: "", params: undefined };
    const name = isUnnamed ? this.#autoName(defaultTaskName(operation, params)) : first;
    const task = this.#add(name, { kind: "operation", operation, ...(params === undefined ? {} : { params }) });
    task.configure(isObject(input) ? input : {}, ["operation", "params"]);
    if (options === undefined) return task;
    return typeof options === "string" ? task.target(options) : task.configure(options);
  }

  /** Adds a function of this program. What it returns says whether anything changed. */
  taskFunc<Data>(
    name: string,
    run: TaskFunction<ParamsOf<Parameters>, Data>,
    options?: FunctionOptions<ParamsOf<Parameters>>,
  ): Task<Data, ParamsOf<Parameters>> {
    if (options === undefined) return this.#add(name, { kind: "function", run });
    const { registeredName, unknownPolicy } = options ?? {};
    const body = {
      kind: "function" as const,
      run,
      ...(registeredName === undefined ? {} : { registeredName }),
      ...(unknownPolicy === undefined ? {} : { unknownPolicy }),
    };
    return this.#add<Data>(name, body).configure(options, ["registeredName", "unknownPolicy"]);
  }

  /** The same as {@link taskFunc}: every task function gets the results. */
  taskFuncWithResults<Data>(
    name: string,
    run: TaskFunction<ParamsOf<Parameters>, Data>,
    options?: FunctionOptions<ParamsOf<Parameters>>,
  ): Task<Data, ParamsOf<Parameters>> {
    return this.taskFunc(name, run, options);
  }

  /** Adds a text for an interpreter in a fresh process: on the hosts of `target`, or here without one. */
  script(name: string, input: ScriptOptions<ParamsOf<Parameters>>): Task<unknown, ParamsOf<Parameters>> {
    const known = ["interpreter", "script", "args", "env", "cwd", "input", "unknownPolicy"] as const;
    const given: Partial<ScriptOptions<ParamsOf<Parameters>>> = isObject(input) ? input : {};
    const members = Object.fromEntries(
      known.flatMap((member) => (given[member] === undefined ? [] : [[member, given[member]]])),
    );
    return this.#add(name, { script: "", ...members, kind: "script" }).configure(input, known);
  }

  /** Waits until people approve. */
  approval(name: string, options: ApprovalOptions<ParamsOf<Parameters>> = {}): Task<unknown, ParamsOf<Parameters>> {
    const { message, quorum } = isObject(options) ? options : {};
    const gate: GateCondition = {
      kind: "approval",
      ...(message === undefined ? {} : { message }),
      ...(quorum === undefined ? {} : { quorum }),
    };
    return this.#add(name, { kind: "gate", gate }).configure(options, ["message", "quorum"]);
  }

  /** Waits for a time, counted from when the task could start. */
  delay(
    name: string,
    delay: DurationInput,
    options: TaskOptions<ParamsOf<Parameters>> = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    return this.#add(name, { kind: "gate", gate: { kind: "delay", delay } }).configure(options);
  }

  /** Waits until an instant: milliseconds since 1970-01-01 UTC, ISO 8601 text with a zone, or a date. */
  until(
    name: string,
    instant: string | number | { getTime(): number },
    options: TaskOptions<ParamsOf<Parameters>> = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    const at = typeof instant === "object" ? instantOf(instant) : instant;
    return this.#add(name, { kind: "gate", gate: { kind: "until", at } }).configure(options);
  }

  /** Waits for a signal sent to the run, named like the task unless `signal` says otherwise. */
  signal(
    name: string,
    options: TaskOptions<ParamsOf<Parameters>> & { readonly signal?: string } = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    const awaited = isObject(options) ? options.signal : undefined;
    return this.#add(name, { kind: "gate", gate: { kind: "signal", name: awaited ?? name } }).configure(options, [
      "signal",
    ]);
  }

  /** Adds a sub-plan that is one task from outside; its tasks are named `name.child`. */
  group(
    name: string,
    body: ((plan: PlanBuilder<Parameters>) => void) | Definable,
    options: TaskOptions<ParamsOf<Parameters>> = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    if (isFunction(body)) return this.#add(name, new GroupMaker(this.#built(name, body))).configure(options);
    if (isDefinable(body)) return this.#add(name, new GroupMaker(body)).configure(options);
    const task = this.#add(name, new GroupMaker(new PlanBuilder<Parameters>(name)));
    return task.reject(invalidOption(name, "body", "a function or a plan"));
  }

  /**
   * Adds a copy of a sub-plan for each item; tasks are named `name[key].child`.
   *
   * With a list, `build` is called now, once for each item, with that item. With a list that is not known yet (a function
   * of parameters and results called at run time, `{ params }` called when parameters are bound, or `{ from, path }` in the
   * data of another task), it is called once, with a reference that finds the item in the context of a task function.
   */
  foreach<Item>(
    name: string,
    items: readonly Item[],
    build: (item: Item, plan: PlanBuilder<Parameters>) => void,
    options?: ForeachOptions<Item, ParamsOf<Parameters>>,
  ): Task<unknown, ParamsOf<Parameters>>;
  foreach<Item = JsonValue>(
    name: string,
    items: LateList<ParamsOf<Parameters>, Item>,
    build: (item: ItemReference<Item>, plan: PlanBuilder<Parameters>) => void,
    options?: TaskOptions<ParamsOf<Parameters>>,
  ): Task<unknown, ParamsOf<Parameters>>;
  foreach<Item>(
    name: string,
    items: readonly Item[] | LateList<ParamsOf<Parameters>, Item>,
    build: (item: Item | ItemReference<Item>, plan: PlanBuilder<Parameters>) => void,
    options: ForeachOptions<Item, ParamsOf<Parameters>> = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    if (isList(items)) {
      const keyOf = options?.key;
      const built = items.map((value, index) => ({
        key: isFunction(keyOf) ? keyOf(value, index) : undefined,
        value,
        body: this.#built(name, isFunction(build) && ((plan) => build(value, plan))),
      }));
      return this.#add(name, new ItemsMaker(name, built)).configure(options, ["key"]);
    }
    const keys = lateKeys(items);
    const body = this.#built(name, isFunction(build) && ((plan) => build(itemReference<Item>(), plan)));
    const task = this.#add(name, new GroupMaker(body, keys)).configure(options);
    if (keys === undefined)
      return task.reject(invalidOption(name, "items", "a list, a function, { params } or { from }"));
    return keys.kind === "result" && "from" in items ? task.dependsOn(items.from) : task;
  }

  /**
   * Adds a copy of a sub-plan for each combination of values, the last axis changing fastest.
   *
   * @example
   * plan.matrix("test", { os: ["debian", "alpine"], version: [1, 2] }, ({ os }, part) => void part.delay(os, "1s"));
   * // test[debian,1] test[debian,2] test[alpine,1] test[alpine,2]
   */
  matrix<const Axes extends { readonly [axis: string]: readonly JsonValue[] }>(
    name: string,
    axes: Axes,
    build: (item: MatrixItem<Axes>, plan: PlanBuilder<Parameters>) => void,
    options: TaskOptions<ParamsOf<Parameters>> = {},
  ): Task<unknown, ParamsOf<Parameters>> {
    if (!isObject(axes) || !Object.values(axes).every(isList)) {
      return this.#add(name, new ItemsMaker(name, [])).reject(invalidOption(name, "axes", "an object of lists"));
    }
    const combined = combinations<Axes>(axes);
    if (combined === undefined) {
      const wanted = `at most ${GROUP_KEYS_MAX} combinations`;
      return this.#add(name, new ItemsMaker(name, [])).reject(invalidOption(name, "axes", wanted));
    }
    const items = combined.map(({ key, value }) => ({
      key,
      value,
      body: this.#built(name, isFunction(build) && ((plan) => build(value, plan))),
    }));
    return this.#add(name, new ItemsMaker(name, items)).configure(options);
  }

  /** The plan so far as plain data, with the problems found while it was written. */
  definition(): PlanDefinition {
    const context: DefinitionContext = { problems: [], depth: 0 };
    const definition = this.defineInside(context);
    return context.problems.length === 0 ? definition : { ...definition, problems: context.problems };
  }

  /** The plan so far as the body of a group. Use {@link definition} otherwise. */
  defineInside(context: DefinitionContext): PlanDefinition {
    const problem = nestingProblem(this.name, { isInsideItself: this.#isBeingDefined, depth: context.depth });
    if (problem !== undefined) {
      context.problems.push(problem);
      return { name: this.name, tasks: [] };
    }
    this.#isBeingDefined = true;
    try {
      context.problems.push(...unknownPlanOptions(this.#options), ...this.#problems);
      const tasks = this.#tasks.map((task) => task.toDefinition(context));
      return { ...definitionMembers(this.#options), name: this.name, tasks };
    } finally {
      this.#isBeingDefined = false;
    }
  }

  #add<Data>(name: string, body: BodySource): Task<Data, ParamsOf<Parameters>> {
    const task = new Task<Data, ParamsOf<Parameters>>(this, name, body);
    this.#tasks.push(task);
    return task;
  }

  #built(name: string, build: false | ((plan: PlanBuilder<Parameters>) => void)): PlanBuilder<Parameters> {
    const plan = new PlanBuilder<Parameters>(name);
    if (build !== false) build(plan);
    else plan.#problems.push(invalidOption(name, "build", "a function"));
    return plan;
  }

  /** `prefix`, then `prefix-2`, `prefix-3`, … */
  #autoName(prefix: string): string {
    const count = (this.#autoNames.get(prefix) ?? 0) + 1;
    this.#autoNames.set(prefix, count);
    return count === 1 ? prefix : `${prefix}-${count}`;
  }
}

/** Whether an operation is named; its parameters are for the compiler to judge. */
function isCall<Params>(input: unknown): input is OperationInput<Params> {
  return isObject(input) && "operation" in input && typeof input.operation === "string";
}
