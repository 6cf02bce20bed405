import { codedError } from "../../base/coded-error.ts";
import { builtinOperations } from "../../operation/catalog.ts";
import type { OperationSpec } from "../../operation/spec.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { padEnd } from "../../report/text-width.ts";
import { printLines } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { printProblems } from "../problem-text.ts";
import type { Invocation } from "../with-plan.ts";

/** `drover ops [FILTER]`: the operations there are, those whose name, summary or category holds the filter. */
export async function opsCommand(filter: string | undefined, { options, context }: Invocation): Promise<ExitCode> {
  const specs = builtinOperations()
    .list()
    .filter((spec) => matches(spec, filter ?? ""));
  if (specs.length === 0) {
    const message = `Cannot find an operation for ${JSON.stringify(filter)}: no name or summary holds it`;
    printProblems(
      [codedError("DRV_CLI_NOTHING_FOUND", message, { hint: 'Run "drover ops" to see all of them' })],
      context,
      options,
    );
    return EXIT_CODES.usage;
  }
  if (isDataFormat(options.output)) {
    const rows = specs.map(({ name, category, summary, aliases }) => ({ name, category, summary, aliases }));
    await writeData(rows, options.output, context.stdout);
  } else printLines(catalogLines(specs), { options, context });
  return EXIT_CODES.ok;
}

function matches({ name, summary, category, aliases }: OperationSpec, filter: string): boolean {
  return [name, summary, category, ...aliases].some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}

function catalogLines(specs: readonly OperationSpec[]): readonly Line[] {
  const columns = Math.max(...specs.map(({ name }) => name.length));
  const byCategory = Map.groupBy(specs, (spec) => spec.category);
  const sections = Array.from(byCategory, ([category, members]): readonly Line[] => [
    [span(category, "bold")],
    ...members.map(({ name, summary }): Line => [`  ${padEnd(name, columns)}  `, span(summary, "dim")]),
    [],
  ]);
  return [
    ...sections.flat(),
    [span(`More about one of them: drover explain ${specs[0]?.name ?? "file.deploy"}`, "dim")],
  ];
}
