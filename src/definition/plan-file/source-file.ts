import { codedError } from "../../base/coded-error.ts";
import type { ErrorCode } from "../../base/error-codes.ts";
import type { Diagnostic, Excerpt, Severity } from "./diagnostic.ts";

/** What is wrong at a place of a file; offsets count from 0 in the text. */
export interface Finding {
  /** Default `error`. */
  readonly severity?: Severity;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
  /** Default: one character. */
  readonly end?: number;
}

/** Characters of a line shown around a place. */
const EXCERPT_LENGTH_MAX = 100;
const LEAD = 40;

/** The text of one file, and where in it lines begin. */
export class SourceFile {
  /** As people know it: for files, relative to where they are. */
  readonly name: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** Line and column from 1; columns count UTF-16 units, as editors do. */
  positionOf(offset: number): { readonly line: number; readonly column: number } {
    const starts = (this.#lineStarts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The opposite of {@link positionOf}. */
  offsetOf({ line, column }: { readonly line: number; readonly column: number }): number {
    const starts = (this.#lineStarts ??= lineStarts(this.text));
    return Math.min((starts[line - 1] ?? 0) + column - 1, this.text.length);
  }

  /** Behind the quoted text or the word that begins at an offset. */
  endOfWord(start: number): number {
    const word = /^(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s:,[\]{}]+)/.exec(this.text.slice(start, start + 500));
    return start + Math.max(1, word?.[0].length ?? 1);
  }

  diagnostic({ severity = "error", code, message, hint, start, end = start + 1 }: Finding): Diagnostic {
    const { line, column } = this.positionOf(start);
    return {
      ...codedError(code, message, hint === undefined ? {} : { hint }),
      severity,
      at: { file: this.name, line, column },
      end: this.positionOf(Math.max(end, start)),
      excerpt: this.#excerpt(start, end),
    };
  }

  #excerpt(start: number, end: number): Excerpt {
    const lineStart = this.text.lastIndexOf("\n", start - 1) + 1;
    const next = this.text.indexOf("\n", start);
    const lineEnd = next === -1 ? this.text.length : next;
    const isLong = lineEnd - lineStart > EXCERPT_LENGTH_MAX;
    const from = isLong ? Math.max(lineStart, Math.min(start - LEAD, lineEnd - EXCERPT_LENGTH_MAX)) : lineStart;
    const to = isLong ? Math.min(lineEnd, from + EXCERPT_LENGTH_MAX) : lineEnd;
    const text = this.text.slice(from, to).replace(/\r$/, "").replaceAll("\t", " ");
    return { text, start: start - from, length: Math.max(1, Math.min(end, to) - start) };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
