import { Option, type Command } from "commander";
import { GRAPH_FORMATS } from "../report/graph-text.ts";
import type { CommonOptions } from "./command-options.ts";
import type { DiffOptions } from "./commands/diff.ts";
import type { ExplainOptions } from "./commands/explain.ts";
import type { GraphOptions } from "./commands/graph.ts";
import {
  commonOptions,
  examples,
  parameterOptions,
  parametersArgument,
  planCommand,
  type ProgramState,
} from "./program-options.ts";

/** Commands that show plans. */
export function addShowingCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  planCommand(program, "levels", "list the tasks of a plan by what could run side by side")
    .addHelpText("after", examples("drover levels plan.ts"))
    .action(async (file: string, words: readonly string[], options: CommonOptions) => {
      const { levelsCommand } = await import("./commands/levels.ts");
      state.exitCode = await levelsCommand(file, words, { options, context });
    });
  planCommand(program, "graph", "draw a plan")
    .addOption(new Option("-f, --format <format>", "kind of picture; default ascii").choices(GRAPH_FORMATS))
    .option("--last", "with the states of its last run from this folder")
    .addHelpText(
      "after",
      examples("drover graph plan.ts", "drover graph plan.ts --last", "drover graph plan.ts --format svg > plan.svg"),
    )
    .action(async (file: string, words: readonly string[], options: GraphOptions) => {
      const { graphCommand } = await import("./commands/graph.ts");
      state.exitCode = await graphCommand(file, words, { options, context });
    });
  parameterOptions(commonOptions(program.command("explain")))
    .description("explain a plan with all its limits, how an operation is used, a part of the language, or one value")
    .argument("<plan|operation>", "a plan file or module, the name of an operation, or: var")
    .addArgument(parametersArgument())
    .option("--fleet <file>", "hosts, for a value of a host; default this machine")
    .option("--host <name>", "the host whose value is meant")
    .addHelpText(
      "after",
      examples(
        "drover explain plan.yml",
        "drover explain file.deploy",
        "drover explain tasks.retry",
        "drover explain var params.version plan.yml --params prod.yml",
        "drover explain var host.labels.role --host web1 --fleet hosts.yml",
      ),
    )
    .action(async (subject: string, words: readonly string[], options: ExplainOptions) => {
      const { explainCommand } = await import("./commands/explain.ts");
      state.exitCode = await explainCommand(subject, words, { options, context });
    });
  commonOptions(program.command("diff"))
    .description("show what differs between two runs, or between two plans")
    .argument("<one>", 'a run: its id or "last"; or a plan file or module')
    .argument("<other>", "the other one")
    .option("--data <folder>", "where runs are kept; default DROVER_DATA or the state folder of the user")
    .option("--detailed-exitcode", "exit with 2 when something differs")
    .addHelpText(
      "after",
      examples("drover diff run_0190 last", "drover diff old/plan.yml plan.yml --detailed-exitcode"),
    )
    .action(async (one: string, other: string, options: DiffOptions) => {
      const { diffCommand } = await import("./commands/diff.ts");
      state.exitCode = await diffCommand([one, other], { options, context });
    });
}
