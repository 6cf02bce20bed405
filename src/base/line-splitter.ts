/** Characters of one line that are passed on: enough for any log line, bounded for output without line ends. */
export const LINE_LENGTH_MAX = 64 * 1024;

/**
 * Turns chunks of bytes into lines of text. Characters split between chunks are put together, invalid UTF-8 becomes
 * U+FFFD, `\n` and `\r\n` end a line, and of a longer line the first {@link LINE_LENGTH_MAX} characters are passed on.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #open = "";
  #isCutting = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#split(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Passes on what stands after the last line end, if anything does. */
  end(): void {
    this.#split(this.#decoder.decode());
    if (this.#open.length > 0) this.#emit("");
    this.#isCutting = false;
  }

  #split(text: string): void {
    let start = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", start)) {
      const isRestOfCutLine = this.#isCutting;
      this.#isCutting = false;
      if (!isRestOfCutLine) this.#emit(text.slice(start, at));
      start = at + 1;
    }
    if (this.#isCutting) return;
    this.#open += text.slice(start);
    if (this.#open.length <= LINE_LENGTH_MAX) return;
    this.#emit("");
    this.#isCutting = true;
  }

  #emit(rest: string): void {
    const line = this.#open + rest;
    this.#open = "";
    this.#onLine(line.length > LINE_LENGTH_MAX ? cut(line) : line.endsWith("\r") ? line.slice(0, -1) : line);
  }
}

function cut(line: string): string {
  const last = line.charCodeAt(LINE_LENGTH_MAX - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return line.slice(0, splitsPair ? LINE_LENGTH_MAX - 1 : LINE_LENGTH_MAX);
}
