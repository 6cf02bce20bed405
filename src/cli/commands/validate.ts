import type { CodedError } from "../../base/coded-error.ts";
import type { JsonObject } from "../../base/json.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { counted } from "../../report/wording.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { diagnosticLines, isDiagnostic } from "../diagnostic-lines.ts";
import { isPlanFileName } from "../plan-source.ts";
import { problemLines } from "../problem-text.ts";
import { sarifOf } from "../sarif.ts";
import type { Invocation } from "../with-plan.ts";

export interface ValidateOptions extends CommonOptions {
  /** Writes SARIF 2.1.0, which code hosts show beside the lines. */
  readonly sarif?: boolean;
}

/** What was found in one file. */
export interface ValidatedFile {
  readonly file: string;
  readonly problems: readonly CodedError[];
}

/** Problems shown to people at once; data formats have all. */
const SHOWN_MAX = 200;

/** `drover validate FILE…`: everything that is wrong with plans, without running anything. */
export async function validateCommand(
  files: readonly string[],
  invocation: Invocation<ValidateOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const validated: ValidatedFile[] = [];
  for (const file of files) validated.push({ file, problems: await problemsOf(file, invocation) });
  if (options.sarif === true) await writeData(sarifOf(validated), "json", context.stdout);
  else if (isDataFormat(options.output)) await writeData(validated.map(documentOf), options.output, context.stdout);
  else printLines(linesOf(validated), { options, context });
  const isValid = validated.every(({ problems }) => !problems.some(isWrong));
  return isValid ? EXIT_CODES.ok : EXIT_CODES.validation;
}

async function problemsOf(file: string, { context }: Invocation): Promise<readonly CodedError[]> {
  if (isPlanFileName(file)) {
    const { checkPlanFile } = await import("../check-plan-file.ts");
    return checkPlanFile(file, context.folder);
  }
  const { loadPlan } = await import("../plan-module.ts");
  const loaded = await loadPlan(file, {}, context);
  return loaded.ok ? [] : loaded.error;
}

/** Warnings and hints make no plan invalid. */
function isWrong(problem: CodedError): boolean {
  return !isDiagnostic(problem) || problem.severity === "error";
}

function linesOf(validated: readonly ValidatedFile[]): readonly Line[] {
  return validated.flatMap(({ file, problems }): readonly Line[] => {
    const shown = problems
      .slice(0, SHOWN_MAX)
      .flatMap((problem) => (isDiagnostic(problem) ? diagnosticLines(problem) : problemLines([problem])));
    const errorCount = problems.filter(isWrong).length;
    const others = problems.length - errorCount;
    const remarks = others === 0 ? "" : `, ${counted(others, "remark")}`;
    const verdict: Line =
      errorCount === 0
        ? [span("✔ ", "green"), `${file} is valid${remarks}`]
        : [span("✖ ", "red"), `${file}: ${counted(errorCount, "error")}${remarks}`];
    return [...shown, verdict];
  });
}

function documentOf({ file, problems }: ValidatedFile): JsonObject {
  return {
    version: 1,
    file,
    valid: !problems.some(isWrong),
    problems: problems.map((problem) => {
      const { code, message, hint, at } = problem;
      const severity = isDiagnostic(problem) ? problem.severity : "error";
      const end = isDiagnostic(problem) ? problem.end : undefined;
      return {
        severity,
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        ...(at?.file === undefined ? {} : { file: at.file }),
        ...(at?.line === undefined ? {} : { line: at.line }),
        ...(at?.column === undefined ? {} : { column: at.column }),
        ...(at?.path === undefined ? {} : { path: at.path }),
        ...(end === undefined ? {} : { endLine: end.line, endColumn: end.column }),
      };
    }),
  };
}
