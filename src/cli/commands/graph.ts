import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { jsonGraph } from "../../report/graph-json.ts";
import { pictureOf } from "../../report/graph-picture.ts";
import { graphText, type GraphFormat } from "../../report/graph-text.ts";
import { styleFor, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { lastRun } from "../last-run.ts";
import type { LoadedPlan } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";
import { withPlan, type Invocation } from "../with-plan.ts";

export interface GraphOptions extends CommonOptions {
  readonly format?: GraphFormat;
  /** Draws the states of the last run of this plan. */
  readonly last?: boolean;
}

/** `drover graph FILE [name=value …]`: a picture of the plan. */
export async function graphCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<GraphOptions>,
): Promise<ExitCode> {
  return withPlan({ file, parameters }, invocation, (loaded) => drawPlan(loaded, invocation));
}

async function drawPlan(
  { plan, reference }: LoadedPlan,
  { options, context }: Invocation<GraphOptions>,
): Promise<ExitCode> {
  const last = options.last === true ? await lastRun(reference.path, context) : undefined;
  if (last !== undefined && !last.ok) {
    printProblems([last.error], context, options);
    return EXIT_CODES.usage;
  }
  const picture = pictureOf(plan.compiled, last === undefined ? {} : { view: last.value.view });
  if (options.format === undefined && isDataFormat(options.output)) {
    await writeData(jsonGraph(picture), options.output, context.stdout);
    return EXIT_CODES.ok;
  }
  const style = styleFor(context.stdout, options, context);
  context.stdout.write(graphText(picture, { style, ...(options.format !== undefined && { format: options.format }) }));
  return EXIT_CODES.ok;
}
