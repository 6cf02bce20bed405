import type { Clock } from "../base/clock.ts";

/** Says when a run takes its next turn, so that what comes in together is decided together. */
export class TurnScheduler {
  readonly #clock: Clock;
  readonly #turn: () => void;
  #isScheduled = false;

  constructor(clock: Clock, turn: () => void) {
    this.#clock = clock;
    this.#turn = turn;
  }

  get isScheduled(): boolean {
    return this.#isScheduled;
  }

  /** Once the current callbacks are through. */
  soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#now());
  }

  /** After timers, signals and other work of the process had a turn. */
  later(): void {
    this.#isScheduled = true;
    this.#clock.setTimer(0, () => this.#now());
  }

  #now(): void {
    this.#isScheduled = false;
    this.#turn();
  }
}
