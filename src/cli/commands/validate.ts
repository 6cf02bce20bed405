import type { CodedError } from "../../base/coded-error.ts";
import type { JsonObject } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { counted } from "../../report/wording.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import type { ParameterOptions } from "../given-parameters.ts";
import { diagnosticLines, isDiagnostic } from "../diagnostic-lines.ts";
import { isPlanFileName } from "../plan-source.ts";
import { problemLines } from "../problem-text.ts";
import { sarifOf } from "../sarif.ts";
import type { Invocation } from "../with-plan.ts";

export interface ValidateOptions extends CommonOptions, ParameterOptions {
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

/** A word that sets a parameter; no plan has such a name. */
const PARAMETER_WORD = /^[\p{L}_][\p{L}\p{N}_.-]*:?=/u;

/**
 * `drover validate FILE… [name=value …]`: everything that is wrong with plans, without running anything; also with the
 * parameters, when some are given.
 */
export async function validateCommand(
  words: readonly string[],
  invocation: Invocation<ValidateOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const [settings, files] = [words.filter(isSetting), words.filter((word) => !isSetting(word))];
  const hasParameters = settings.length > 0 || options.params !== undefined || options.set !== undefined;
  const given = hasParameters ? await givenParameters(settings, invocation) : ok(undefined);
  const validated: ValidatedFile[] = [];
  for (const file of files) {
    const found = await problemsOf(file, given.ok ? given.value : undefined, invocation);
    validated.push({ file, problems: given.ok ? found : [...given.error, ...found] });
  }
  if (options.sarif === true) await writeData(sarifOf(validated), "json", context.stdout);
  else if (isDataFormat(options.output)) await writeData(validated.map(documentOf), options.output, context.stdout);
  else printLines(linesOf(validated), { options, context });
  const isValid = validated.every(({ problems }) => !problems.some(isWrong));
  return isValid ? EXIT_CODES.ok : EXIT_CODES.validation;
}

function isSetting(word: string): boolean {
  return PARAMETER_WORD.test(word);
}

async function givenParameters(settings: readonly string[], { options, context }: Invocation<ValidateOptions>) {
  const { gatherParameters } = await import("../given-parameters.ts");
  return gatherParameters(settings, options, context.folder);
}

async function problemsOf(
  file: string,
  params: JsonObject | undefined,
  { context }: Invocation,
): Promise<readonly CodedError[]> {
  if (isPlanFileName(file)) {
    const { checkPlanFile } = await import("../check-plan-file.ts");
    return checkPlanFile(file, context.folder, params);
  }
  const { loadPlan } = await import("../plan-module.ts");
  const loaded = await loadPlan(file, params ?? {}, context);
  if (!loaded.ok) return loaded.error;
  if (params === undefined) return [];
  const bound = (await context.openRunPort()).bind(loaded.value.plan, loaded.value.params);
  return bound.ok ? [] : bound.error;
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
