/** A piece of the text an author wrote: UTF-16 offset from its start, from 0, and length. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The piece from the start of one span to the end of another. */
export function spanBetween(first: Span, last: Span): Span {
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}
