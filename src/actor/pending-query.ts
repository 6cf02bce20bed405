import type { CodedError } from "../base/coded-error.ts";

/** A query that waits for its turn, and whoever waits for the answer. Answered once; later answers are dropped. */
export class PendingQuery {
  readonly #handle: (signal: AbortSignal) => void | Promise<void>;
  readonly #refuse: (error: CodedError) => void;
  #isRefused = false;

  /**
   * @param handle answers the query
   * @param refuse answers that there will be no answer
   */
  constructor(handle: (signal: AbortSignal) => void | Promise<void>, refuse: (error: CodedError) => void) {
    this.#handle = handle;
    this.#refuse = refuse;
  }

  /** Works on the query, unless nobody waits for the answer any more. */
  handle(signal: AbortSignal): void | Promise<void> {
    return this.#isRefused ? undefined : this.#handle(signal);
  }

  refuse(error: CodedError): void {
    this.#isRefused = true;
    this.#refuse(error);
  }
}
