import { HASH, HYPHEN, isMarker, NEWLINE, SPACE } from "./plain-characters.ts";

/**
 * A place in a text that is read line by line. Once something is met that is not plain it stands behind the end, where
 * everything stops.
 */
export class PlainCursor {
  readonly text: string;
  /** Where the rest of the line begins, behind its blanks. */
  at = 0;
  /** Column of what stands there; -1 behind the end. */
  indent = -1;
  /** Whether the text is for the whole parser; then what was read is worth nothing. */
  isDeclined = false;

  constructor(text: string) {
    this.text = text;
  }

  isItem(): boolean {
    if (this.text.charCodeAt(this.at) !== HYPHEN) return false;
    const next = this.text.charCodeAt(this.at + 1);
    return next === SPACE || next === NEWLINE || Number.isNaN(next);
  }

  take(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  skipBlanks(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }

  /** Whether nothing follows on the line but a comment. */
  isLineEnd(): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code === HASH) return this.text.charCodeAt(this.at - 1) === SPACE;
    return code === NEWLINE || this.at >= this.text.length;
  }

  endOfLine(): number {
    const end = this.text.indexOf("\n", this.at);
    return end === -1 ? this.text.length : end + 1;
  }

  /** Goes to the next line that says something, from the beginning of one. */
  toLine(start: number): void {
    const text = this.text;
    let lineStart = start;
    for (;;) {
      let at = lineStart;
      while (text.charCodeAt(at) === SPACE) at++;
      const code = text.charCodeAt(at);
      if (at >= text.length) {
        this.at = text.length;
        this.indent = -1;
        return;
      }
      if (code !== NEWLINE && code !== HASH) {
        if (at === lineStart && isMarker(text, at)) {
          this.decline();
          return;
        }
        this.at = at;
        this.indent = at - lineStart;
        return;
      }
      const end = text.indexOf("\n", at);
      lineStart = end === -1 ? text.length : end + 1;
    }
  }

  /** Goes behind the end, where everything stops. */
  decline(): undefined {
    this.isDeclined = true;
    this.at = this.text.length;
    this.indent = -1;
    return undefined;
  }

  declineText(): string {
    this.decline();
    return "";
  }
}
