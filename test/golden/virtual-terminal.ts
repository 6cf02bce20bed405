import type { OutputStream } from "../../src/cli/output-stream.ts";

// oxlint-disable-next-line no-control-regex -- a terminal must recognise escapes
const SEQUENCE = /^\u001b\[(\??)(\d*)([A-Za-z])/;

/**
 * A terminal in memory: what a person would see after everything that was written, scrolled lines included.
 * Knows what our output uses: line breaks, cursor up and down, clearing, wrapping, showing and hiding the cursor.
 * Colours are dropped. Anything else is refused, so that a test notices new control codes.
 */
export class VirtualTerminal implements OutputStream {
  readonly isTerminal = true;
  columns: number;
  rows: number;
  isCursorVisible = true;
  /** Bytes written, to measure how much a redraw costs. */
  written = 0;
  #lines: string[] = [""];
  /** Index of the first line on the screen. */
  #top = 0;
  #row = 0;
  #column = 0;
  readonly #resizeListeners = new Set<() => void>();

  constructor(size: { readonly columns?: number; readonly rows?: number } = {}) {
    this.columns = size.columns ?? 80;
    this.rows = size.rows ?? 24;
  }

  /** Everything from the first line on, without blanks at line ends and empty lines at the end. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  write(text: string): void {
    this.written += text.length;
    let rest = text;
    while (rest !== "") {
      const match = SEQUENCE.exec(rest);
      const [whole = rest.slice(0, 1), isPrivate = "", count = "", command = ""] = match ?? [];
      if (match !== null) this.#control(command, count, isPrivate === "?");
      else if (whole === "\u001b") throw new Error(`Unknown control code ${JSON.stringify(rest.slice(0, 8))}`);
      else {
        const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
        this.#put(character);
        rest = rest.slice(character.length);
        continue;
      }
      rest = rest.slice(whole.length);
    }
  }

  /** A window of another width; lines that no longer fit are wrapped, as terminals do. */
  resize(columns: number): void {
    const before = this.columns;
    this.columns = columns;
    if (columns < before) this.#rewrap();
    for (const listener of this.#resizeListeners) listener();
  }

  onResize(listener: () => void): Disposable {
    this.#resizeListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#resizeListeners.delete(listener) };
  }

  #control(command: string, count: string, isPrivate: boolean): void {
    if (isPrivate) {
      if (count === "25") this.isCursorVisible = command === "h";
      return;
    }
    const lines = Number(count === "" ? 1 : count);
    if (command === "A") this.#row = Math.max(this.#top, this.#row - lines);
    else if (command === "B")
      this.#row = Math.min(this.#top + this.rows - 1, this.#row + lines, this.#lines.length - 1);
    else if (command === "K") this.#setLine(this.#row, this.#line(this.#row).slice(0, this.#column));
    else if (command === "J") {
      this.#setLine(this.#row, this.#line(this.#row).slice(0, this.#column));
      this.#lines.length = this.#row + 1;
    } else if (command !== "m") throw new Error(`Unknown control code ${command}`);
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#nextLine();
    else {
      if (this.#column >= this.columns) this.#nextLine();
      const line = this.#line(this.#row).padEnd(this.#column);
      this.#setLine(this.#row, line.slice(0, this.#column) + character + line.slice(this.#column + 1));
      this.#column += 1;
    }
  }

  #nextLine(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row >= this.#lines.length) this.#lines.push("");
    this.#top = Math.max(this.#top, this.#row - this.rows + 1);
  }

  /** Cuts lines to the new width; the cursor stays at its character. */
  #rewrap(): void {
    const partsOf = (line: string): readonly string[] => {
      const text = line.trimEnd();
      const parts = [text.slice(0, this.columns)];
      for (let at = this.columns; at < text.length; at += this.columns) parts.push(text.slice(at, at + this.columns));
      return parts;
    };
    const above = this.#lines.slice(0, this.#row).flatMap(partsOf).length;
    const parts = partsOf(this.#line(this.#row)).length;
    const part = Math.min(parts - 1, Math.floor(this.#column / this.columns));
    this.#lines = this.#lines.flatMap(partsOf);
    this.#row = above + part;
    this.#column -= part * this.columns;
    this.#top = Math.max(0, this.#row - this.rows + 1);
  }

  #line(row: number): string {
    return this.#lines[row] ?? "";
  }

  #setLine(row: number, text: string): void {
    this.#lines[row] = text;
  }
}

/** A stream that is no terminal: a file or a pipe. */
export class TextSink implements OutputStream {
  readonly isTerminal = false;
  readonly columns = 80;
  readonly rows = 24;
  text = "";

  write(text: string): void {
    this.text += text;
  }

  onResize(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }
}
