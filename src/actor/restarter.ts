import { unreachable } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Announcer } from "./announcer.ts";
import { type Child, type ChildOwner, type Cohort, STOP_TIMEOUT_MS_DEFAULT } from "./child.ts";
import type { FaultVerdict } from "./child-spec.ts";
import { FailureRate } from "./failure-rate.ts";
import type { Fault } from "./fault.ts";
import { backOffMs } from "./restart-window.ts";
import { stopChildren } from "./stop-children.ts";
import {
  BACK_OFF_DEFAULT,
  MELTDOWN_LIMIT_DEFAULT,
  RESTART_LIMIT_DEFAULT,
  type RestartLimit,
  type SupervisorOptions,
} from "./supervisor-options.ts";

/** What a supervisor does when its restarter cannot go on. */
export interface RestarterEvents {
  /** Everything has to stop because of `error`. */
  readonly collapse: (error: CodedError) => void;
  /** A child failed after {@link Restarter.close}. */
  readonly failedLate: (child: Child, error: CodedError) => void;
}

/** Holds the children of a supervisor, starts them, and decides what follows from their ends. */
export class Restarter implements ChildOwner {
  readonly children = new Map<string, Child>();
  readonly clock: Clock;
  readonly restartLimit: RestartLimit;
  readonly #options: SupervisorOptions;
  readonly #announcer: Announcer;
  readonly #events: RestarterEvents;
  readonly #failures: FailureRate | undefined;
  readonly #cohorts = new Set<Cohort>();
  /** Children that are to be started next, so that long chains of dependants do not nest. */
  #launching: Child[] | undefined;
  #isClosed = false;

  constructor(options: SupervisorOptions, announcer: Announcer, events: RestarterEvents) {
    const { meltdown = MELTDOWN_LIMIT_DEFAULT } = options;
    this.clock = options.clock;
    this.restartLimit = options.restartLimit ?? RESTART_LIMIT_DEFAULT;
    this.#options = options;
    this.#announcer = announcer;
    this.#events = events;
    this.#failures = meltdown === "never" ? undefined : new FailureRate(meltdown);
  }

  /** From now on nothing is started. */
  close(): void {
    this.#isClosed = true;
    for (const cohort of this.#cohorts) cohort.timer?.[Symbol.dispose]();
    this.#cohorts.clear();
  }

  /** Starts these children in this order, each as soon as those it depends on run. */
  launch(children: Iterable<Child>): void {
    if (this.#launching !== undefined) {
      for (const child of children) this.#launching.push(child);
      return;
    }
    this.#launching = [...children];
    try {
      // The list grows while it is walked.
      for (const child of this.#launching) this.#startOrHold(child);
    } finally {
      this.#launching = undefined;
    }
  }

  #startOrHold(child: Child): void {
    if (this.#isClosed || child.isLeaving || child.hasInstance || child.cohort !== undefined) return;
    if (child.state === "quarantined") return;
    for (const dependency of child.dependencies) {
      if (dependency.state === "running") continue;
      const message = `Cannot start "${child.id}": "${dependency.id}", which it depends on, is ${dependency.state}`;
      child.state = "held";
      child.reason = codedError("DRV_SUPERVISOR_DEPENDENCY_DOWN", message);
      this.#announcer.tell({ type: "held", child: child.id, error: child.reason });
      return;
    }
    child.start();
  }

  running(child: Child): void {
    const { id, starts } = child;
    this.#announcer.tell(
      starts === 1 ? { type: "started", child: id } : { type: "restarted", child: id, starts: child.starts },
    );
    this.#launchHeld(child.dependants);
  }

  #launchHeld(dependants: Iterable<Child>): void {
    this.launch([...dependants].filter(({ state }) => state === "held"));
  }

  ended(child: Child, fault: Fault | undefined): void {
    if (fault === undefined) this.#exited(child);
    else this.#failed(child, fault);
  }

  #exited(child: Child): void {
    this.#announcer.tell({ type: "exited", child: child.id });
    if (this.#isClosed || child.spec.restart !== "permanent") this.forget(child);
    else if (child.cohort !== undefined) child.state = "waiting";
    // Not counted: it did not fail. It waits all the same, or a child that ends at once would keep the process busy.
    else this.#restart(child, { delayMs: (this.#options.backOff ?? BACK_OFF_DEFAULT).firstMs, reason: undefined });
  }

  #failed(child: Child, fault: Fault): void {
    this.#announcer.tell({ type: "faulted", child: child.id, ...fault });
    if (this.#isClosed) {
      this.forget(child);
      this.#events.failedLate(child, fault.error);
      return;
    }
    const verdict = this.#judge(child, fault.error);
    if (verdict === "fatal") this.#events.collapse(fault.error);
    else if (verdict === "restart" && this.#meltsDown(fault.error)) return;
    else if (child.spec.restart === "temporary") this.forget(child);
    else if (child.cohort !== undefined) child.state = "waiting";
    else if (verdict === "giveUp") this.#giveUp(child, fault.error);
    else this.#restartAfter(child, fault.error);
  }

  #judge(child: Child, error: CodedError): FaultVerdict {
    const judge = child.spec.judge ?? this.#options.judge;
    if (judge === undefined) return "restart";
    try {
      return judge(error);
    } catch (thrown) {
      this.#announcer.keep(thrown);
      return "restart";
    }
  }

  /** Counts a failure. @returns whether it was one too many */
  #meltsDown(error: CodedError): boolean {
    if (this.#failures === undefined) return false;
    const level = this.#failures.add(this.clock.monotonicMs());
    if (level === "calm") return false;
    const { windowMs } = this.#failures;
    this.#announcer.tell({ type: level, failures: this.#failures.count, windowMs });
    if (level === "warning") return false;
    const message = `Supervisor "${this.#options.name}" stopped: ${this.#failures.count} failures within ${windowMs} ms`;
    this.#events.collapse(codedError("DRV_SUPERVISOR_MELTDOWN", message, { cause: error }));
    return true;
  }

  #restartAfter(child: Child, error: CodedError): void {
    const before = child.restarts.take(this.clock.monotonicMs());
    if (before >= 0) {
      this.#restart(child, { delayMs: backOffMs(this.#options.backOff ?? BACK_OFF_DEFAULT, before), reason: error });
      return;
    }
    const { restarts, windowMs } = this.restartLimit;
    const message = `Child "${child.id}" was given up: it failed again after ${restarts} restarts within ${windowMs} ms`;
    this.#giveUp(child, codedError("DRV_SUPERVISOR_RESTART_LIMIT", message, { cause: error }));
  }

  #giveUp(child: Child, error: CodedError): void {
    if (child.spec.whenExhausted !== "escalate") {
      this.#quarantine(child, error);
      return;
    }
    this.#announcer.tell({ type: "escalated", child: child.id, error });
    const message = `Supervisor "${this.#options.name}" stopped: its child "${child.id}" cannot be kept running`;
    this.#events.collapse(codedError("DRV_SUPERVISOR_ESCALATED", message, { cause: error }));
  }

  #quarantine(child: Child, error: CodedError): void {
    this.claim(child, undefined);
    child.state = "quarantined";
    child.reason = error;
    this.#announcer.tell({ type: "quarantined", child: child.id, error });
    if (this.#options.strategy !== "restForOne") return;
    const dependants = this.#dependantsOf(child);
    for (const dependant of dependants) this.claim(dependant, undefined);
    void this.#stopTogether(dependants).then(() => this.launch(dependants));
  }

  /** Stops what has to start again together, waits, and starts it. */
  #restart(child: Child, after: { readonly delayMs: number; readonly reason: CodedError | undefined }): void {
    const siblings = this.#siblingsOf(child);
    const members = [child, ...siblings].toSorted((left, right) => left.ordinal - right.ordinal);
    const cohort: Cohort = { members: new Set(members), timer: undefined };
    this.#cohorts.add(cohort);
    for (const member of members) this.claim(member, cohort);
    child.state = "waiting";
    child.reason = after.reason;
    const { delayMs } = after;
    this.#announcer.tell({ type: "restarting", child: child.id, delayMs, together: siblings.map(({ id }) => id) });
    if (siblings.length === 0) this.#arm(cohort, delayMs);
    else void this.#stopTogether(siblings).then(() => this.#arm(cohort, delayMs));
  }

  #siblingsOf(child: Child): readonly Child[] {
    const { strategy = "oneForOne" } = this.#options;
    switch (strategy) {
      case "oneForOne":
        return [];
      case "oneForAll":
        return [...this.children.values()].filter((other) => other !== child && canRestart(other));
      case "restForOne":
        return this.#dependantsOf(child);
      default:
        return unreachable(strategy);
    }
  }

  /** Those that depend on a child, directly or through others, in the order in which they were added. */
  #dependantsOf(child: Child): readonly Child[] {
    const found = new Set<Child>(child.dependants);
    for (const one of found) for (const dependant of one.dependants) found.add(dependant);
    return [...found].filter(canRestart).toSorted((left, right) => left.ordinal - right.ordinal);
  }

  async #stopTogether(children: readonly Child[]): Promise<void> {
    await stopChildren(children, {
      budgetMs: ({ spec }) => spec.stopTimeoutMs ?? STOP_TIMEOUT_MS_DEFAULT,
      stopped: (child, error, isFirst) => {
        if (!isFirst) return;
        this.tellStopped(child, error);
        if (this.#isClosed || child.isLeaving) return;
        // Two instances at a time are worse than none.
        if (error !== undefined) this.#quarantine(child, error);
        else if (child.spec.restart === "temporary") this.forget(child);
        else child.state = "waiting";
      },
    });
  }

  tellStopped({ id }: Child, error: CodedError | undefined): void {
    this.#announcer.tell(
      error === undefined ? { type: "stopped", child: id } : { type: "abandoned", child: id, error },
    );
  }

  #arm(cohort: Cohort, delayMs: number): void {
    if (!this.#cohorts.has(cohort)) return;
    cohort.timer = this.clock.setTimer(delayMs, () => {
      const members = [...cohort.members];
      for (const member of members) this.claim(member, undefined);
      this.launch(members);
    });
  }

  /** Takes a child into a cohort, out of the one in which it is. */
  claim(child: Child, cohort: Cohort | undefined): void {
    const previous = child.cohort;
    child.cohort = cohort;
    if (previous === undefined || previous === cohort) return;
    previous.members.delete(child);
    if (previous.members.size > 0) return;
    previous.timer?.[Symbol.dispose]();
    this.#cohorts.delete(previous);
  }

  /** Stops a child and forgets it; one that does not stop in time stays in quarantine, so that it cannot run twice. */
  async remove(child: Child): Promise<Result<undefined, CodedError>> {
    child.isLeaving = true;
    this.claim(child, undefined);
    const isFirst = !child.isStopping;
    const error = await child.stop(child.spec.stopTimeoutMs ?? STOP_TIMEOUT_MS_DEFAULT);
    if (isFirst) this.tellStopped(child, error);
    if (error === undefined || this.#isClosed) this.forget(child);
    else if (child.state !== "quarantined") {
      child.isLeaving = false;
      this.#quarantine(child, error);
    }
    return error === undefined ? ok(undefined) : err(error);
  }

  /** Lets go of a child that has no instance any more. */
  forget(child: Child): void {
    child.isLeaving = true;
    this.claim(child, undefined);
    if (this.children.get(child.id) === child) this.children.delete(child.id);
    const dependants = [...child.dependants];
    child.detach();
    this.#launchHeld(dependants);
  }
}

function canRestart({ state, isLeaving }: Child): boolean {
  return state !== "quarantined" && !isLeaving;
}
