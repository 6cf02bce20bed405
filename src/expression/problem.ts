import { codedError, type CodedError } from "../base/coded-error.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { ScalarText } from "./scalar-text.ts";
import type { Span } from "./span.ts";

/** What is wrong with an expression and where in its author's text. */
export interface ExpressionProblem {
  readonly code: ErrorCode;
  /** A hint is no error: the expression works, but probably not as meant. */
  readonly severity: "error" | "hint";
  readonly message: string;
  readonly span: Span;
  /** What to write instead; default: what the registry says about the code. */
  readonly hint?: string;
}

/** The problem as a coded error at its line and column; `details.length` says how many characters are meant. */
export function problemToError(problem: ExpressionProblem, source: ScalarText): CodedError {
  return codedError(problem.code, problem.message, {
    at: source.positionAt(problem.span.offset),
    details: { length: problem.span.length },
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  });
}
