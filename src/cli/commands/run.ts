import { formatWrapped } from "../../report/wrap-line.ts";
import type { CodedError } from "../../base/coded-error.ts";
import type { RollbackMode } from "../../plan/compiled-plan.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import type { Line } from "../../report/line.ts";
import { recapLines } from "../../report/recap-text.ts";
import { reportDocument } from "../../report/report-document.ts";
import type { Report } from "../../report/report.ts";
import type { CliContext } from "../cli-context.ts";
import { styleFor, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import { parseParameters } from "../parameters.ts";
import { loadPlan, type LoadedPlan } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";

export interface RunOptions extends CommonOptions {
  readonly fleet?: string;
  readonly dryRun?: boolean;
  readonly maxParallel?: number;
  readonly rollback?: RollbackMode;
  readonly allowIrreversible?: boolean;
}

/** `drover run FILE [name=value …]`: carries a plan out and says what changed. */
export async function runCommand(
  file: string,
  words: readonly string[],
  { options, context }: { readonly options: RunOptions; readonly context: CliContext },
): Promise<ExitCode> {
  if (options.dryRun === true) {
    const { planCommand } = await import("./plan.ts");
    return planCommand(file, words, { options, context });
  }
  const loaded = await loadWithParameters(file, words, { options, context });
  if (loaded === undefined) return EXIT_CODES.validation;
  const report = await executePlan(loaded, { options, context, isDryRun: false });
  if (report === undefined) return EXIT_CODES.validation;
  await writeReport(report, [file, ...words], { options, context });
  return exitCodeOf(report.view);
}

/** Reads parameters and loads the plan; prints every problem. */
export async function loadWithParameters(
  file: string,
  words: readonly string[],
  { options, context }: { readonly options: CommonOptions; readonly context: CliContext },
): Promise<LoadedPlan | undefined> {
  const params = parseParameters(words);
  if (!params.ok) return refuse(params.error, { options, context });
  const loaded = await loadPlan(file, params.value, context);
  return loaded.ok ? loaded.value : refuse(loaded.error, { options, context });
}

function refuse(
  problems: readonly CodedError[],
  { options, context }: { readonly options: CommonOptions; readonly context: CliContext },
): undefined {
  printProblems(problems, context, options);
  return undefined;
}

async function writeReport(
  report: Report,
  words: readonly string[],
  { options, context }: { readonly options: RunOptions; readonly context: CliContext },
): Promise<void> {
  const { stdout } = context;
  // As NDJSON the events have said everything already.
  if (options.output === "ndjson") return;
  if (isDataFormat(options.output)) return writeData(reportDocument(report), options.output, stdout);
  const style = styleFor(stdout, options, context);
  const fleet = options.fleet === undefined ? [] : ["--fleet", options.fleet];
  const runArguments = hasSecret(words) ? undefined : [...words, ...fleet];
  const lines = recapLines(report.view, { style, ...(runArguments !== undefined && { runArguments }) });
  stdout.write(formatWrapped([EMPTY_LINE, ...lines], style));
}

const EMPTY_LINE: Line = [];

/** Words that look like secrets are not repeated on the screen. */
function hasSecret(words: readonly string[]): boolean {
  return words.some((word) => /^[\w.-]*(?:password|passwd|secret|token|key)[\w.-]*:?=/i.test(word));
}
