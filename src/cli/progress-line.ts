import type { Clock } from "../base/clock.ts";
import type { OutputStream } from "./output-stream.ts";

/** Milliseconds between two lines: of a terminal, where a line replaces the one before, and elsewhere. */
const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5_000;

/** Says from time to time how far something has come; what is quick says nothing. */
export class ProgressLine implements Disposable {
  readonly #stream: OutputStream;
  readonly #clock: Clock;
  #lastMs: number;
  #isShown = false;

  constructor(stream: OutputStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#lastMs = clock.monotonicMs();
  }

  show(text: () => string): void {
    const nowMs = this.#clock.monotonicMs();
    const { isTerminal, columns } = this.#stream;
    if (nowMs - this.#lastMs < (isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.#lastMs = nowMs;
    this.#isShown = isTerminal;
    this.#stream.write(isTerminal ? `\r\u001b[2K${text().slice(0, columns - 1)}` : `${text()}\n`);
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    if (this.#isShown) this.#stream.write("\r\u001b[2K");
    this.#isShown = false;
  }
}
