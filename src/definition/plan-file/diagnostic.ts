import type { CodedError, SourcePosition } from "../../base/coded-error.ts";

/** `error`: the file cannot be used. `warning`: it can, and probably should not. `hint`: something to know. */
export type Severity = "error" | "warning" | "hint";

/** Something found in a file: a coded error that also says how bad it is and shows the place. */
export interface Diagnostic extends CodedError {
  readonly severity: Severity;
  readonly at: SourcePosition;
  /** Behind the last character, when the place is more than a point. */
  readonly end?: { readonly line: number; readonly column: number };
  readonly excerpt?: Excerpt;
}

/** One line of the file, cut to what fits a terminal, and where in it the place is. */
export interface Excerpt {
  readonly text: string;
  /** First character of the place in `text`, from 0. */
  readonly start: number;
  /** At least 1. */
  readonly length: number;
}

/** Order of severities, worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "hint"];

export function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** Sorts by file and place, and keeps of several at one place with one message only the first. */
export function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const rankOf = new Map(files.map((name, index) => [name, index]));
  const sorted = diagnostics.toSorted(
    ({ at: left }, { at: right }) =>
      (rankOf.get(left.file ?? "") ?? -1) - (rankOf.get(right.file ?? "") ?? -1) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      (left.column ?? 0) - (right.column ?? 0),
  );
  const seen = new Set<string>();
  return sorted.filter(({ at, message }) => {
    const key = `${at.file}:${at.line}:${at.column}:${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
