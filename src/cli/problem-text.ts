import type { CodedError } from "../base/coded-error.ts";
import { span, type Line } from "../report/line.ts";
import { errorLines } from "../report/task-line.ts";
import { formatWrapped } from "../report/wrap-line.ts";
import type { CliContext } from "./cli-context.ts";
import { diagnosticLines, isDiagnostic } from "./diagnostic-lines.ts";
import { textStyleOf, type ColorChoice } from "./text-style-of.ts";

/** Problems printed at once; more of them help nobody. */
const PROBLEMS_MAX = 50;

/** Problems for people: what failed, where, why, and what to do next. */
export function problemLines(problems: readonly CodedError[]): readonly Line[] {
  const lines = problems.slice(0, PROBLEMS_MAX).flatMap((problem): readonly Line[] => {
    if (isDiagnostic(problem)) return diagnosticLines(problem);
    const [first = [], ...rest] = errorLines(problem, "  ");
    return [[span("error: ", "red"), ...first.slice(1)], ...rest];
  });
  if (problems.length > PROBLEMS_MAX) lines.push([`… and ${problems.length - PROBLEMS_MAX} more`]);
  return problems.length > 1 ? [...lines, [span(`${problems.length} problems`, "bold")]] : lines;
}

/** Prints problems to standard error. */
export function printProblems(
  problems: readonly CodedError[],
  context: Pick<CliContext, "stderr" | "env">,
  options: { readonly color?: ColorChoice } = {},
): void {
  context.stderr.write(formatWrapped(problemLines(problems), textStyleOf(context.stderr, context.env, options)));
}
