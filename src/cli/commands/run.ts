import type { RollbackMode } from "../../plan/compiled-plan.ts";
import { exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { recapLines } from "../../report/recap-text.ts";
import { reportDocument } from "../../report/report-document.ts";
import type { Report } from "../../report/report.ts";
import { printLines, styleFor, type CommonOptions } from "../command-options.ts";
import type { DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import type { ParameterOptions } from "../given-parameters.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";

export interface RunOptions extends CommonOptions, DataOptions, ParameterOptions {
  /** Keep nothing: the run ends with its process. */
  readonly ephemeral?: boolean;
  /** The same as `data`. */
  readonly durable?: string;
  /** Start although an earlier run of the plan is not finished. */
  readonly new?: boolean;
  readonly fleet?: string;
  readonly dryRun?: boolean;
  readonly maxParallel?: number;
  readonly rollback?: RollbackMode;
  readonly allowIrreversible?: boolean;
}

/** Words that look like secrets are not repeated on the screen. */
const SECRET_WORD = /^[\w.-]*(?:password|passwd|secret|token|key)[\w.-]*:?=/i;

/** `drover run FILE [name=value …]`: carries a plan out and says what changed. */
export async function runCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<RunOptions>,
): Promise<ExitCode> {
  if (invocation.options.dryRun === true) {
    const { planCommand } = await import("./plan.ts");
    return planCommand(file, parameters, invocation);
  }
  return withPlan({ file, parameters }, invocation, async (loaded) => {
    const ended = await executePlan(loaded, { ...invocation, isDryRun: false });
    if (!ended.ok) return refuse(ended.error, invocation);
    await writeReport(ended.value, [file, ...parameters], invocation);
    return exitCodeOf(ended.value.view);
  });
}

/** Writes what a finished run did. `words` repeat the run, when they may be shown. */
export async function writeReport(
  report: Report,
  words: readonly string[] | undefined,
  { options, context }: Invocation<Pick<RunOptions, "output" | "color" | "verbose" | "fleet">>,
): Promise<void> {
  const { stdout } = context;
  // As NDJSON the events have said everything already.
  if (options.output === "ndjson") return;
  if (isDataFormat(options.output)) return writeData(reportDocument(report), options.output, stdout);
  const style = styleFor(stdout, options, context);
  const fleet = options.fleet === undefined ? [] : ["--fleet", options.fleet];
  const runArguments = words?.some((word) => SECRET_WORD.test(word)) === false ? [...words, ...fleet] : undefined;
  const lines = recapLines(report.view, { style, ...(runArguments !== undefined && { runArguments }) });
  printLines([[], ...lines], { options, context });
}
