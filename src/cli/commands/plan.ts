import { dryRunLines, hasChanges } from "../../report/diff-text.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { reportDocument } from "../../report/report-document.ts";
import type { Report } from "../../report/report.ts";
import { printLines, styleFor } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import type { LoadedPlan } from "../plan-module.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";
import type { RunOptions } from "./run.ts";

export interface PlanOptions extends RunOptions {
  readonly detailedExitcode?: boolean;
}

/** `drover plan FILE [name=value …]`: looks at the hosts and says what a run would change, changing nothing. */
export async function planCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<PlanOptions>,
): Promise<ExitCode> {
  return withPlan({ file, parameters }, invocation, async (loaded) => {
    const ended = await executePlan(loaded, { ...invocation, isDryRun: true });
    if (!ended.ok) return refuse(ended.error, invocation);
    await writeFindings(ended.value, loaded, invocation);
    const code = exitCodeOf(ended.value.view);
    if (code !== EXIT_CODES.ok) return code;
    const tellsChanges = invocation.options.detailedExitcode === true && hasChanges(ended.value.view);
    return tellsChanges ? EXIT_CODES.planHasChanges : EXIT_CODES.ok;
  });
}

async function writeFindings(
  report: Report,
  { plan }: LoadedPlan,
  { options, context }: Invocation<PlanOptions>,
): Promise<void> {
  if (options.output === "ndjson") return;
  if (isDataFormat(options.output)) {
    const document = { ...reportDocument(report), hasChanges: hasChanges(report.view) };
    return writeData(document, options.output, context.stdout);
  }
  const style = styleFor(context.stdout, options, context);
  printLines([[], ...dryRunLines(report.view, { style, plan: plan.compiled })], { options, context });
}
