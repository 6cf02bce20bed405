import type { CodedError } from "../base/coded-error.ts";
import { assert, must } from "../base/assert.ts";
import type { RunId } from "../base/ids.ts";
import type { Command } from "../engine/commands.ts";
import { decide } from "../engine/decide.ts";
import { nextDueMs } from "../engine/due-times.ts";
import { outstandingEffects } from "../engine/outstanding-effects.ts";
import { takeEffects } from "../engine/take-effects.ts";
import type { Effect } from "../engine/effects.ts";
import type { RunEvent } from "../engine/events.ts";
import type { RunView } from "../engine/run-view.ts";
import { holdStarts } from "../engine/hold-starts.ts";
import { createState } from "../engine/create-state.ts";
import type { RunState } from "../engine/run-state.ts";
import { viewRun } from "../engine/view.ts";
import { CommandInbox, type Request } from "./command-inbox.ts";
import type { RunDriverOptions } from "./driver-options.ts";
import { DueTimer } from "./due-timer.ts";
import { EffectPerformer } from "./effect-performer.ts";
import { letGo } from "./run-faults.ts";
import { RunStream } from "./run-stream.ts";
import { TurnScheduler } from "./turn-scheduler.ts";
import { WatchedRun } from "./watched-run.ts";

/** Longest time in milliseconds the driver keeps the event loop to itself. */
const TURN_MS_MAX = 20;
/** Steps between two looks at the clock for that. */
const STEPS_PER_LOOK = 32;

const ADVANCE: Command = { type: "advance" };
const TICK: Request = { command: { type: "tick" } };

/**
 * Drives one run to its end: commands go through `decide`, events into the log, and effects out of the process only
 * once the events that caused them are committed. One message at a time; never two decisions interleaved.
 */
export class RunDriver {
  readonly runId: RunId;
  readonly view: RunView;
  /** Resolves when the run is finished. Rejects only on a bug or when the log refuses to be written. */
  readonly finished: Promise<RunView>;
  readonly #watched: WatchedRun;
  readonly #state: RunState;
  readonly #options: RunDriverOptions;
  readonly #performer: EffectPerformer;
  readonly #inbox = new CommandInbox();
  readonly #resolve: (view: RunView) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #stream: RunStream;
  #isTurning = false;
  readonly #scheduler: TurnScheduler;
  readonly #quietWaiters: (() => void)[] = [];
  #isClosed = false;
  readonly #timer: DueTimer;

  constructor(options: RunDriverOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<RunView>();
    this.#options = options;
    const isNew = "start" in options;
    this.#state = isNew ? createState(options.plan) : options.state;
    this.runId = isNew ? options.start.runId : must(options.state.run.runId, "A recovered run has been started");
    const { log, lane = 0 } = options;
    this.#stream = new RunStream(this.runId, log, { lane, position: isNew ? 0 : options.position });
    this.finished = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#scheduler = new TurnScheduler(options.clock, () => this.#turn());
    this.#timer = new DueTimer(options.clock, () => {
      this.#inbox.push(TICK);
      this.#turn();
    });
    this.#watched = new WatchedRun(options.observer);
    // What the events of the log led to is performed by whoever resumes the run, from the state.
    takeEffects(this.#state);
    this.view = viewRun(this.#state);
    this.#performer = new EffectPerformer({
      state: this.#state,
      view: this.view,
      runId: this.runId,
      fleet: options.fleet,
      clock: options.clock,
      userCode: options.userCode,
      params: isNew ? options.start.params : options.state.run.params,
      observe: (call) => this.#watched.tell(call),
      finished: (result) => this.#inbox.pushResult(result),
      command: (command) => this.#inbox.push({ command }),
      wake: () => {
        if (!this.#isTurning && !this.#isClosed) this.#scheduler.soon();
      },
    });
  }

  /** Errors thrown by observers, newest last, at most 100. */
  get observerErrors(): readonly unknown[] {
    return this.#watched.errors;
  }

  /** Starts a new run; answers a rejection when its inputs cannot be used. The log is empty before this. */
  start(): CodedError | undefined {
    assert("start" in this.#options, "A recovered run is resumed, not started");
    const rejection = this.#step({ command: this.#options.start });
    if (rejection === undefined) this.#turn();
    else this.#close();
    return rejection;
  }

  /**
   * Goes on with a recovered run: sends out again what the log says is outstanding, under the same tokens, then does what
   * is due. What this process cannot ask about without perhaps starting it twice is reported as unknown.
   */
  resume(): void {
    for (const effect of outstandingEffects(this.#state)) {
      this.#performer.performAgain(effect);
      // The silence of the time in which nobody listened is not that of the executor.
      if (effect.type === "dispatch")
        this.#inbox.push({ command: { type: "heartbeat", task: effect.task, unit: effect.unit } });
    }
    this.#inbox.push({ command: ADVANCE });
    this.#inbox.push(TICK);
    this.#turn();
  }

  /** Gives the run a command from outside and answers its rejection, if any. Ignored once the run is finished. */
  submit(command: Command): CodedError | undefined {
    if (this.#isClosed) return undefined;
    if (this.#isTurning || this.#stream.isAppending) {
      this.#inbox.push({ command });
      return undefined;
    }
    const rejection = this.#step({ command });
    this.#turn();
    return rejection;
  }

  /**
   * Gives the run a command from outside and answers once it is settled: with the rejection, or with nothing when its
   * events are committed. Rejects with `DRV_RUN_HOST_CLOSED` when the run is let go before that, or with what broke it.
   */
  request(command: Command): Promise<CodedError | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<CodedError | undefined>();
    if (this.#isClosed) return Promise.reject(letGo(this.runId));
    this.#inbox.push({ command, answer: resolve, abandon: reject });
    this.#turn();
    return promise;
  }

  /** Position of the newest committed row of the run. */
  get position(): number {
    return this.#stream.position;
  }

  /** Whether only a command or time can move the run: nothing runs, waits to be decided or is being committed. */
  get isQuiet(): boolean {
    return (
      !this.#stream.isAppending &&
      !this.#isTurning &&
      !this.#scheduler.isScheduled &&
      this.#inbox.isEmpty &&
      this.#performer.isIdle
    );
  }

  /** Whether the state is exactly what the log holds, and nothing is left to be written about it. */
  get isSettled(): boolean {
    return !this.#stream.isAppending && !this.#isTurning && !this.#inbox.needsAdvance;
  }

  /** When time alone will move the run, in milliseconds since 1970. */
  get nextDueMs(): number | undefined {
    return nextDueMs(this.#state);
  }

  /** Reads the state while it is exactly what the log holds: in `committed`, or when the run is quiet. */
  read<Value>(look: (state: RunState) => Value): Value {
    assert(!this.#stream.isAppending, "The state is ahead of the log while a commit is in flight");
    return look(this.#state);
  }

  /** Starts nothing new from now on, so that the run becomes quiet; what runs goes on and is written down. */
  hold(): void {
    holdStarts(this.#state);
  }

  /** Resolves when the run is quiet or closed, or `signal` aborts. */
  async untilQuiet(signal: AbortSignal): Promise<void> {
    if (this.#isClosed || this.isQuiet || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#quietWaiters.push(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }

  /**
   * Lets the run go without ending it: what is in its log can be resumed later. Functions that run are asked to stop; jobs
   * go on, and their results are found again by their tokens. `finished` rejects with `DRV_RUN_HOST_CLOSED`.
   */
  release(): void {
    if (!this.#isClosed) this.#fail(letGo(this.runId));
  }

  /** Works until nothing is left to do right now. */
  #turn(): void {
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    let steps = 0;
    try {
      for (let request = this.#next(); request !== undefined; request = this.#next()) {
        this.#step(request);
        steps += 1;
        if (steps % STEPS_PER_LOOK === 0 && clock.monotonicMs() - startedMs > TURN_MS_MAX) {
          this.#scheduler.later();
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

  #next(): Request | undefined {
    return this.#isClosed || this.#stream.isAppending ? undefined : this.#inbox.next();
  }

  #step(request: Request): CodedError | undefined {
    const decision = decide(this.#state, request.command, this.#options.clock.nowMs());
    if (!decision.ok) {
      request.answer?.(decision.rejection);
      return decision.rejection;
    }
    this.#inbox.needsAdvance = decision.hasMore;
    const { events } = decision;
    const effects = takeEffects(this.#state);
    this.#inbox.followed(request);
    if (events.length > 0) this.#commit(events, effects);
    else {
      this.#inbox.acknowledge();
      this.#perform(effects);
    }
    return undefined;
  }

  /** Appends the events, and lets the effects out once they are kept. Until then no further command is decided. */
  #commit(events: readonly RunEvent[], effects: readonly Effect[]): void {
    this.#stream.append(events, {
      committed: (isLater) => {
        if (this.#isClosed) return;
        this.#committed(events, effects);
        if (isLater) this.#turn();
      },
      failed: (thrown) => this.#fail(thrown),
    });
  }

  #committed(events: readonly RunEvent[], effects: readonly Effect[]): void {
    this.#options.committed?.(events, !this.#inbox.needsAdvance);
    this.#inbox.acknowledge();
    this.#watched.tell((to) => to.onEvents?.(events, this.view));
    this.#perform(effects);
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performer.perform(effect);
  }

  #afterTurn(): void {
    if (this.#isClosed || this.#stream.isAppending) return;
    if (this.view.phase === "finished") {
      this.#close();
      this.#inbox.abandonAll(() => letGo(this.runId));
      this.#resolve(this.view);
      return;
    }
    this.#timer.arm(nextDueMs(this.#state));
    if (this.#quietWaiters.length > 0 && this.isQuiet) this.#tellQuiet();
  }

  #fail(thrown: unknown): void {
    this.#close();
    this.#inbox.abandonAll(() => thrown);
    this.#reject(thrown);
  }

  #tellQuiet(): void {
    for (const resolve of this.#quietWaiters.splice(0)) resolve();
  }

  #close(): void {
    this.#isClosed = true;
    this.#tellQuiet();
    this.#timer[Symbol.dispose]();
    this.#performer.abandonAll();
  }
}
