import type { SourcePosition } from "../base/coded-error.ts";

/**
 * The text of a scalar together with where each of its characters stands in a file. Whoever reads the file makes it:
 * quotes, escapes and the indentation of block scalars shift characters, and expressions know nothing of them.
 */
export interface ScalarText {
  readonly text: string;
  /** Place in the file of the character at a UTF-16 offset of `text`; the offset `text.length` is its end. */
  positionAt(offset: number): SourcePosition;
}

/** From `offset` on, characters of the text stand one after the other in the file from this line and column. */
export interface TextSegment {
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/**
 * A text whose characters stand in the file in runs, one for each line or escape.
 *
 * @param segments Sorted by offset, the first at offset 0
 */
export function scalarText(
  text: string,
  segments: readonly TextSegment[],
  origin: Pick<SourcePosition, "file" | "path"> = {},
): ScalarText {
  return {
    text,
    positionAt(offset) {
      const segment = segmentAt(segments, offset);
      if (segment === undefined) return origin;
      return { ...origin, line: segment.line, column: segment.column + Math.max(0, offset - segment.offset) };
    },
  };
}

/** A text that stands in the file as it is, on one line. */
export function plainScalarText(text: string, at: SourcePosition = {}): ScalarText {
  const { line, column, ...origin } = at;
  return scalarText(text, [{ offset: 0, line: line ?? 1, column: column ?? 1 }], origin);
}

function segmentAt(segments: readonly TextSegment[], offset: number): TextSegment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return segments[Math.max(0, low - 1)];
}
