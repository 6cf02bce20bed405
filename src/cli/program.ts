import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { codedError } from "../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../report/exit-code.ts";
import { GRAPH_FORMATS } from "../report/graph-text.ts";
import type { CliContext } from "./cli-context.ts";
import type { CommonOptions } from "./command-options.ts";
import type { DriftCommandOptions } from "./commands/drift.ts";
import type { FactsOptions } from "./commands/facts.ts";
import type { GraphOptions } from "./commands/graph.ts";
import type { LogExportOptions } from "./commands/log-export.ts";
import type { LogRebuildOptions } from "./commands/log-rebuild.ts";
import type { LogVerifyOptions } from "./commands/log-verify.ts";
import type { PlanOptions } from "./commands/plan.ts";
import type { RunOptions } from "./commands/run.ts";
import { OUTPUT_FORMATS } from "./data-output.ts";
import { addLanguageCommands } from "./language-commands.ts";
import { printProblems } from "./problem-text.ts";
import { addRunCommands } from "./program-runs.ts";
import { programVersion } from "./program-version.ts";
import { COLOR_CHOICES } from "./text-style-of.ts";

const ROLLBACK_MODES = ["off", "onFailure", "manual"] as const;
const MAX_PARALLEL_MAX = 100_000;

/** Wider help is hard to read. */
const HELP_COLUMNS_MAX = 100;

/**
 * Runs the program: finds the command in `words` and carries it out.
 * @returns the exit code; never throws for what a person typed
 */
export async function runProgram(words: readonly string[], context: CliContext): Promise<ExitCode> {
  const state: ProgramState = { context, exitCode: EXIT_CODES.ok };
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

interface ProgramState {
  readonly context: CliContext;
  exitCode: ExitCode;
}

function programOf(state: ProgramState): Command {
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
      examples("drover run plan.ts", "drover plan plan.ts version=1.2", "drover why deploy", "drover ops file"),
    );
  addRunningCommands(program, state);
  addDriftCommand(program, state);
  addRunCommands(program, {
    context: state.context,
    common: commonOptions,
    examples,
    ended: (exitCode) => (state.exitCode = exitCode),
  });
  addShowingCommands(program, state);
  addLanguageCommands(program, { state, planCommand, commonOptions, examples });
  addOtherCommands(program, state);
  addLogCommands(program, state);
  return program;
}

function addRunningCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  runOptions(planCommand(program, "run", "carry out a plan"))
    .option("--dry-run", "only show what would change, as drover plan does")
    .option("--ephemeral", "keep nothing: the run ends with this process, and cannot be resumed")
    .option("--new", "start although an earlier run of the plan has not finished")
    .option("--data <folder>", "where runs are kept; default DROVER_DATA or the state folder of the user")
    .option("--durable <folder>", "the same as --data")
    .addHelpText(
      "after",
      examples(
        "drover run plan.ts",
        "drover run plan.ts version=1.2 replicas:=3",
        "drover run plans.ts#rollout --fleet hosts.yml --rollback onFailure",
        "drover run plan.ts --output json > report.json",
        "drover run plan.ts --ephemeral",
      ),
    )
    .action(async (file: string, words: readonly string[], options: RunOptions) => {
      const { runCommand } = await import("./commands/run.ts");
      state.exitCode = await runCommand(file, words, { options, context });
    });
  runOptions(planCommand(program, "plan", "show what a run would change, without changing anything"))
    .option("--detailed-exitcode", "exit with 2 when something would change")
    .addHelpText("after", examples("drover plan plan.ts", "drover plan plan.ts --detailed-exitcode || echo differs"))
    .action(async (file: string, words: readonly string[], options: PlanOptions) => {
      const { planCommand: show } = await import("./commands/plan.ts");
      state.exitCode = await show(file, words, { options, context });
    });
}

function addDriftCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  runOptions(
    planCommand(program, "drift", "compare what a plan deployed with what is there; exits with 2 when it differs"),
  )
    .option("--repair", "bring back what has drifted, and nothing else")
    .addHelpText(
      "after",
      examples(
        "drover drift plan.ts",
        "drover drift plan.ts --repair",
        "drover drift plan.ts --output json | jq .counts",
      ),
    )
    .action(async (file: string, words: readonly string[], options: DriftCommandOptions) => {
      const { driftCommand } = await import("./commands/drift.ts");
      state.exitCode = await driftCommand(file, words, { options, context });
    });
}

function addShowingCommands(program: Command, state: ProgramState): void {
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
  commonOptions(program.command("explain"))
    .description("explain a plan with all its limits, or how an operation is used")
    .argument("<plan|operation>", "a plan file or module, or the name of an operation")
    .addArgument(parametersArgument())
    .addHelpText(
      "after",
      examples("drover explain plan.yml", "drover explain file.deploy", "drover explain tasks.retry"),
    )
    .action(async (subject: string, words: readonly string[], options: CommonOptions) => {
      const { explainCommand } = await import("./commands/explain.ts");
      state.exitCode = await explainCommand(subject, words, { options, context });
    });
}

function addOtherCommands(program: Command, state: ProgramState): void {
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

function addLogCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  const log = program.command("log").description("verify, export and replay the log in which runs are kept");
  logCommand(log, "verify", "read the whole log and say what is not as it was written")
    .addHelpText("after", examples("drover log verify", "drover log verify --data /var/lib/drover --output json"))
    .action(async (options: LogVerifyOptions) => {
      const { logVerifyCommand } = await import("./commands/log-verify.ts");
      state.exitCode = await logVerifyCommand({ options, context });
    });
  logCommand(log, "rebuild", "drop the read model and make it anew from the log")
    .addHelpText("after", examples("drover log rebuild"))
    .action(async (options: LogRebuildOptions) => {
      const { logRebuildCommand } = await import("./commands/log-rebuild.ts");
      state.exitCode = await logRebuildCommand({ options, context });
    });
  logCommand(log, "export", "write all events, one JSON value a line")
    .option("--run <id>", "only the events of this run")
    .option("--file <path>", "write to a file instead of standard output")
    .addHelpText(
      "after",
      examples("drover log export > events.ndjson", "drover log export --run run_… --file run.ndjson"),
    )
    .action(async (options: LogExportOptions) => {
      const { logExportCommand } = await import("./commands/log-export.ts");
      state.exitCode = await logExportCommand({ options, context });
    });
}

function logCommand(log: Command, name: string, description: string): Command {
  return commonOptions(log.command(name))
    .description(description)
    .option("--data <folder>", "data folder; default $DROVER_DATA, else $XDG_STATE_HOME/drover");
}

/** A command about a plan: module first, then parameters. */
function planCommand(program: Command, name: string, description: string): Command {
  return commonOptions(program.command(name))
    .description(description)
    .argument("<plan>", "plan file, or TypeScript module that exports the plan; another export as file.ts#name")
    .addArgument(parametersArgument());
}

function parametersArgument(): Argument {
  return new Argument("[parameters...]", "parameters of the plan: name=text, or name:=json");
}

function commonOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-o, --output <format>", "what standard output gets; for people: human, plain")
        .choices(OUTPUT_FORMATS)
        .default("human"),
    )
    .addOption(new Option("--color <when>", "colours; default auto").choices(COLOR_CHOICES))
    .option("-v, --verbose", "also show what running tasks write, and diffs");
}

function runOptions(command: Command): Command {
  return command
    .option("--fleet <file>", "hosts to run on; default this machine")
    .option("--max-parallel <count>", "tasks at once, instead of the number in the plan", wholeNumber)
    .addOption(new Option("--rollback <mode>", "what to do about changes when the run fails").choices(ROLLBACK_MODES))
    .option("--allow-irreversible", "run with --rollback onFailure although not everything can be undone");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_PARALLEL_MAX) return value;
  throw new InvalidArgumentError(`It is not a whole number from 1 to ${MAX_PARALLEL_MAX}.`);
}

function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  $ ${command}\n`).join("")}`;
}

/** What commander found wrong, in our words: `error: unknown command 'rnu'\n(Did you mean run?)`. */
function usageProblem({ message }: CommanderError): ReturnType<typeof codedError> {
  const [found = "", suggestion = ""] = message.replace(/^error: /, "").split("\n");
  const hint =
    suggestion.replaceAll(/[()]/g, "") ||
    'Run "drover --help" to see the commands, or a command with --help for its options';
  return codedError("DRV_CLI_USAGE", `Cannot understand the command line: ${found}`, { hint });
}
