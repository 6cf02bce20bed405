import type { Clock } from "../base/clock.ts";
import { Mailbox } from "./mailbox.ts";

/** Messages handled before the next actor has its turn. */
const MESSAGES_PER_TURN = 32;
/** Longest time in milliseconds for which actors keep the event loop to themselves, up to the end of a turn. */
const BUSY_MS_MAX = 20;
/** Turns after which the time is looked at also when every one of them was a task of the event loop by itself. */
const TURNS_PER_LOOK = 256;

export interface TakesTurns {
  /** Handles up to so many messages. @returns whether more can be handled right now */
  takeTurn(messages: number): boolean;
}

/**
 * Lets the actors of a process work one after the other, each for a few messages at a time, so that neither a flooded
 * actor nor two that answer each other for ever hold up the others, timers or I/O. Nothing is handled while a message is
 * being sent.
 */
export class TurnQueue {
  readonly #clock: Clock;
  readonly #waiting = new Mailbox<TakesTurns>(Infinity);
  #isScheduled = false;
  #turns = 0;
  #yieldedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#yieldedMs = clock.monotonicMs();
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** Asks for a turn. Must not be called again before it has come. */
  schedule(actor: TakesTurns): void {
    this.#waiting.put(actor);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    const startedMs = this.#clock.monotonicMs();
    for (let actor = this.#waiting.take(); actor !== undefined; actor = this.#waiting.take()) {
      if (actor.takeTurn(MESSAGES_PER_TURN)) this.#waiting.put(actor);
      if (this.#waiting.size > 0 && this.#clock.monotonicMs() - startedMs > BUSY_MS_MAX) {
        this.#yield();
        return;
      }
      this.#turns++;
    }
    this.#isScheduled = false;
    if (this.#turns >= TURNS_PER_LOOK) this.#lookAtTime();
  };

  /** Actors that wake each other with nothing but promises would never let the event loop go on. */
  #lookAtTime(): void {
    this.#turns = 0;
    if (this.#clock.monotonicMs() - this.#yieldedMs <= BUSY_MS_MAX) return;
    this.#isScheduled = true;
    this.#yield();
  }

  #yield(): void {
    this.#turns = 0;
    this.#clock.setTimer(0, () => {
      this.#yieldedMs = this.#clock.monotonicMs();
      this.#run();
    });
  }
}
