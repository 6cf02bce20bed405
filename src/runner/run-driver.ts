import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import { must } from "../base/assert.ts";
import type { RunId } from "../base/ids.ts";
import type { AttemptResult, Command, StartCommand } from "../engine/commands.ts";
import { RESULTS_PER_COMMAND_MAX } from "../engine/commands.ts";
import { decide } from "../engine/decide.ts";
import { nextDueMs } from "../engine/due-times.ts";
import { takeEffects } from "../engine/take-effects.ts";
import type { Effect } from "../engine/effects.ts";
import type { RunEvent } from "../engine/events.ts";
import type { RunView } from "../engine/run-view.ts";
import { createState } from "../engine/create-state.ts";
import type { RunState } from "../engine/run-state.ts";
import { viewRun } from "../engine/view.ts";
import type { AppendOutcome, EventLog } from "../eventlog/event-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { EffectPerformer } from "./effect-performer.ts";
import type { RunObserver } from "./run-observer.ts";
import type { UserCode } from "./user-code.ts";

export interface RunDriverOptions {
  readonly plan: CompiledPlan;
  readonly start: StartCommand;
  readonly fleet: Fleet;
  readonly log: EventLog;
  /** Lane of the log in which the run lives. Default 0. */
  readonly lane?: number;
  readonly clock: Clock;
  readonly userCode: UserCode;
  readonly observer?: RunObserver;
}

/** Longest time in milliseconds the driver keeps the event loop to itself while results come in without waiting. */
const TURN_MS_MAX = 20;
/** Steps between two looks at the clock for that. */
const STEPS_PER_LOOK = 32;

const ADVANCE: Command = { type: "advance" };
const TICK: Command = { type: "tick" };

/**
 * Drives one run to its end: commands go through `decide`, events into the log, and effects out of the process only
 * once the events that caused them are committed. One message at a time; never two decisions interleaved.
 */
export class RunDriver {
  readonly runId: RunId;
  readonly view: RunView;
  /** Resolves when the run is finished. Rejects only on a bug or when the log refuses to be written. */
  readonly finished: Promise<RunView>;
  /** Errors thrown by observers, newest last, at most 100. */
  readonly observerErrors: unknown[] = [];
  readonly #state: RunState;
  readonly #options: RunDriverOptions;
  readonly #performer: EffectPerformer;
  readonly #inbox: Command[] = [];
  readonly #results: AttemptResult[] = [];
  readonly #resolve: (view: RunView) => void;
  readonly #reject: (reason: unknown) => void;
  #resultsTaken = 0;
  #position = 0;
  #needsAdvance = false;
  #isTurning = false;
  #isScheduled = false;
  #isClosed = false;
  #isCommitting = false;
  #timer: Disposable | undefined;
  #timerDueMs: number | undefined;

  constructor(options: RunDriverOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<RunView>();
    this.#options = options;
    this.runId = options.start.runId;
    this.finished = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#state = createState(options.plan);
    this.view = viewRun(this.#state);
    this.#performer = new EffectPerformer({
      state: this.#state,
      view: this.view,
      runId: this.runId,
      fleet: options.fleet,
      clock: options.clock,
      userCode: options.userCode,
      params: options.start.params,
      observe: (call) => this.#observe(call),
      finished: (result) => this.#results.push(result),
      command: (command) => this.#inbox.push(command),
      wake: () => this.#wake(),
    });
  }

  /** Starts the run; answers a rejection when its inputs cannot be used. The log is empty before this. */
  start(): CodedError | undefined {
    const rejection = this.#step(this.#options.start);
    if (rejection === undefined) this.#turn();
    else this.#close();
    return rejection;
  }

  /** Gives the run a command from outside and answers its rejection, if any. Ignored once the run is finished. */
  submit(command: Command): CodedError | undefined {
    if (this.#isClosed) return undefined;
    if (this.#isTurning || this.#isCommitting) {
      this.#inbox.push(command);
      return undefined;
    }
    const rejection = this.#step(command);
    this.#turn();
    return rejection;
  }

  /** Works until nothing is left to do right now. */
  #turn(): void {
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    let steps = 0;
    try {
      for (let command = this.#next(); command !== undefined; command = this.#next()) {
        this.#step(command);
        steps += 1;
        if (steps % STEPS_PER_LOOK === 0 && clock.monotonicMs() - startedMs > TURN_MS_MAX) {
          this.#wakeLater();
          break;
        }
      }
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#isTurning = false;
    }
    this.#afterTurn();
  }

  #next(): Command | undefined {
    if (this.#isClosed || this.#isCommitting) return undefined;
    const available = this.#results.length - this.#resultsTaken;
    if (available > 0) return this.#takeResults(available);
    if (this.#needsAdvance) return ADVANCE;
    return this.#inbox.shift();
  }

  #takeResults(available: number): Command {
    const first = this.#resultsTaken;
    const count = Math.min(available, RESULTS_PER_COMMAND_MAX);
    const results = this.#results.slice(first, first + count);
    this.#resultsTaken += count;
    if (this.#resultsTaken === this.#results.length) {
      this.#results.length = 0;
      this.#resultsTaken = 0;
    }
    return { type: "attemptsFinished", results };
  }

  #step(command: Command): CodedError | undefined {
    const decision = decide(this.#state, command, this.#options.clock.nowMs());
    if (!decision.ok) return decision.rejection;
    this.#needsAdvance = decision.hasMore;
    const { events } = decision;
    const effects = takeEffects(this.#state);
    if (events.length === 0) this.#perform(effects);
    else this.#commit(events, effects);
    return undefined;
  }

  /** Appends the events, and lets the effects out once they are kept. Until then no further command is decided. */
  #commit(events: readonly RunEvent[], effects: readonly Effect[]): void {
    const { log, lane = 0 } = this.#options;
    const row = { stream: `run/${this.runId}`, previousPosition: this.#position, events };
    const appended = log.append(lane, this.#position, { batchId: `${this.runId}.${this.#position + 1}`, rows: [row] });
    if (!(appended instanceof Promise)) {
      this.#committed(appended, { events, effects });
      return;
    }
    this.#isCommitting = true;
    appended.then(
      (outcome) => {
        this.#isCommitting = false;
        if (this.#isClosed) return;
        try {
          this.#committed(outcome, { events, effects });
        } catch (thrown) {
          this.#fail(thrown);
        }
        this.#turn();
      },
      (thrown: unknown) => this.#fail(thrown),
    );
  }

  #committed(
    outcome: AppendOutcome,
    step: { readonly events: readonly RunEvent[]; readonly effects: readonly Effect[] },
  ): void {
    if (outcome.outcome !== "appended") {
      throw new Error(`The log did not take the events of ${this.runId}: ${outcome.outcome}`);
    }
    this.#position = outcome.position;
    if (this.#options.observer?.onEvents !== undefined) this.#observe((to) => to.onEvents?.(step.events, this.view));
    this.#perform(step.effects);
  }

  #perform(effects: readonly Effect[]): void {
    for (let index = 0; index < effects.length; index++) {
      this.#performer.perform(must(effects[index], "Effects are a dense list"));
    }
  }

  #observe(call: (observer: RunObserver) => void): void {
    const { observer } = this.#options;
    if (observer === undefined) return;
    try {
      call(observer);
    } catch (thrown) {
      if (this.observerErrors.length < OBSERVER_ERRORS_MAX) this.observerErrors.push(thrown);
    }
  }

  #afterTurn(): void {
    if (this.#isClosed || this.#isCommitting) return;
    if (this.view.phase === "finished") {
      this.#close();
      this.#resolve(this.view);
      return;
    }
    this.#armTimer();
  }

  #armTimer(): void {
    const dueMs = nextDueMs(this.#state);
    if (dueMs === this.#timerDueMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === undefined) return;
    const { clock } = this.#options;
    this.#timer = clock.setTimer(Math.max(0, dueMs - clock.nowMs()), () => {
      this.#timerDueMs = undefined;
      this.#inbox.push(TICK);
      this.#turn();
    });
  }

  /** Results came in outside a turn: take them all together once the current callbacks are through. */
  #wake(): void {
    if (this.#isTurning || this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  /** Lets timers, signals and other work of the process have a turn. */
  #wakeLater(): void {
    this.#isScheduled = true;
    this.#options.clock.setTimer(0, () => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  #fail(thrown: unknown): void {
    this.#close();
    this.#reject(thrown);
  }

  #close(): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#performer.abandonAll();
  }
}

/** Errors of observers kept for the report. */
const OBSERVER_ERRORS_MAX = 100;
