import type { Clock } from "../base/clock.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import type { ChildEnd, ChildSpec, ChildState, ChildStatus, RunningChild } from "./child-spec.ts";
import { Deadline } from "./deadline.ts";
import { type Fault, faultOf } from "./fault.ts";
import { RestartWindow } from "./restart-window.ts";
import type { RestartLimit } from "./supervisor-options.ts";

/** Milliseconds a child has for stopping when its spec says nothing. */
export const STOP_TIMEOUT_MS_DEFAULT = 5_000;

/** Who hears what becomes of a child that nobody asked to stop. */
export interface ChildOwner {
  readonly clock: Clock;
  readonly restartLimit: RestartLimit;
  running(child: Child): void;
  ended(child: Child, fault: Fault | undefined): void;
}

/** Children that start again together. */
export interface Cohort {
  readonly members: Set<Child>;
  timer: Disposable | undefined;
}

interface Instance {
  readonly controller: AbortController;
  starting: Promise<void> | undefined;
  running: RunningChild | undefined;
  stopping: Promise<CodedError | undefined> | undefined;
}

/** A supervised child: what is known of it, and at most one instance. Decides nothing. */
export class Child {
  readonly spec: ChildSpec;
  /** Place in the order in which children were added. */
  readonly ordinal: number;
  readonly dependencies: Set<Child>;
  readonly dependants = new Set<Child>();
  readonly restarts: RestartWindow;
  state: ChildState = "held";
  reason: CodedError | undefined;
  starts = 0;
  /** The children it waits with for a new start. */
  cohort: Cohort | undefined;
  /** It is being removed, or it is gone. */
  isLeaving = false;
  readonly #owner: ChildOwner;
  #instance: Instance | undefined;

  constructor(owner: ChildOwner, spec: ChildSpec, place: { ordinal: number; dependencies: readonly Child[] }) {
    this.#owner = owner;
    this.spec = spec;
    this.ordinal = place.ordinal;
    this.dependencies = new Set(place.dependencies);
    this.restarts = new RestartWindow(owner.restartLimit);
    for (const dependency of this.dependencies) dependency.dependants.add(this);
  }

  get id(): string {
    return this.spec.id;
  }

  get hasInstance(): boolean {
    return this.#instance !== undefined;
  }

  get isStopping(): boolean {
    return this.#instance?.stopping !== undefined;
  }

  /** The instance, when it runs and nobody asked it to stop. */
  get running(): RunningChild | undefined {
    return this.state === "running" ? this.#instance?.running : undefined;
  }

  status(): ChildStatus {
    const { id, state, reason, starts } = this;
    return { id, state, reason, recentRestarts: this.restarts.count(this.#owner.clock.monotonicMs()), starts };
  }

  /** Takes it out of the order of its siblings. */
  detach(): void {
    for (const dependency of this.dependencies) dependency.dependants.delete(this);
    for (const dependant of this.dependants) dependant.dependencies.delete(this);
    this.dependencies.clear();
    this.dependants.clear();
  }

  start(): void {
    const instance: Instance = {
      controller: new AbortController(),
      starting: undefined,
      running: undefined,
      stopping: undefined,
    };
    this.#instance = instance;
    this.state = "starting";
    this.reason = undefined;
    const starts = this.starts++;
    try {
      const started = this.spec.start({ signal: instance.controller.signal, starts });
      if (!(started instanceof Promise)) {
        this.#started(instance, started);
        return;
      }
      instance.starting = started
        .then((running) => this.#started(instance, running))
        .catch((thrown: unknown) => this.#ended(instance, this.#faultOf(thrown)));
    } catch (thrown) {
      this.#ended(instance, this.#faultOf(thrown));
    }
  }

  /**
   * Ends the instance, if there is one. Asking again waits for the same end.
   * @returns what is wrong when it did not stop in time; it is abandoned then
   */
  stop(budgetMs: number): Promise<CodedError | undefined> {
    const instance = this.#instance;
    if (instance === undefined) return STOPPED;
    if (instance.stopping !== undefined) return instance.stopping;
    const { promise, resolve } = Promise.withResolvers<CodedError | undefined>();
    instance.stopping = promise;
    this.state = "stopping";
    void this.#stop(instance, budgetMs).then((error) => {
      instance.controller.abort();
      if (this.#instance === instance) this.#instance = undefined;
      resolve(error);
    });
    return promise;
  }

  async #stop(instance: Instance, budgetMs: number): Promise<CodedError | undefined> {
    using deadline = new Deadline(this.#owner.clock, budgetMs, stuckError(this.id, budgetMs));
    try {
      if (instance.running === undefined) instance.controller.abort();
      if (instance.starting !== undefined && !(await deadline.isMetBy(instance.starting))) return deadline.error;
      const { running } = instance;
      if (running === undefined) return undefined;
      const stopped = running.stop(deadline.signal);
      if (!(stopped instanceof Promise)) return undefined;
      // Its own end will do as well; how it ended no longer matters.
      const hasEnded = running.ended.then(ignore, ignore);
      return (await deadline.isMetBy(Promise.race([stopped, hasEnded]))) ? undefined : deadline.error;
    } catch (thrown) {
      return codedError("DRV_SUPERVISOR_CHILD_STUCK", `Cannot stop "${this.id}": stopping it failed`, {
        cause: this.#faultOf(thrown).error,
      });
    }
  }

  #started(instance: Instance, running: RunningChild): void {
    instance.running = running;
    running.ended.then(
      (end) => this.#ended(instance, isFault(end) ? { error: end.error, thrown: end.thrown } : undefined),
      (thrown: unknown) => this.#ended(instance, this.#faultOf(thrown)),
    );
    if (this.#instance !== instance) {
      void this.#dismiss(instance, running);
      return;
    }
    // Whoever asked it to stop meanwhile waits for the start and goes on from there.
    if (instance.stopping !== undefined) return;
    this.state = "running";
    this.#owner.running(this);
  }

  /** A start that came through after it was abandoned: nobody waits for this one any more. */
  async #dismiss({ controller }: Instance, running: RunningChild): Promise<void> {
    try {
      await running.stop(controller.signal);
    } catch {
      // It was reported as abandoned, which it still is.
    }
  }

  #ended(instance: Instance, fault: Fault | undefined): void {
    if (this.#instance !== instance || instance.stopping !== undefined) return;
    this.#instance = undefined;
    instance.controller.abort();
    this.#owner.ended(this, fault);
  }

  #faultOf(thrown: unknown): Fault {
    return faultOf("DRV_SUPERVISOR_CHILD_FAULTED", thrown, `Child "${this.id}" failed`);
  }
}

const STOPPED: Promise<undefined> = Promise.resolve(undefined);

function ignore(): void {}

function isFault(end: ChildEnd | void): end is NonNullable<ChildEnd> {
  return end !== undefined;
}

function stuckError(id: string, budgetMs: number): CodedError {
  return codedError("DRV_SUPERVISOR_CHILD_STUCK", `Cannot stop "${id}": it still runs after ${budgetMs} ms`);
}
