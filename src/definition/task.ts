import type { DurationInput } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import type { FactsPredicate } from "../operation/predicates.ts";
import type { BatchSizeDefinition, TimeoutsDefinition } from "./definition.ts";
import { type BackoffDefinition, continueRun, type ErrorStrategyDefinition, retry } from "./error-strategy.ts";
import type { BuiltinGuardKind } from "./guard.ts";
import type { taskData, TaskReference, ValueContext } from "./task-context.ts";
import {
  type Dependency,
  type DependencyOptions,
  invalidOption,
  isList,
  isObject,
  mergedStrategy,
  nameOfDependency,
  pathOfTask,
  TASK_OPTION_NAMES,
  type TaskOptions,
  undoBody,
  type UndoInput,
} from "./task-input.ts";
import { copySettings } from "./task-settings.ts";
import { TaskDraft } from "./task-draft.ts";

/**
 * A task of a plan in the making. Every method changes the task and returns it, so calls chain. No method throws on a bad
 * value: all of them are reported together when the plan is compiled.
 *
 * `Data` is the type of the data the task returns, `Params` that of the plan's parameters.
 */
export class Task<Data = unknown, Params = JsonObject> extends TaskDraft implements TaskReference<Data> {
  declare readonly [taskData]?: Data;

  /** Waits for tasks. Adds to what was said before. A name may be that of a task added later. */
  dependsOn(dependency: Dependency, options: DependencyOptions): this;
  dependsOn(...dependencies: readonly Dependency[]): this;
  dependsOn(...given: readonly (Dependency | DependencyOptions)[]): this {
    return this.need(given);
  }

  /** The same as {@link dependsOn}. */
  after(dependency: Dependency, options: DependencyOptions): this;
  after(...dependencies: readonly Dependency[]): this;
  after(...given: readonly (Dependency | DependencyOptions)[]): this {
    return this.need(given);
  }

  /** Lets tasks go first when there is a choice; never waits for them. */
  prefer(...tasks: readonly Dependency[]): this {
    this.more.prefer.push(...tasks);
    return this;
  }

  /** Runs only when some dependency changed something. */
  onlyIfChanged(): this {
    return this.#guard("onlyIfChanged");
  }

  /** Runs only when every dependency changed something. */
  onlyIfAllChanged(): this {
    return this.#guard("onlyIfAllChanged");
  }

  /** Runs only when some dependency failed; dependencies without a condition are waited for however they end. */
  onlyIfFailed(): this {
    return this.#guard("onlyIfFailed");
  }

  /** Runs only when some host of some dependency failed; dependencies as with {@link onlyIfFailed}. */
  onlyIfAnyHostFailed(): this {
    return this.#guard("onlyIfAnyHostFailed");
  }

  /** Runs only when every host of every dependency failed; dependencies as with {@link onlyIfFailed}. */
  onlyIfAllHostsFailed(): this {
    return this.#guard("onlyIfAllHostsFailed");
  }

  /** Runs only when some host of some dependency was skipped. */
  onlyIfAnyHostSkipped(): this {
    return this.#guard("onlyIfAnyHostSkipped");
  }

  /** Runs only when some host of some dependency changed. */
  onlyIfAnyHostChanged(): this {
    return this.#guard("onlyIfAnyHostChanged");
  }

  /** Runs only when every host of every dependency changed. */
  onlyIfAllHostsChanged(): this {
    return this.#guard("onlyIfAllHostsChanged");
  }

  /** Runs only when `guard` answers true; a guard that throws fails the task. `reason` is shown when it is skipped. */
  when(guard: (context: ValueContext<Params>) => boolean | Promise<boolean>, reason?: string): this {
    this.more.guards.push({ kind: "when", evaluate: guard, ...(reason === undefined ? {} : { reason }) });
    return this;
  }

  /** The same as {@link when} with a reason. */
  whenWithReason(guard: (context: ValueContext<Params>) => boolean | Promise<boolean>, reason: string): this {
    return this.when(guard, reason);
  }

  /**
   * Runs only when the facts of at least one host of the target satisfy `predicate`; with `task`, of at least one agent in
   * the list which that task returned.
   */
  whenFact(predicate: FactsPredicate, reason?: string): this;
  whenFact(task: Dependency, predicate: FactsPredicate, reason?: string): this;
  whenFact(first: FactsPredicate | Dependency, second?: FactsPredicate | string, third?: string): this {
    const [task, evaluate, reason] =
      typeof first === "function" ? [undefined, first, second] : [nameOfDependency(first), second, third];
    if (typeof evaluate !== "function") return this.reject(invalidOption(this.name, "whenFact", "a function"));
    this.more.guards.push({
      kind: "whenFact",
      evaluate,
      ...(task === undefined ? {} : { task }),
      ...(typeof reason === "string" ? { reason } : {}),
    });
    return this;
  }

  /** What happens when it fails. Replaces only the half that `strategy` speaks of. */
  onError(strategy: ErrorStrategyDefinition): this {
    if (!isObject(strategy)) return this.reject(invalidOption(this.name, "onError", "an error strategy"));
    const settings = this.settings;
    settings.onError = mergedStrategy(settings.onError, strategy);
    return this;
  }

  /** Tries `times` more after a failure; composes with {@link continueOnError} and {@link onError}. */
  retry(times: number, backoff?: DurationInput | BackoffDefinition): this {
    return this.onError(retry(times, backoff));
  }

  /** A failure skips what depends on it; everything else goes on. */
  continueOnError(): this {
    return this.onError(continueRun);
  }

  /** Time of one attempt. */
  timeout(attempt: DurationInput): this {
    return this.timeouts({ attempt });
  }

  /** Replaces only the times that are given. */
  timeouts(timeouts: TimeoutsDefinition): this {
    if (!isObject(timeouts)) return this.reject(invalidOption(this.name, "timeouts", "an object"));
    const settings = this.settings;
    settings.timeouts = { ...settings.timeouts, ...timeouts };
    return this;
  }

  /** How to take the task back when its operation cannot do that itself. */
  undo(undo: UndoInput<Params>): this {
    const body = undoBody(undo);
    if (body === undefined) {
      return this.reject(invalidOption(this.name, "undo", "an operation, a function or a script"));
    }
    this.more.undo = body;
    return this;
  }

  /**
   * Makes it a rollback step: it runs only when the run is rolled back, after everything that can be undone has been, and
   * finds the results of the run. It may depend on rollback steps only, and nothing else on it.
   *
   * @example
   * const restart = plan.task("restart", ops.command.exec({ command: "restart-site" })).onRollback();
   * plan.task("verify", ops.http.request({ url: "http://127.0.0.1/healthz" })).dependsOn(restart).onRollback();
   */
  onRollback(): this {
    this.settings.runsOn = "rollback";
    return this;
  }

  /** Renames the task; whoever depends on it by object follows. */
  named(name: string): this {
    this.rename(name);
    return this;
  }

  /** The same as {@link named}. */
  setName(name: string): this {
    return this.named(name);
  }

  /** What people read instead of the name. */
  title(title: string): this {
    this.settings.title = title;
    return this;
  }

  /** Which hosts: `_any`, `_all`, a host, a label `key:value`, or `docker:container@host`. */
  target(target: string): this {
    this.settings.target = target;
    return this;
  }

  /** A failure of this task does not make the run failed. */
  tolerate(tolerate = true): this {
    this.settings.tolerate = tolerate;
    return this;
  }

  /** An integer, higher first; default 0. */
  priority(priority: number): this {
    this.settings.priority = priority;
    return this;
  }

  /** Cumulative sizes of the batches of hosts, such as `[1, "10%", "50%"]`. */
  batches(batches: readonly BatchSizeDefinition[]): this {
    this.settings.batches = batches;
    return this;
  }

  /** Hosts that may fail before the task fails, as a number or a percentage. */
  maxFail(maxFail: BatchSizeDefinition): this {
    this.settings.maxFail = maxFail;
    return this;
  }

  /** A target without hosts skips the task instead of being an error. */
  allowEmpty(allowEmpty = true): this {
    this.settings.allowEmpty = allowEmpty;
    return this;
  }

  /** Tasks with one key share a limit, 1 unless the plan says otherwise. */
  concurrencyKey(key: string): this {
    this.settings.concurrencyKey = key;
    return this;
  }

  /** Expected duration. */
  estimate(duration: DurationInput): this {
    this.settings.estimate = duration;
    return this;
  }

  /** Applies settings in their object form; `known` are members that the caller reads itself. */
  configure(given: TaskOptions<Params>, known: readonly string[] = []): this {
    if (!isObject(given)) return this.reject(invalidOption(this.name, "options", "an object"));
    const { dependsOn, undo } = given;
    if (dependsOn !== undefined) this.dependsOn(...(isList(dependsOn) ? dependsOn : [dependsOn]));
    if (undo !== undefined) this.undo(undo);
    const problems = copySettings(given, {
      into: this.settings,
      known: [...TASK_OPTION_NAMES, ...known],
      path: pathOfTask(this.name),
    });
    this.more.problems.push(...problems);
    return this;
  }

  #guard(kind: BuiltinGuardKind): this {
    this.more.guards.push({ kind });
    return this;
  }
}
