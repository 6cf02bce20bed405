import { assert, must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import { apply } from "../engine/apply.ts";
import type { AttemptResult, Command, Evaluation } from "../engine/commands.ts";
import { createState } from "../engine/create-state.ts";
import { decide } from "../engine/decide.ts";
import { nextDueMs } from "../engine/due-times.ts";
import type { DispatchEffect, Effect, EvaluateEffect, UndoEffect } from "../engine/effects.ts";
import type { RunEvent } from "../engine/events.ts";
import { outstandingEffects } from "../engine/outstanding-effects.ts";
import type { RunState } from "../engine/run-state.ts";
import type { RunView, TaskStatus, TaskView } from "../engine/run-view.ts";
import { stateHash } from "../engine/state-hash.ts";
import { takeEffects } from "../engine/take-effects.ts";
import { nameOf } from "../engine/task-access.ts";
import { viewRun } from "../engine/view.ts";
import type { Failed, Outcome } from "../operation/outcome.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { failedOutcome, type GivenRun, RUN_ID_FIXTURE } from "./given-run.ts";
import { EffectLedger, type EffectOf } from "./effect-ledger.ts";

/** A run that has been started, for a test to play with. */
export function givenRun(plan: CompiledPlan, given: GivenRun = {}): RunSpecification {
  return RunSpecification.given(plan, given);
}

/**
 * A run of the engine in the hands of a test, which plays the whole world: `given` a plan and hosts, `when` attempts end,
 * time passes or people speak, `then` the view, the events and the effects are looked at.
 *
 * On the way it checks all invariants after every event, that the log folds to the state in memory, and that after every
 * prefix of the log the effects taken so far minus the answered ones are the outstanding ones.
 */
export class RunSpecification {
  readonly state: RunState;
  readonly events: RunEvent[] = [];
  readonly view: RunView;
  nowMs: number;
  readonly #shadow: RunState;
  readonly #ledger = new EffectLedger();
  readonly #isReplayed: boolean;

  private constructor(plan: CompiledPlan, given: GivenRun) {
    this.#shadow = createState(plan);
    this.#isReplayed = given.isReplayed ?? true;
    this.state = createState(plan, { invariants: given.isSwept === false ? "events" : "sweep" });
    this.view = viewRun(this.state);
    this.nowMs = given.nowMs ?? 1_000;
  }

  /** A run that has been started. */
  static given(plan: CompiledPlan, given: GivenRun = {}): RunSpecification {
    const run = new RunSpecification(plan, given);
    const hosts = Object.entries(given.hosts ?? {}).map(([target, names]) => ({ target, hosts: names }));
    const params = given.params ?? {};
    return run.when({ type: "start", runId: RUN_ID_FIXTURE, params, hosts, options: given.options ?? {} });
  }

  /** Sends a command, which must be accepted, and lets the engine finish its steps. */
  when(command: Command): this {
    let decision = decide(this.state, command, this.nowMs);
    assert(decision.ok, decision.ok ? "" : `Rejected: ${decision.rejection.code} ${decision.rejection.message}`);
    this.#record(decision.events);
    while (decision.ok && decision.hasMore) {
      decision = decide(this.state, { type: "advance" }, this.nowMs);
      if (decision.ok) this.#record(decision.events);
    }
    return this;
  }

  /** Sends a command that must be rejected without a trace. */
  rejected(command: Command): CodedError {
    const before = stateHash(this.state);
    const decision = decide(this.state, command, this.nowMs);
    assert(!decision.ok, `Command "${command.type}" was accepted`);
    assert(stateHash(this.state) === before, "A rejected command left a trace");
    return decision.rejection;
  }

  /** The running attempt of `place` (`"task"` or `"task@host"`) ends; the only one of the task without a host. */
  ends(place: string, outcome: Outcome): this {
    return this.when({ type: "attemptFinished", ...this.attemptOf(place), outcome });
  }

  changes(place: string, data?: JsonValue): this {
    return this.ends(place, data === undefined ? { status: "changed" } : { status: "changed", data });
  }

  succeeds(place: string, data?: JsonValue): this {
    return this.ends(place, data === undefined ? { status: "unchanged" } : { status: "unchanged", data });
  }

  fails(place: string, options: Partial<Failed> = {}): this {
    return this.ends(place, failedOutcome(options));
  }

  skips(place: string, reason = "not supported"): this {
    return this.ends(place, { status: "skipped", reason });
  }

  isCancelled(place: string): this {
    return this.ends(place, { status: "cancelled", reason: "told to end" });
  }

  isLost(place: string): this {
    return this.ends(place, { status: "unknown", reason: "connection lost" });
  }

  /** User code answers about a task. */
  evaluates(name: string, evaluation: Evaluation = {}): this {
    const task = this.index(name);
    const generation = this.state.tasks.generation[task] ?? 1;
    return this.when({ type: "evaluated", task, generation, evaluation });
  }

  /** The running undo of `place` ends. */
  undoEnds(place: string, outcome: Outcome = { status: "changed" }): this {
    const undo = this.#find("undo", place);
    const { task, unit, attempt, generation } = undo;
    return this.when({ type: "undoFinished", task, unit, attempt, generation, outcome });
  }

  /** Time passes. */
  after(elapsedMs: number): this {
    this.nowMs += elapsedMs;
    return this.when({ type: "tick" });
  }

  /** Time passes until the next thing is due. */
  untilDue(): this {
    const dueMs = must(nextDueMs(this.state), "Something is due");
    this.nowMs = Math.max(this.nowMs, dueMs);
    return this.when({ type: "tick" });
  }

  /** Ends every running attempt, and answers every question, in this way until nothing is left. */
  runsToEnd(answer: (place: string, effect: DispatchEffect) => Outcome = () => ({ status: "unchanged" })): this {
    for (let rounds = 0; rounds < 100_000; rounds++) {
      const [effect] = this.effects.filter(({ type }) => type !== "cancelAttempt");
      if (effect === undefined) return this;
      this.#answer(effect, answer);
    }
    return this;
  }

  #answer(effect: Effect, answer: (place: string, effect: DispatchEffect) => Outcome): void {
    if (effect.type === "evaluate") {
      this.evaluates(this.name(effect.task), { params: {}, host: "any-host", keys: [] });
    } else if (effect.type === "dispatch") {
      const { task, unit, attempt, generation } = effect;
      this.when({
        type: "attemptFinished",
        task,
        unit,
        attempt,
        generation,
        outcome: answer(this.place(effect), effect),
      });
    } else if (effect.type === "undo") {
      this.undoEnds(this.place(effect));
    }
  }

  /** Another state with the same past, made from the log. */
  copy(): RunState {
    const state = RunSpecification.fold(this.state.plan, this.events);
    takeEffects(state);
    return state;
  }

  index(name: string): number {
    return must(this.view.indexOf(name), `Run has no task "${name}"`);
  }

  name(task: number): string {
    return nameOf(this.state, task);
  }

  task(name: string): TaskView {
    return this.view.task(this.index(name));
  }

  status(name: string): TaskStatus {
    return this.view.statusOf(this.index(name));
  }

  reason(name: string): string | undefined {
    return this.task(name).reason;
  }

  /** Status of every task by name. */
  get statuses(): Readonly<Record<string, TaskStatus>> {
    const statuses: Record<string, TaskStatus> = {};
    for (let task = 0; task < this.view.taskCount; task++) statuses[this.name(task)] = this.view.statusOf(task);
    return statuses;
  }

  /** Outstanding effects. */
  get effects(): readonly Effect[] {
    return outstandingEffects(this.state);
  }

  /** Running attempts as `"task"` or `"task@host"`, in the order in which they were started. */
  get running(): readonly string[] {
    return this.#ledger.open("dispatch").map((effect) => this.place(effect));
  }

  /** Running undos, in the order in which they were started. */
  get undoing(): readonly string[] {
    return this.#ledger.open("undo").map((effect) => this.place(effect));
  }

  /** Cancel requests that have not been answered, as `"abort task@host"`. */
  get cancelling(): readonly string[] {
    return this.#ledger.open("cancelAttempt").map((effect) => `${effect.strength} ${this.place(effect)}`);
  }

  /** Tasks whose user code is being asked. */
  get evaluating(): readonly string[] {
    return this.effects.filter((effect) => effect.type === "evaluate").map((effect) => this.name(effect.task));
  }

  needs(name: string): EvaluateEffect["needs"] {
    const task = this.index(name);
    const effect = this.effects.find((one) => one.type === "evaluate" && one.task === task);
    assert(effect?.type === "evaluate", `Task "${name}" is not being evaluated`);
    return effect.needs;
  }

  dispatchOf(place: string): DispatchEffect {
    return this.#find("dispatch", place);
  }

  undoOf(place: string): UndoEffect {
    return this.#find("undo", place);
  }

  attemptOf(place: string): Omit<AttemptResult, "outcome"> {
    const { task, unit, attempt, generation } = this.dispatchOf(place);
    return { task, unit, attempt, generation };
  }

  place(effect: Effect): string {
    const name = this.name(effect.task);
    if (effect.type === "dispatch" || effect.type === "undo")
      return effect.host === undefined ? name : `${name}@${effect.host}`;
    if (effect.type !== "cancelAttempt") return name;
    const fan = this.state.fanOuts.get(effect.task);
    return fan === undefined ? name : `${name}@${this.state.hosts[fan.hosts[effect.unit] ?? -1]}`;
  }

  /** Types of all events so far. */
  get eventTypes(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  /** All events of a type. */
  eventsOf<Type extends RunEvent["type"]>(type: Type): readonly Extract<RunEvent, { readonly type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { readonly type: Type }> => event.type === type);
  }

  /** The state a log folds to. */
  static fold(plan: CompiledPlan, events: readonly RunEvent[]): RunState {
    const state = createState(plan);
    for (const event of events) apply(state, event);
    return state;
  }

  #find<Type extends "dispatch" | "undo">(type: Type, place: string): EffectOf<Type> {
    const found = this.#ledger
      .open(type)
      .filter((effect: Effect) => [this.place(effect), this.name(effect.task)].includes(place));
    assert(found.length === 1, `There are ${found.length} open effects "${type}" for "${place}"`);
    return must(found[0], place);
  }

  /** Replays the events beside the run: after each one the log must fold to the same state and owe the same effects. */
  #record(events: readonly RunEvent[]): void {
    const effects: Effect[] = [];
    for (const event of events) {
      this.events.push(event);
      apply(this.#shadow, event);
      this.#ledger.answer(event);
      for (const effect of takeEffects(this.#shadow)) {
        effects.push(effect);
        this.#ledger.take(effect);
      }
      if (this.#isReplayed) this.#ledger.compare(outstandingEffects(this.#shadow));
    }
    assert(isSame(effects, takeEffects(this.state)), "The effects of the log are not those of the run");
    if (!this.#isReplayed) return;
    assert(stateHash(this.#shadow) === stateHash(this.state), "The log does not fold to the state in memory");
    assert(isSame(outstandingEffects(this.#shadow), outstandingEffects(this.state)), "Outstanding effects differ");
  }
}

function isSame(left: readonly Effect[], right: readonly Effect[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
