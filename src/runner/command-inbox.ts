import type { CodedError } from "../base/coded-error.ts";
import { RESULTS_PER_COMMAND_MAX, type AttemptResult, type Command } from "../engine/commands.ts";

/** A command, and who waits for its acknowledgement. */
export interface Request {
  readonly command: Command;
  /** Called once: with the rejection, or with nothing when its events are committed. */
  readonly answer?: (rejection: CodedError | undefined) => void;
  /** Called instead when the run is let go before that. */
  readonly abandon?: (reason: unknown) => void;
}

const ADVANCE: Request = { command: { type: "advance" } };

/** What a run has to decide about next: results first, many at once, then what the last step left, then commands. */
export class CommandInbox {
  /** Whether the last step left work. */
  needsAdvance = false;
  readonly #requests: Request[] = [];
  readonly #results: AttemptResult[] = [];
  #resultsTaken = 0;
  /** Requests whose events are being committed. */
  readonly #unacknowledged: Request[] = [];

  get isEmpty(): boolean {
    return !this.needsAdvance && this.#requests.length === 0 && this.#results.length === 0;
  }

  push(request: Request): void {
    this.#requests.push(request);
  }

  pushResult(result: AttemptResult): void {
    this.#results.push(result);
  }

  next(): Request | undefined {
    const available = this.#results.length - this.#resultsTaken;
    if (available > 0) return { command: this.#takeResults(available) };
    if (this.needsAdvance) return ADVANCE;
    return this.#requests.shift();
  }

  /** Notes that a request was followed and waits for the commit. */
  followed(request: Request): void {
    if (request.answer !== undefined) this.#unacknowledged.push(request);
  }

  acknowledge(): void {
    if (this.#unacknowledged.length === 0) return;
    for (const { answer } of this.#unacknowledged.splice(0)) answer?.(undefined);
  }

  /** @param reasonOf asked only when somebody waits: an error costs more than a small run */
  abandonAll(reasonOf: () => unknown): void {
    const waiting = [...this.#unacknowledged.splice(0), ...this.#requests.splice(0)];
    if (waiting.length === 0) return;
    const reason = reasonOf();
    for (const { abandon } of waiting) abandon?.(reason);
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
}
