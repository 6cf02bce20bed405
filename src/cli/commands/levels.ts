import { formatWrapped } from "../../report/wrap-line.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { levelLines, levelsOf } from "../../report/explain-text.ts";

import type { CliContext } from "../cli-context.ts";
import { styleFor, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { loadWithParameters } from "./run.ts";

/** `drover levels FILE [name=value …]`: which tasks could run side by side. */
export async function levelsCommand(
  file: string,
  words: readonly string[],
  { options, context }: { readonly options: CommonOptions; readonly context: CliContext },
): Promise<ExitCode> {
  const loaded = await loadWithParameters(file, words, { options, context });
  if (loaded === undefined) return EXIT_CODES.validation;
  const { compiled } = loaded.plan;
  if (isDataFormat(options.output)) {
    const levels = levelsOf(compiled).map((tasks) => tasks.map((task) => task.name));
    await writeData(
      options.output === "ndjson" ? levels : { version: 1, plan: compiled.name, levels },
      options.output,
      context.stdout,
    );
  } else context.stdout.write(formatWrapped(levelLines(compiled), styleFor(context.stdout, options, context)));
  return EXIT_CODES.ok;
}
