import type { Clock } from "../base/clock.ts";
import type { SupervisorFact, SupervisorObserver } from "./supervisor-event.ts";

/** Errors of observers kept for whoever looks. */
const OBSERVER_ERRORS_MAX = 100;

/** Tells what happens to whoever watches a supervisor. */
export class Announcer {
  /** What the observer threw, oldest first, at most 100. */
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
      if (this.errors.length < OBSERVER_ERRORS_MAX) this.errors.push(thrown);
    }
  }
}
