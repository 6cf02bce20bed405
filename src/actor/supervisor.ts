/**
 * # Actors and supervision
 *
 * What runs for long in this process, and how it survives its own bugs. Time comes through the `Clock` port; with a fake
 * clock everything here is deterministic.
 *
 * - `actor.ts`: state with a mailbox. One message at a time; `tell` commands, `ask` queries (`protocol.ts`). Actors of a
 *   process share one `TurnQueue`.
 * - `service.ts`: a function that works until it is told to end, as a child.
 * - `supervisor.ts`: keeps children running. Everything that has the four steps of `RunningChild` (`child-spec.ts`) is a child:
 *   actors, services, supervisors, the driver of a run.
 * - `supervisor-options.ts`: strategies and limits. `supervisor-event.ts`: what is told to whoever watches.
 *   `shutdown.ts`: phases of a graceful end, and its report.
 *
 * Inside: `child.ts` holds at most one instance and decides nothing, `restarter.ts` decides what follows from an end,
 * `restart-window.ts` and `failure-rate.ts` count, `stop-children.ts` and `phase.ts` end things in order.
 * Why it is as it is: `docs/adr/0020-supervision.md`.
 */

import { codedError, type CodedError, DroverError } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { NAME_LENGTH_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { Announcer } from "./announcer.ts";
import { Child, STOP_TIMEOUT_MS_DEFAULT } from "./child.ts";
import type { ChildEnd, ChildSpec, ChildStatus, RunningChild } from "./child-spec.ts";
import { Deadline } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import { runPhase, type WorkPhase } from "./phase.ts";
import { Restarter } from "./restarter.ts";
import {
  type ShutdownLimits,
  type ShutdownPhase,
  type ShutdownProblem,
  type ShutdownReport,
  shutdownTimes,
} from "./shutdown.ts";
import { stopChildren } from "./stop-children.ts";
import type { SupervisorOptions } from "./supervisor-options.ts";

/** 1 to 200 characters, none of them a control character, and not only blanks. */
const CHILD_ID = new RegExp(`^(?=.*\\S)[^\\p{Cc}]{1,${NAME_LENGTH_MAX}}$`, "u");

/**
 * Keeps children running: starts them, restarts those that fail, gives up on those that keep failing, and ends them in
 * order. It works from the moment it is made, and is itself a running child, so that supervisors nest. Adding, ending
 * and forgetting a child takes the same time however many there are.
 *
 * @example
 * const runs = new Supervisor({ name: "runs", clock, meltdown: "never", observer: show });
 * const added = runs.startChild({ id: runId, start: () => driveRun(runId) });
 * if (!added.ok) return added;
 * const report = await runs.shutdown();
 */
export class Supervisor implements RunningChild, AsyncDisposable {
  readonly name: string;
  /** Resolves when the supervisor and all children are gone: with a fault, unless somebody asked for it. */
  readonly ended: Promise<ChildEnd>;
  readonly #options: SupervisorOptions;
  readonly #announcer: Announcer;
  readonly #restarter: Restarter;
  readonly #end: (end: ChildEnd) => void;
  readonly #problems: ShutdownProblem[] = [];
  #phase: ShutdownPhase | undefined;
  #isAccepting = true;
  #childrenAdded = 0;
  #stopping: Promise<void> | undefined;
  #shutdown: Promise<ShutdownReport> | undefined;

  constructor(options: SupervisorOptions) {
    const { promise, resolve } = Promise.withResolvers<ChildEnd>();
    this.name = options.name;
    this.ended = promise;
    this.#end = resolve;
    this.#options = options;
    this.#announcer = new Announcer(options.name, options.clock, options.observer);
    this.#restarter = new Restarter(options, this.#announcer, {
      collapse: (error) => this.#collapse(error),
      failedLate: (child, error) => {
        if (this.#phase !== undefined) this.#problems.push({ child: child.id, phase: this.#phase, error });
      },
    });
  }

  /** What observer and judges threw, oldest first, at most 100. */
  get observerErrors(): readonly unknown[] {
    return this.#announcer.errors;
  }

  get childCount(): number {
    return this.#restarter.children.size;
  }

  /** A child, or `undefined` when there is none of this name, or it has ended for good. */
  child(id: string): ChildStatus | undefined {
    return this.#restarter.children.get(id)?.status();
  }

  /** All children in the order in which they were added, also those in quarantine. */
  children(): readonly ChildStatus[] {
    return [...this.#restarter.children.values()].map((child) => child.status());
  }

  /**
   * Adds a child and starts it as soon as those it depends on run. A start that fails is a fault of the child, not an
   * error of this call.
   * @returns `DRV_SUPERVISOR_CHILD_INVALID`, `DRV_SUPERVISOR_CHILD_EXISTS`, `DRV_SUPERVISOR_CHILD_NOT_FOUND` for an unknown
   * dependency, or `DRV_SUPERVISOR_STOPPING`
   */
  startChild(spec: ChildSpec): Result<undefined, CodedError> {
    const { children } = this.#restarter;
    const action = `Cannot start child ${shown(spec.id)} of "${this.name}"`;
    if (typeof spec.id !== "string" || !CHILD_ID.test(spec.id)) {
      return refused(
        "DRV_SUPERVISOR_CHILD_INVALID",
        `${action}: its id is not 1 to ${NAME_LENGTH_MAX} visible characters`,
      );
    }
    if (!this.#isAccepting) return refused("DRV_SUPERVISOR_STOPPING", `${action}: the supervisor is stopping`);
    if (children.has(spec.id)) return refused("DRV_SUPERVISOR_CHILD_EXISTS", `${action}: there is one of that name`);
    const dependencies: Child[] = [];
    for (const id of spec.dependsOn ?? []) {
      const dependency = children.get(id);
      if (dependency === undefined || dependency.isLeaving) {
        return refused("DRV_SUPERVISOR_CHILD_NOT_FOUND", `${action}: it depends on ${shown(id)}, which is not there`);
      }
      dependencies.push(dependency);
    }
    const child = new Child(this.#restarter, spec, { ordinal: this.#childrenAdded++, dependencies });
    children.set(spec.id, child);
    this.#restarter.launch([child]);
    return ADDED;
  }

  /**
   * Stops a child and forgets it, also one in quarantine.
   * @returns `DRV_SUPERVISOR_CHILD_NOT_FOUND`; `DRV_SUPERVISOR_CHILD_NEEDED` when others depend on it; or
   * `DRV_SUPERVISOR_CHILD_STUCK` when it did not stop in time, and may still do something
   */
  async stopChild(id: string): Promise<Result<undefined, CodedError>> {
    const action = `Cannot stop child ${shown(id)} of "${this.name}"`;
    const child = this.#restarter.children.get(id);
    if (child === undefined) return refused("DRV_SUPERVISOR_CHILD_NOT_FOUND", `${action}: it is not there`);
    const [dependant] = child.dependants;
    if (dependant !== undefined) {
      return refused("DRV_SUPERVISOR_CHILD_NEEDED", `${action}: "${dependant.id}" depends on it`);
    }
    return this.#restarter.remove(child);
  }

  /**
   * Starts a child in quarantine again, its restarts forgotten.
   * @returns `DRV_SUPERVISOR_CHILD_NOT_FOUND` when no child of this name is in quarantine
   */
  releaseChild(id: string): Result<undefined, CodedError> {
    const child = this.#restarter.children.get(id);
    if (child?.state !== "quarantined" || child.isLeaving) {
      return refused("DRV_SUPERVISOR_CHILD_NOT_FOUND", `Cannot release ${shown(id)}: it is not in quarantine`);
    }
    child.restarts.clear();
    child.state = "held";
    this.#restarter.launch([child]);
    return ADDED;
  }

  /** From now on no child is added or started again, and the children refuse new work. */
  stopAccepting(): void {
    if (!this.#isAccepting) return;
    this.#isAccepting = false;
    this.#restarter.close();
    for (const child of this.#list().toReversed()) {
      try {
        child.running?.stopAccepting?.();
      } catch (thrown) {
        const { error } = faultOf("DRV_SUPERVISOR_CHILD_FAULTED", thrown, `Child "${child.id}" failed`);
        this.#problems.push({ child: child.id, phase: "stopAccepting", error });
      }
    }
  }

  /** Lets all children finish what they accepted. Rejects with the errors of those that could not. */
  drain(signal: AbortSignal): Promise<void> {
    return this.#work("drain", signal);
  }

  /** Lets all children keep what must not be lost. Rejects with the errors of those that could not. */
  checkpoint(signal: AbortSignal): Promise<void> {
    return this.#work("checkpoint", signal);
  }

  /** Stops all children in reverse order and ends. Asking again, also during a shutdown, waits for the same end. */
  async stop(): Promise<void> {
    if (this.#shutdown === undefined) await this.#stopAll(undefined, stopBudgetMs);
    else await this.#shutdown;
  }

  /**
   * Ends gracefully: no new work, finish accepted work, keep checkpoints, stop. Never rejects; what does not work in time
   * is in the report. Asking again changes nothing and waits for the same end.
   */
  shutdown(limits: ShutdownLimits = {}): Promise<ShutdownReport> {
    this.#shutdown ??= this.#shutDown(shutdownTimes(limits));
    return this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #list(): readonly Child[] {
    return [...this.#restarter.children.values()];
  }

  async #work(phase: WorkPhase, signal: AbortSignal): Promise<void> {
    const problems = await runPhase(this.#list(), phase, signal);
    if (problems.length > 0) throw new DroverError(problems.map(({ error }) => error));
  }

  #collapse(error: CodedError): void {
    void this.#stopAll(error, stopBudgetMs);
  }

  #stopAll(error: CodedError | undefined, budgetMs: (child: Child) => number): Promise<void> {
    this.#stopping ??= this.#stopNow(error, budgetMs);
    return this.#stopping;
  }

  async #stopNow(error: CodedError | undefined, budgetMs: (child: Child) => number): Promise<void> {
    this.stopAccepting();
    await stopChildren(this.#list(), {
      budgetMs,
      stopped: (child, problem, isFirst) => {
        if (isFirst) this.#restarter.tellStopped(child, problem);
        if (problem !== undefined) this.#problems.push({ child: child.id, phase: "stop", error: problem });
      },
    });
    this.#restarter.children.clear();
    this.#announcer.tell({ type: "ended", error });
    this.#end(error === undefined ? undefined : { kind: "faulted", error });
  }

  async #shutDown({ totalMs, checkpointMs, drainMs }: Required<ShutdownLimits>): Promise<ShutdownReport> {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const passedMs = (): number => clock.monotonicMs() - startedMs;
    const children = this.childCount;
    if (this.#stopping === undefined) {
      this.#enter("stopAccepting");
      this.stopAccepting();
      await this.#timedPhase("drain", drainMs);
      await this.#timedPhase("checkpoint", checkpointMs - passedMs());
      this.#enter("stop");
    }
    await this.#stopAll(undefined, (child) => Math.min(stopBudgetMs(child), totalMs - passedMs()));
    const stuck = this.#problems.filter(({ phase, error }) => phase === "stop" && error.code === STUCK);
    return { durationMs: passedMs(), children, problems: this.#problems, abandoned: stuck.map(({ child }) => child) };
  }

  async #timedPhase(phase: WorkPhase, delayMs: number): Promise<void> {
    this.#enter(phase);
    const error = codedError("DRV_SUPERVISOR_PHASE_LATE", `The time for the phase ${phase} of "${this.name}" is up`);
    using deadline = new Deadline(this.#options.clock, delayMs, error);
    this.#problems.push(...(await runPhase(this.#list(), phase, deadline.signal)));
  }

  #enter(phase: ShutdownPhase): void {
    this.#phase = phase;
    this.#announcer.tell({ type: "phase", phase });
  }
}

const ADDED: Result<undefined, CodedError> = ok(undefined);
const STUCK: ErrorCode = "DRV_SUPERVISOR_CHILD_STUCK";

function stopBudgetMs({ spec }: Child): number {
  return spec.stopTimeoutMs ?? STOP_TIMEOUT_MS_DEFAULT;
}

function refused(code: ErrorCode, message: string): Result<undefined, CodedError> {
  return err(codedError(code, message));
}

/** Names come from outside: short, on one line. */
function shown(id: unknown): string {
  return typeof id === "string" ? JSON.stringify(id.slice(0, NAME_LENGTH_MAX)) : typeof id;
}
