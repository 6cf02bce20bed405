import type { Outcome } from "../operation/outcome.ts";

/** Which attempt something is about. */
export interface AttemptKey {
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
}

/**
 * One attempt that is running outside the engine. It settles once; what comes later (a function that returns after it
 * was given up) is dropped.
 */
export class Attempt implements AttemptKey {
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  readonly isUndo: boolean;
  /** Whether an earlier process may have sent it before. */
  isResent = false;
  /** Whether its job has gone to the fleet. */
  isSent = false;
  #controller: AbortController | undefined;
  #abortReason: DOMException | undefined;
  #settle: ((attempt: Attempt, outcome: Outcome) => void) | undefined;

  constructor(key: AttemptKey, isUndo: boolean, settle: (attempt: Attempt, outcome: Outcome) => void) {
    this.task = key.task;
    this.unit = key.unit;
    this.attempt = key.attempt;
    this.generation = key.generation;
    this.isUndo = isUndo;
    this.#settle = settle;
  }

  /** Made on first use: most functions never look at it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: string): void {
    this.#controller ??= new AbortController();
    if (this.#abortReason !== undefined) return;
    this.#abortReason = new DOMException(reason, "AbortError");
    this.#controller.abort(this.#abortReason);
  }

  /** Set once the attempt was asked to stop. */
  get abortReason(): DOMException | undefined {
    return this.#abortReason;
  }

  settle(outcome: Outcome): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(this, outcome);
  }
}

/** By which a running attempt is found: the number of its task, and a text for other units. */
export function keyOf(attempt: AttemptKey): number | string {
  return attempt.unit === 0 ? attempt.task : `${attempt.task}/${attempt.unit}`;
}
