import { formatLines, lineWidth, type Line, type Span, type TextStyle } from "./line.ts";
import { printable } from "./printable.ts";
import { textWidth } from "./text-width.ts";

/** Least columns for text after the indent; narrower terminals break lines themselves. */
const TEXT_COLUMNS_MIN = 20;

/**
 * Breaks a line that is wider than `columns` between words. What follows is indented like the line itself. Words wider than
 * a row stay whole.
 */
export function wrapLine(line: Line, columns: number): readonly Line[] {
  if (lineWidth(line) <= columns) return [line];
  const words = wordsOf(line);
  const indent = words[0]?.isBlank === true ? words[0].spans.map((span) => span.text).join("") : "";
  if (columns - indent.length < TEXT_COLUMNS_MIN) return [line];
  const rows: Span[][] = [[]];
  let width = 0;
  for (const { spans, isBlank } of words) {
    const wordWidth = spans.reduce((sum, span) => sum + textWidth(span.text), 0);
    if (width + wordWidth > columns && !isBlank && width > indent.length) {
      rows.push([{ text: indent }]);
      width = indent.length;
    }
    if (isBlank && width === indent.length && rows.length > 1) continue;
    rows.at(-1)?.push(...spans);
    width += wordWidth;
  }
  return rows;
}

/** A word, or the blanks between two; it may have several inks. */
interface Word {
  readonly spans: Span[];
  readonly isBlank: boolean;
}

function wordsOf(line: Line): readonly Word[] {
  const words: Word[] = [];
  for (const part of line) {
    const whole = typeof part === "string" ? { text: part } : part;
    for (const text of printable(whole.text).match(/ +|[^ ]+/g) ?? []) {
      const isBlank = text.startsWith(" ");
      const last = words.at(-1);
      if (last?.isBlank === isBlank) last.spans.push({ ...whole, text });
      else words.push({ spans: [{ ...whole, text }], isBlank });
    }
  }
  return words;
}

/** Lines as one text; lines wider than `style.columns` are wrapped instead of cut. */
export function formatWrapped(lines: readonly Line[], style: TextStyle): string {
  const { columns, ...uncut } = style;
  return formatLines(columns === undefined ? lines : lines.flatMap((line) => wrapLine(line, columns)), uncut);
}
