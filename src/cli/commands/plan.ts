import { formatWrapped } from "../../report/wrap-line.ts";
import { dryRunLines, hasChanges } from "../../report/diff-text.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";

import { reportDocument } from "../../report/report-document.ts";
import type { CliContext } from "../cli-context.ts";
import { styleFor } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import { loadWithParameters, type RunOptions } from "./run.ts";

export interface PlanOptions extends RunOptions {
  readonly detailedExitcode?: boolean;
}

/** `drover plan FILE [name=value …]`: looks at the hosts and says what a run would change, changing nothing. */
export async function planCommand(
  file: string,
  words: readonly string[],
  { options, context }: { readonly options: PlanOptions; readonly context: CliContext },
): Promise<ExitCode> {
  const loaded = await loadWithParameters(file, words, { options, context });
  if (loaded === undefined) return EXIT_CODES.validation;
  const report = await executePlan(loaded, { options, context, isDryRun: true });
  if (report === undefined) return EXIT_CODES.validation;
  const isChanging = hasChanges(report.view);
  if (isDataFormat(options.output)) {
    if (options.output !== "ndjson") {
      await writeData({ ...reportDocument(report), hasChanges: isChanging }, options.output, context.stdout);
    }
  } else {
    const style = styleFor(context.stdout, options, context);
    const lines = dryRunLines(report.view, { style, plan: loaded.plan.compiled });
    context.stdout.write(formatWrapped([[], ...lines], style));
  }
  const code = exitCodeOf(report.view);
  if (code !== EXIT_CODES.ok) return code;
  return isChanging && options.detailedExitcode === true ? EXIT_CODES.planHasChanges : EXIT_CODES.ok;
}
