import { must, unreachable } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { fromThrown } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { AttemptResult, Command } from "../engine/commands.ts";
import type { CancelAttemptEffect, DispatchEffect, Effect, EvaluateEffect, UndoEffect } from "../engine/effects.ts";
import type { RunView } from "../engine/run-view.ts";
import { attemptTokenOf } from "../engine/token.ts";
import type { RunState } from "../engine/run-state.ts";
import { itemOf, nameOf, paramsOf, taskOf, visibleNamed } from "../engine/task-access.ts";
import type { DispatchOptions, Fleet } from "../fleet/fleet.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { CompiledTask, TaskBody } from "../plan/compiled-plan.ts";
import type { Job, JobMode, JobWork } from "../protocol/job.ts";
import { Attempt, keyOf } from "./attempt.ts";
import { inspectedOutcome } from "./dry-run-outcome.ts";
import { evaluateTask, valueOf } from "./evaluate-task.ts";
import { describeThrown, endOfThrown, isThenable } from "./thrown-end.ts";
import { type ComputedWork, computeTemplate, templateOf } from "./file-values.ts";
import { outcomeOfReturned, outcomeOfThrown } from "./function-outcome.ts";
import { LiveFunctionCall } from "./live-function-call.ts";
import { mayHaveStarted } from "./may-have-started.ts";
import { jobOf, tokensOf, workOf } from "./job-of.ts";
import { Placement } from "./placement.ts";
import type { RunObserver } from "./run-observer.ts";
import { keepBeating } from "./sign-of-life.ts";
import type { UserCode, ValueScope } from "./user-code.ts";

export interface PerformerOptions {
  readonly state: RunState;
  readonly view: RunView;
  readonly runId: RunId;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly userCode: UserCode;
  readonly params: JsonObject;
  readonly observe: (call: (observer: RunObserver) => void) => void;
  /** Receives the result of an attempt that is not an undo. */
  readonly finished: (result: AttemptResult) => void;
  readonly command: (command: Command) => void;
  /** Called after `finished` and `command` when they come in on their own. */
  readonly wake: () => void;
}

/**
 * Carries effects out: calls functions of the plan, hands jobs to the fleet, asks attempts to end. Everything that
 * comes back is a command; nothing here touches the state.
 */
export class EffectPerformer {
  readonly #options: PerformerOptions;
  readonly #placement: Placement;
  /** Attempts that did not end at once; unit 0 by task index, other units by text. */
  readonly #running = new Map<number | string, Attempt>();
  #evaluating = 0;
  readonly #settled = (attempt: Attempt, outcome: Outcome): void => this.#answer(attempt, outcome);

  constructor(options: PerformerOptions) {
    this.#options = options;
    this.#placement = new Placement(options.fleet);
  }

  perform(effect: Effect): void {
    switch (effect.type) {
      case "dispatch":
        return this.#dispatch(effect, this.#attemptOf(effect));
      case "evaluate":
        return this.#evaluate(effect);
      case "cancelAttempt":
        return this.#cancel(effect);
      case "undo":
        return this.#undo(effect, this.#attemptOf(effect));
      default:
        unreachable(effect);
    }
  }

  /** Whether nothing it started is still running or being asked. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#evaluating === 0;
  }

  /**
   * Carries out an effect that another process may have begun to carry out. A job goes to the fleet again when that knows
   * tokens it has seen before this process; what may have been started and cannot be asked about is unknown.
   */
  performAgain(effect: Effect): void {
    if (effect.type !== "dispatch" && effect.type !== "undo") return this.perform(effect);
    const attempt = this.#attemptOf(effect);
    attempt.isResent = true;
    if (mayHaveStarted(this.#options, effect)) {
      const reason = "the process that had started it ended before there was a result";
      return attempt.settle({ status: "unknown", reason });
    }
    return effect.type === "dispatch" ? this.#dispatch(effect, attempt) : this.#undo(effect, attempt);
  }

  #attemptOf(effect: DispatchEffect | UndoEffect): Attempt {
    return new Attempt(effect, effect.type === "undo", this.#settled);
  }

  /** Asks what still runs to end, but for jobs of a fleet that remembers tokens: whoever drives the run next asks for them. */
  abandonAll(): void {
    const { isDurable } = this.#options.fleet;
    for (const attempt of this.#running.values()) if (!attempt.isSent || !isDurable) attempt.abort("the run is closed");
    this.#running.clear();
  }

  #dispatch(effect: DispatchEffect, attempt: Attempt): void {
    const { state } = this.#options;
    const task = taskOf(state, effect.task);
    const { body } = task;
    if (body.kind === "function") return this.#callFunction(attempt, task, body.run);
    if (body.kind === "operation" || body.kind === "script") {
      const { host, mode } = effect;
      if (templateOf(body) !== undefined) return this.#sendComputed(attempt, { task, body, host, mode });
      this.#sendJob(attempt, {
        task,
        host: effect.host,
        mode: effect.mode,
        work: workOf(body, paramsOf(state, effect.task)),
      });
    }
  }

  #undo(effect: UndoEffect, attempt: Attempt): void {
    const { state } = this.#options;
    const task = taskOf(state, effect.task);
    if (effect.source === "generated" && task.body.kind === "operation") {
      const undoToken = attemptTokenOf(state, { ...effect, attempt: effect.undoOf });
      const work: JobWork = { kind: "undo", operation: task.body.operation, undoToken };
      return this.#sendJob(attempt, { task, host: effect.host, mode: "apply", work });
    }
    if (task.undo !== undefined) this.#runDeclaredUndo(attempt, task, { body: task.undo, host: effect.host });
  }

  #runDeclaredUndo(
    attempt: Attempt,
    task: CompiledTask,
    undo: { readonly body: TaskBody; readonly host: string | undefined },
  ): void {
    const { body, host } = undo;
    switch (body.kind) {
      case "function":
        return this.#callFunction(attempt, task, body.run);
      case "operation":
      case "script": {
        if (templateOf(body) !== undefined) return this.#sendComputed(attempt, { task, body, host, mode: "apply" });
        this.#running.set(keyOf(attempt), attempt);
        const given = body.kind === "operation" ? body.params : (body.input ?? null);
        valueOf(this.#options.userCode, given, this.#scopeOf(attempt.task, task)).then(
          (value) => this.#sendJob(attempt, { task, host, mode: "apply", work: workOf(body, value) }),
          (thrown: unknown) => this.#settleLater(attempt, outcomeOfThrown(thrown)),
        );
        return;
      }
      case "gate":
      case "group":
        return attempt.settle({
          status: "failed",
          errorClass: "fatal",
          error: fromThrown("DRV_TASK_FUNCTION_FAILED", `a ${body.kind} undoes nothing`, "Cannot undo"),
        });
      default:
        unreachable(body);
    }
  }

  /** Computes the expressions of a file for this host, then sends the job. */
  #sendComputed(attempt: Attempt, { body, ...to }: ComputedWork): void {
    const template = must(templateOf(body), "Only bodies with expressions are computed");
    this.#running.set(keyOf(attempt), attempt);
    const place = { fleet: this.#options.fleet, host: to.host };
    void computeTemplate(template, this.#scopeOf(attempt.task, to.task), place).then((computed) => {
      if (!computed.ok)
        return this.#settleLater(attempt, { status: "failed", errorClass: "fatal", error: computed.error });
      return this.#sendJob(attempt, { ...to, ...computed.value, work: workOf(body, computed.value.value) });
    });
  }

  #callFunction(attempt: Attempt, task: CompiledTask, body: Parameters<UserCode["runTask"]>[0]): void {
    const { userCode } = this.#options;
    let returned: unknown;
    try {
      returned = userCode.runTask(body, new LiveFunctionCall(this.#options, attempt, task));
    } catch (thrown) {
      return attempt.settle(endOfThrown(attempt, thrown));
    }
    if (!isThenable(returned)) return attempt.settle(outcomeOfReturned(returned));
    this.#running.set(keyOf(attempt), attempt);
    returned.then(
      (value) => this.#settleLater(attempt, outcomeOfReturned(value)),
      (thrown: unknown) => this.#settleLater(attempt, endOfThrown(attempt, thrown)),
    );
  }

  #sendJob(
    attempt: Attempt,
    job: {
      readonly task: CompiledTask;
      readonly host: string | undefined;
      readonly mode: JobMode;
      readonly work: JobWork;
      readonly secrets?: readonly string[];
    },
  ): void {
    const { runId, state } = this.#options;
    const { task, mode, work, secrets = [] } = job;
    const host = job.host ?? "";
    attempt.isSent = true;
    this.#running.set(keyOf(attempt), attempt);
    this.#placement.occupy(host);
    const tokens = tokensOf(state, attempt, mode);
    const head = { runId, task: nameOf(state, attempt.task), host, attempt: attempt.attempt, mode, ...tokens };
    const identity = { ...head, killGraceMs: task.policy.killGraceMs };
    const sent = jobOf(secrets.length === 0 ? identity : { ...identity, secrets }, work);
    void this.#carryOut(attempt, sent, task.policy.heartbeatTimeoutMs);
  }

  /** Waits for the fleet; whatever happens is an outcome. */
  async #carryOut(attempt: Attempt, job: Job, heartbeatTimeoutMs: number | undefined): Promise<void> {
    const { fleet, view } = this.#options;
    using _life = heartbeatTimeoutMs === undefined ? undefined : this.#keepAlive(attempt, heartbeatTimeoutMs);
    try {
      const { outcome } = await fleet.dispatch(job, this.#listeners(attempt, job.host));
      this.#settleLater(attempt, job.mode === "inspect" ? inspectedOutcome(outcome, view, attempt.task) : outcome);
    } catch (thrown) {
      this.#settleLater(attempt, { status: "unknown", reason: describeThrown(thrown) });
    } finally {
      this.#placement.release(job.host);
    }
  }

  #listeners(attempt: Attempt, host: string): DispatchOptions {
    const { observe } = this.#options;
    const line = { task: attempt.task, host };
    return {
      signal: attempt.signal,
      onOutput: (stream, text) => observe((to) => to.onOutput?.({ ...line, stream, text })),
      onProgress: (percent, message) =>
        observe((to) => to.onProgress?.({ ...line, percent, ...(message === undefined ? {} : { message }) })),
    };
  }

  #keepAlive({ task, unit }: Attempt, heartbeatTimeoutMs: number): Disposable {
    return keepBeating(this.#options.clock, heartbeatTimeoutMs, () => {
      this.#options.command({ type: "heartbeat", task, unit });
      this.#options.wake();
    });
  }

  #evaluate(effect: EvaluateEffect): void {
    const { state, userCode, fleet } = this.#options;
    const task = taskOf(state, effect.task);
    const scope = this.#scopeOf(effect.task, task);
    this.#evaluating += 1;
    void evaluateTask(effect.needs, { userCode, fleet, scope, place: (target) => this.#placement.choose(target) }).then(
      (evaluation) => {
        this.#evaluating -= 1;
        this.#options.command({ type: "evaluated", task: effect.task, generation: effect.generation, evaluation });
        this.#options.wake();
      },
    );
  }

  #cancel(effect: CancelAttemptEffect): void {
    const attempt = this.#running.get(keyOf(effect));
    if (attempt === undefined || attempt.attempt !== effect.attempt) return;
    attempt.abort(effect.strength === "abort" ? "the attempt is cancelled" : "the attempt is killed");
    // A function cannot be made to stop: it is given up, and whatever it returns later is dropped.
    if (effect.strength === "kill" && taskOf(this.#options.state, effect.task).body.kind === "function") {
      this.#settleLater(attempt, {
        status: "cancelled",
        reason: "the function did not stop when it was asked to and was given up",
      });
    }
  }

  #settleLater(attempt: Attempt, outcome: Outcome): void {
    if (this.#running.get(keyOf(attempt)) === attempt) this.#running.delete(keyOf(attempt));
    attempt.settle(outcome);
    this.#options.wake();
  }

  #answer(attempt: Attempt, outcome: Outcome): void {
    const { task, unit, generation } = attempt;
    const result = { task, unit, attempt: attempt.attempt, generation, outcome };
    if (attempt.isUndo) this.#options.command({ type: "undoFinished", ...result });
    else this.#options.finished(result);
  }

  #scopeOf(index: number, task: CompiledTask): ValueScope {
    const { view, params, state } = this.#options;
    const find = (name: string): number | undefined => visibleNamed(state, index, name) ?? view.indexOf(name);
    const taskAt = (other: number): CompiledTask => taskOf(state, other);
    return { view, params, item: itemOf(state, index), task, index, find, taskAt };
  }
}
