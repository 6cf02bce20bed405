import { lineWidth, formatLine, type Line, type TextStyle } from "../report/line.ts";
import { formatWrapped } from "../report/wrap-line.ts";
import type { OutputStream } from "./output-stream.ts";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** Terminals that know these draw what is between them at once; others ignore them. */
const BEGIN_SYNCHRONISED = "\u001b[?2026h";
const END_SYNCHRONISED = "\u001b[?2026l";
const CLEAR_TO_LINE_END = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/**
 * A few lines at the bottom of a terminal that are redrawn in place, with finished lines scrolling away above them. Only
 * what differs from the last frame is written. Never full screen: what scrolled away stays in the terminal.
 *
 * Between calls the cursor stands at the end of the last line of the region, or at the start of an empty line when the
 * region is empty.
 */
export class LiveRegion implements Disposable {
  readonly #stream: OutputStream;
  readonly #style: TextStyle;
  readonly #resize: Disposable;
  #shown: readonly ShownLine[] = [];
  #isCursorHidden = false;
  #columns: number;

  constructor(stream: OutputStream, style: TextStyle) {
    this.#stream = stream;
    this.#style = style;
    this.#columns = stream.columns;
    this.#resize = stream.onResize(() => this.#onResize());
  }

  /**
   * Shows `lines` in place of the former ones, after writing `permanent` lines above them.
   * Lines that are too wide are cut in the region; permanent ones are wrapped.
   */
  draw(lines: readonly Line[], permanent: readonly Line[] = []): void {
    const columns = this.#columns - 1;
    const next = lines.map((line) => shownLine(line, { ...this.#style, columns }));
    const above = formatWrapped(permanent, { ...this.#style, columns: this.#columns });
    const frame = above === "" ? this.#difference(next) : this.#toTop() + CLEAR_BELOW + above + joined(next);
    this.#shown = next;
    if (frame === "") return;
    const cursor = this.#isCursorHidden || next.length === 0 ? "" : HIDE_CURSOR;
    if (next.length > 0) this.#isCursorHidden = true;
    this.#stream.write(BEGIN_SYNCHRONISED + cursor + frame + END_SYNCHRONISED);
  }

  /** Takes the region off the terminal and gives the cursor back. */
  [Symbol.dispose](): void {
    this.draw([]);
    this.restoreCursor();
    this.#resize[Symbol.dispose]();
  }

  /** Makes the cursor visible; harmless at any time, also while the process ends. */
  restoreCursor(): void {
    if (this.#isCursorHidden) this.#stream.write(SHOW_CURSOR);
    this.#isCursorHidden = false;
  }

  /** Moves to the start of the first line of the region. */
  #toTop(): string {
    return `${up(this.#shown.length - 1)}\r`;
  }

  /** The least text that turns the shown lines into `next`. */
  #difference(next: readonly ShownLine[]): string {
    const shown = this.#shown;
    if (next.length === shown.length && next.every((line, row) => line.text === shown[row]?.text)) return "";
    let frame = this.#toTop();
    for (const [row, line] of next.entries()) {
      if (row > 0) frame += row < shown.length ? "\u001b[B\r" : "\n";
      if (line.text !== shown[row]?.text) frame += line.text + CLEAR_TO_LINE_END;
    }
    const hasSurplus = shown.length > next.length;
    if (hasSurplus && next.length === 0) return frame + CLEAR_BELOW;
    // Clearing starts at the cursor, which must not take the last line of the region with it.
    if (hasSurplus) frame += `\u001b[B\r${CLEAR_BELOW}${up(1)}`;
    return frame;
  }

  /** A narrower window has wrapped our lines: takes the region off by the rows it occupies now; the next frame draws anew. */
  #onResize(): void {
    const columns = this.#stream.columns;
    if (columns === this.#columns) return;
    this.#columns = columns;
    if (this.#shown.length === 0) return;
    const rows = this.#shown.reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    this.#shown = [];
    this.#stream.write(`${up(rows - 1)}\r${CLEAR_BELOW}`);
  }
}

interface ShownLine {
  readonly text: string;
  readonly width: number;
}

function shownLine(line: Line, style: TextStyle): ShownLine {
  return { text: formatLine(line, style), width: Math.min(lineWidth(line), style.columns ?? 0) };
}

function joined(lines: readonly ShownLine[]): string {
  return lines.map((line) => line.text).join("\n");
}

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : "";
}
