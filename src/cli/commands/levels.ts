import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { levelLines, levelsOf, rollbackStepNames } from "../../report/explain-text.ts";
import { printLines } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { withPlan, type Invocation } from "../with-plan.ts";

/** `drover levels FILE [name=value …]`: which tasks could run side by side. */
export async function levelsCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation,
): Promise<ExitCode> {
  const { options, context } = invocation;
  return withPlan({ file, parameters }, invocation, async ({ plan: { compiled } }) => {
    if (isDataFormat(options.output)) {
      const levels = levelsOf(compiled).map((tasks) => tasks.map((task) => task.name));
      const document =
        options.output === "ndjson"
          ? levels
          : { version: 1, plan: compiled.name, levels, ...rollbackStepNames(compiled) };
      await writeData(document, options.output, context.stdout);
    } else printLines(levelLines(compiled), invocation);
    return EXIT_CODES.ok;
  });
}
