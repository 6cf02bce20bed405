import type { Clock } from "../base/clock.ts";
import type { SupervisorFact, SupervisorObserver } from "./supervisor-event.ts";

/** Errors kept for whoever looks. */
const OBSERVER_ERRORS_MAX = 100;

/** Tells what happens to whoever watches a supervisor. */
export class Announcer {
  /** What observer and judges threw, oldest first, at most 100. */
  readonly errors: unknown[] = [];
  readonly #name: string;
  readonly #clock: Clock;
  readonly #observer: SupervisorObserver | undefined;

  constructor(name: string, clock: Clock, observer: SupervisorObserver | undefined) {
    this.#name = name;
    this.#clock = clock;
    this.#observer = observer;
  }

  tell(fact: SupervisorFact): void {
    if (this.#observer === undefined) return;
    try {
      this.#observer({ ...fact, supervisor: this.#name, atMs: this.#clock.nowMs() });
    } catch (thrown) {
      this.keep(thrown);
    }
  }

  /** Keeps what code of others threw that must not. */
  keep(thrown: unknown): void {
    if (this.errors.length < OBSERVER_ERRORS_MAX) this.errors.push(thrown);
  }
}
