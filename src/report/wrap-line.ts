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
  const pieces = line.flatMap(wordsOf);
  const indent = indentOf(pieces);
  if (columns - indent.length < TEXT_COLUMNS_MIN) return [line];
  const rows: Span[][] = [[]];
  let width = 0;
  for (const piece of pieces) {
    const pieceWidth = textWidth(piece.text);
    const isBlank = piece.text.trim() === "";
    if (width + pieceWidth > columns && !isBlank && width > indent.length) {
      rows.push([{ text: indent }]);
      width = indent.length;
    }
    if (isBlank && width === indent.length && rows.length > 1) continue;
    rows.at(-1)?.push(piece);
    width += pieceWidth;
  }
  return rows;
}

/** Lines as one text; lines wider than `style.columns` are wrapped instead of cut. */
export function formatWrapped(lines: readonly Line[], style: TextStyle): string {
  const { columns, ...uncut } = style;
  return formatLines(columns === undefined ? lines : lines.flatMap((line) => wrapLine(line, columns)), uncut);
}

/** Words and the blanks between them, each with the ink of its span. */
function wordsOf(part: Span | string): readonly Span[] {
  const whole = typeof part === "string" ? { text: part } : part;
  const words = printable(whole.text).match(/ +|[^ ]+/g) ?? [];
  return words.map((text) => ({ ...whole, text }));
}

function indentOf([first]: readonly Span[]): string {
  return first !== undefined && first.text.trim() === "" ? first.text : "";
}
