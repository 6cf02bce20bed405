import type { SourcePosition } from "../base/coded-error.ts";

/** How to find what lies inside a place of a file. */
export interface PlaceFinder {
  /** Line and column of the place itself. */
  find(): { readonly line: number; readonly column: number };
  /** The place of a member, by the names of definitions joined with dots: `params.headers.accept`. */
  member(path: string): SourcePosition;
  /** The place of a character of the text that stands there. */
  character(index: number): SourcePosition;
  /** The place of the key under which it stands. */
  key(): SourcePosition;
  /** Whether the text there ends because a comment begins. */
  isCutByComment(): boolean;
}

/**
 * A position in a file that is counted only when somebody reads it: every task has one and hardly any needs it. What lies
 * inside is found by {@link memberPosition} and {@link characterPosition}. Line and column are no own members: a copy is
 * made by {@link plainPosition}.
 */
export class LazyPosition implements SourcePosition {
  readonly file: string;
  readonly finder: PlaceFinder;
  #found: ReturnType<PlaceFinder["find"]> | undefined;

  constructor(file: string, finder: PlaceFinder) {
    this.file = file;
    this.finder = finder;
  }

  get line(): number {
    return (this.#found ??= this.finder.find()).line;
  }

  get column(): number {
    return (this.#found ??= this.finder.find()).column;
  }

  toJSON(): SourcePosition {
    return plainPosition(this);
  }
}

/** A position as plain data. */
export function plainPosition(at: SourcePosition | undefined): SourcePosition {
  return at instanceof LazyPosition ? { file: at.file, line: at.line, column: at.column } : { ...at };
}

function finderOf(at: SourcePosition): PlaceFinder | undefined {
  return at instanceof LazyPosition ? at.finder : undefined;
}

/** The position of a member of what stands at `at`; `at` itself when that came from no file. */
export function memberPosition(at: SourcePosition | undefined, path: string): SourcePosition | undefined {
  return at === undefined ? undefined : (finderOf(at)?.member(path) ?? at);
}

/** The position of the key of what stands at `at`; `at` itself when that came from no file. */
export function keyPosition(at: SourcePosition | undefined): SourcePosition | undefined {
  return at === undefined ? undefined : (finderOf(at)?.key() ?? at);
}

/** The position of a character of the text at `at`; `at` itself when that came from no file. */
export function characterPosition(at: SourcePosition | undefined, index: number): SourcePosition | undefined {
  return at === undefined ? undefined : (finderOf(at)?.character(index) ?? at);
}

/** Whether the text at a position stands without quotes and a comment follows it. */
export function isCutByComment(at: SourcePosition | undefined): boolean {
  return at !== undefined && finderOf(at)?.isCutByComment() === true;
}
