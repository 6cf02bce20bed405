import type { RunObserver } from "./run-observer.ts";

/** Errors of observers kept for the report. */
const ERRORS_MAX = 100;

/** Calls the observer of a run, whose mistakes must not change what happens. */
export class WatchedRun {
  /** What the observer threw, oldest first, at most 100. */
  readonly errors: unknown[] = [];
  readonly #observer: RunObserver | undefined;

  constructor(observer: RunObserver | undefined) {
    this.#observer = observer;
  }

  tell(call: (observer: RunObserver) => void): void {
    if (this.#observer === undefined) return;
    try {
      call(this.#observer);
    } catch (thrown) {
      if (this.errors.length < ERRORS_MAX) this.errors.push(thrown);
    }
  }
}
