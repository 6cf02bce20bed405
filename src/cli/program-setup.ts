import { Argument, type Command } from "commander";
import type { CommonOptions } from "./command-options.ts";
import { SHELLS, type Shell } from "./completion-scripts.ts";
import { commonOptions, examples, type ProgramState } from "./program-options.ts";

/** Commands that set things up: a project, a shell. */
export function addSetupCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  commonOptions(program.command("init"))
    .description("make a new project with a plan that works; changes no file that is there")
    .argument("[folder]", "where; default this folder")
    .addHelpText("after", examples("drover init", "drover init my-project"))
    .action(async (folder: string | undefined, options: CommonOptions) => {
      const { initCommand } = await import("./commands/init.ts");
      state.exitCode = await initCommand(folder, { options, context });
    });
  program
    .command("completion")
    .description("print what makes a shell complete commands, options, plans, operations, tasks and runs")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      examples("source <(drover completion bash)", "drover completion fish > ~/.config/fish/completions/drover.fish"),
    )
    .action(async (shell: Shell) => {
      const { completionCommand } = await import("./commands/completion.ts");
      state.exitCode = completionCommand(shell, context);
    });
  program
    .command("__complete", { hidden: true })
    .description("answers a shell that asks for the next word")
    .argument("[words...]", "words so far, the one to complete last")
    .addHelpText("after", examples("drover __complete -- run pl"))
    .action(async (words: readonly string[]) => {
      const { answerCompletion } = await import("./commands/completion.ts");
      state.exitCode = await answerCompletion(program, words, context);
    });
}
