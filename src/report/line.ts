import { unreachable } from "../base/assert.ts";
import { printable } from "./printable.ts";
import { textWidth, truncate } from "./text-width.ts";

/** How a piece of text is coloured; the terminal's own palette decides what that looks like. */
export type Ink = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "dim" | "bold";

/** A piece of a line. Its text may be hostile: it is made printable when the line is formatted. */
export interface Span {
  readonly text: string;
  readonly ink?: Ink;
}

/** One line of output, before colours: a row of spans, so that it can be measured and cut without breaking codes. */
export type Line = readonly (Span | string)[];

/** What the place where text goes can show. */
export interface TextStyle {
  readonly hasColor: boolean;
  /** Icons and box drawing; otherwise ASCII. */
  readonly hasUnicode: boolean;
  /** Lines are cut to this width. Default: never cut. */
  readonly columns?: number;
}

export const PLAIN_STYLE: TextStyle = { hasColor: false, hasUnicode: true };

export function span(text: string, ink: Ink): Span {
  return { text, ink };
}

/** Terminal columns of a line when it is not cut. */
export function lineWidth(line: Line): number {
  let width = 0;
  for (const part of line) width += textWidth(printable(textOf(part)));
  return width;
}

/**
 * The line as text for a terminal or a file. This is the one place where text meets control codes: whatever the spans
 * hold is made printable here.
 */
export function formatLine(line: Line, style: TextStyle): string {
  const ellipsis = style.hasUnicode ? "…" : "...";
  let left = style.columns ?? Number.POSITIVE_INFINITY;
  let text = "";
  for (const part of line) {
    if (left <= 0) break;
    const clean = plain(textOf(part), style);
    const shown = truncate(clean, left, ellipsis);
    left -= shown === clean ? textWidth(shown) : left;
    text += typeof part === "string" ? shown : paint(shown, part.ink, style);
  }
  return style.hasColor ? text : text.trimEnd();
}

/** Lines as one text, each ended by a line break. */
export function formatLines(lines: readonly Line[], style: TextStyle): string {
  return lines.map((line) => `${formatLine(line, style)}\n`).join("");
}

/** Characters of our own texts and icons that have an ASCII counterpart. */
const ASCII_COUNTERPARTS: Readonly<Record<string, string>> = {
  "…": "...",
  "·": "-",
  "→": "->",
  "←": "<-",
  "–": "-",
  "×": "x",
};

function plain(text: string, style: TextStyle): string {
  const clean = printable(text);
  return style.hasUnicode ? clean : clean.replace(/[…·→←–×]/gu, (character) => ASCII_COUNTERPARTS[character] ?? "?");
}

function textOf(part: Span | string): string {
  return typeof part === "string" ? part : part.text;
}

function paint(text: string, ink: Ink | undefined, style: TextStyle): string {
  if (ink === undefined || !style.hasColor || text.trim() === "") return text;
  const [on, off] = codesOf(ink);
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

function codesOf(ink: Ink): readonly [number, number] {
  switch (ink) {
    case "bold":
      return [1, 22];
    case "dim":
      return [2, 22];
    case "red":
      return [31, 39];
    case "green":
      return [32, 39];
    case "yellow":
      return [33, 39];
    case "blue":
      return [34, 39];
    case "magenta":
      return [35, 39];
    case "cyan":
      return [36, 39];
    default:
      return unreachable(ink);
  }
}
