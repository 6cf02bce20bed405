import { Command, CommanderError } from "commander";
import { codedError } from "../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../report/exit-code.ts";
import type { CliContext } from "./cli-context.ts";
import { addLanguageCommands } from "./language-commands.ts";
import { printProblems } from "./problem-text.ts";
import { addOtherCommands } from "./program-asking.ts";
import { addLogCommands } from "./program-log.ts";
import { commonOptions, examples, type ProgramState } from "./program-options.ts";
import { addRunningCommands } from "./program-running.ts";
import { addRunCommands } from "./program-runs.ts";
import { addSetupCommands } from "./program-setup.ts";
import { addShowingCommands } from "./program-showing.ts";
import { programVersion } from "./program-version.ts";

/** Wider help is hard to read. */
const HELP_COLUMNS_MAX = 100;

/**
 * Runs the program: finds the command in `words` and carries it out.
 * @returns the exit code; never throws for what a person typed
 */
export async function runProgram(words: readonly string[], context: CliContext): Promise<ExitCode> {
  const state: ProgramState = { context, words, exitCode: EXIT_CODES.ok };
  const program = programOf(state);
  try {
    await program.parseAsync(words, { from: "user" });
    return state.exitCode;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return EXIT_CODES.ok;
    if (thrown.code === "commander.help") context.stderr.write(program.helpInformation());
    else printProblems([usageProblem(thrown)], context);
    return EXIT_CODES.usage;
  }
}

/** The program with all its commands. */
export function programOf(state: ProgramState): Command {
  const { stdout } = state.context;
  const program = new Command("drover")
    .description("Makes true on machines what a plan describes, and says what changed")
    .version(programVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .configureHelp({
      helpWidth: Math.min(HELP_COLUMNS_MAX, stdout.columns),
      subcommandTerm: (command) => command.name(),
    })
    // Mistakes are printed by `runProgram`, like every other problem.
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => {}, outputError: () => {} })
    .exitOverride()
    .addHelpText(
      "after",
      examples(
        "drover init",
        "drover run plan.ts",
        "drover plan plan.ts version=1.2",
        "drover why deploy",
        "drover ops file",
      ),
    );
  addRunningCommands(program, state);
  addRunCommands(program, {
    context: state.context,
    common: commonOptions,
    examples,
    ended: (exitCode) => (state.exitCode = exitCode),
  });
  addShowingCommands(program, state);
  addLanguageCommands(program, state);
  addOtherCommands(program, state);
  addLogCommands(program, state);
  addSetupCommands(program, state);
  return program;
}

/** What commander found wrong, in our words: `error: unknown command 'rnu'\n(Did you mean run?)`. */
function usageProblem({ message }: CommanderError): ReturnType<typeof codedError> {
  const [found = "", suggestion = ""] = message.replace(/^error: /, "").split("\n");
  const hint =
    suggestion.replaceAll(/[()]/g, "") ||
    'Run "drover --help" to see the commands, or a command with --help for its options';
  return codedError("DRV_CLI_USAGE", `Cannot understand the command line: ${found}`, { hint });
}
