/** Lines of a trace that are kept to be shown. */
export const TRACE_LINES_KEPT = 200;

/** What happened, line by line: a running hash of all of it, and the newest lines. */
export class SimTrace {
  readonly #lines: string[] = [];
  #low = 0x811c_9dc5;
  #high = 0x9e37_79b9;
  #count = 0;
  readonly #echo: ((line: string) => void) | undefined;

  /** @param echo called with every line, to watch a simulation */
  constructor(echo?: (line: string) => void) {
    this.#echo = echo;
  }

  write(atMs: number, what: string): void {
    const line = `${atMs} ${what}`;
    this.#count += 1;
    this.#mix(line);
    this.#lines.push(line);
    if (this.#lines.length > 2 * TRACE_LINES_KEPT) this.#lines.splice(0, TRACE_LINES_KEPT);
    this.#echo?.(line);
  }

  get lineCount(): number {
    return this.#count;
  }

  /** The newest lines, oldest first, at most {@link TRACE_LINES_KEPT}. */
  get lines(): readonly string[] {
    return this.#lines.slice(-TRACE_LINES_KEPT);
  }

  /** Equal for two simulations in which the same things happened in the same order. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #mix(line: string): void {
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at);
      this.#low = Math.imul(this.#low ^ code, 0x0100_0193);
      this.#high = Math.imul(this.#high ^ code, 0x85eb_ca6b) ^ (this.#low >>> 15);
    }
  }
}
