import type { Command } from "commander";
import type { CommonOptions } from "./command-options.ts";
import type { FactsOptions } from "./commands/facts.ts";
import { commonOptions, examples, type ProgramState } from "./program-options.ts";

/** Commands that answer questions about operations, hosts and past runs. */
export function addOtherCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  commonOptions(program.command("ops"))
    .description("list the operations there are")
    .argument("[filter]", "part of a name, summary or category")
    .addHelpText("after", examples("drover ops", "drover ops file", "drover ops --output json"))
    .action(async (filter: string | undefined, options: CommonOptions) => {
      const { opsCommand } = await import("./commands/ops.ts");
      state.exitCode = await opsCommand(filter, { options, context });
    });
  commonOptions(program.command("facts"))
    .description("show what hosts say about themselves, and what is wrong with them")
    .option("--fleet <file>", "hosts to ask; default this machine")
    .option("--host <name>", "only this host")
    .addHelpText("after", examples("drover facts", "drover facts --fleet hosts.yml --host web1 --output json"))
    .action(async (options: FactsOptions) => {
      const { factsCommand } = await import("./commands/facts.ts");
      state.exitCode = await factsCommand({ options, context });
    });
  commonOptions(program.command("why"))
    .description("explain what became of a task in the last run from this folder, or in any run of the data folder")
    .argument("[plan]", 'plan, when the last run of any plan is not meant; or a run: its id, or "last"')
    .argument("[task]", "name of the task; without one, everything that went wrong")
    .option("--data <folder>", "where runs are kept, when a run is named")
    .addHelpText(
      "after",
      examples("drover why", "drover why deploy", "drover why plan.ts deploy", "drover why run_0190 deploy"),
    )
    .action(async (plan: string | undefined, task: string | undefined, options: CommonOptions) => {
      const { whyCommand } = await import("./commands/why.ts");
      const words = [plan, task].filter((word) => word !== undefined);
      state.exitCode = await whyCommand(words, { options, context });
    });
  commonOptions(program.command("version"))
    .description("print the versions of drover and of what it runs on")
    .addHelpText("after", examples("drover version", "drover version --output json"))
    .action(async (options: CommonOptions) => {
      const { versionCommand } = await import("./commands/version.ts");
      state.exitCode = await versionCommand({ options, context });
    });
}
