import { InvalidArgumentError, Option, type Command } from "commander";
import type { ExitCode } from "../report/exit-code.ts";
import type { CliContext } from "./cli-context.ts";
import type { ForkOptions } from "./commands/fork.ts";
import type { ResumeOptions } from "./commands/resume.ts";
import type { RunsOptions } from "./commands/runs.ts";
import type { ShowOptions } from "./commands/show.ts";
import type { VerbOptions } from "./commands/verb.ts";
import { VERBS, type VerbSpec } from "./verb-specs.ts";

export interface RunCommandsOptions {
  readonly context: CliContext;
  /** Adds the options that every command takes. */
  readonly common: (command: Command) => Command;
  readonly examples: (...commands: readonly string[]) => string;
  readonly ended: (exitCode: ExitCode) => void;
}

const ROLLBACK_MODES = ["off", "onFailure", "manual"] as const;
const RUN_HELP = 'id of a run, its beginning or its end, or "last"';

/** Adds the commands about durable runs: `runs`, `show`, `resume`, and the verbs. */
export function addRunCommands(program: Command, options: RunCommandsOptions): void {
  const { context, common, examples, ended } = options;
  data(common(program.command("runs")))
    .description("list the runs of the data folder, newest first")
    .option("--all", "all that are remembered, not only the newest")
    .addHelpText("after", examples("drover runs", "drover runs --output json"))
    .action(async (given: RunsOptions) => {
      const { runsCommand } = await import("./commands/runs.ts");
      ended(await runsCommand({ options: given, context }));
    });
  data(common(program.command("show")))
    .description("show what a run has done, is doing and waits for")
    .argument("<run>", RUN_HELP)
    .addHelpText("after", examples("drover show last", "drover show run_0190 --output json"))
    .action(async (run: string, given: ShowOptions) => {
      const { showCommand } = await import("./commands/show.ts");
      ended(await showCommand(run, { options: given, context }));
    });
  data(common(program.command("resume")))
    .description("go on with a run that was paused, or whose process has ended")
    .argument("<run>", RUN_HELP)
    .option("--reason <text>", "why; kept in the log")
    .addHelpText("after", examples("drover resume last", "drover resume run_0190"))
    .action(async (run: string, given: ResumeOptions) => {
      const { resumeCommand } = await import("./commands/resume.ts");
      ended(await resumeCommand(run, { options: given, context }));
    });
  addFork(program, options);
  for (const verb of VERBS) addVerb(program, verb, options);
}

function addFork(program: Command, { context, common, examples, ended }: RunCommandsOptions): void {
  data(common(program.command("fork")))
    .description("start a new run of the plan with edited parameters, which takes over what they do not touch")
    .argument("<run>", RUN_HELP)
    .argument("[parameters...]", "parameters that differ: name=text, or name:=json")
    .option("--from <task>", "run this task again, and all that depends on it; may be given more than once", oneMore)
    .option("--reason <text>", "why; kept in the log")
    .option("--max-parallel <count>", "tasks at once; default as in the other run", wholeNumber)
    .addOption(
      new Option("--rollback <mode>", "what to do when it fails; default as in the other run").choices(ROLLBACK_MODES),
    )
    .option("--allow-irreversible", "run with --rollback onFailure although not everything can be undone")
    .option("--dry-run", "say which tasks are taken over and which would run, and start nothing")
    .addHelpText(
      "after",
      examples(
        "drover fork last version=1.3 --dry-run",
        "drover fork last version=1.3",
        "drover fork last --from deploy",
      ),
    )
    .action(async (run: string, parameters: readonly string[], given: ForkOptions) => {
      const { forkCommand } = await import("./commands/fork.ts");
      ended(await forkCommand([run, ...parameters], { options: given, context }));
    });
}

function addVerb(program: Command, verb: VerbSpec, { context, common, examples, ended }: RunCommandsOptions): void {
  const command = data(common(program.command(verb.name)))
    .description(verb.description)
    .argument("<run>", RUN_HELP)
    .option("--reason <text>", "why; kept in the log")
    .option("--expect-version <number>", "only while nobody else has given the run a command since", wholeNumber)
    .option("--dry-run", "say what would happen, and change nothing")
    .addHelpText("after", examples(...verb.examples));
  for (const word of verb.words) {
    if (word === "task") command.argument("<task>", "name of the task");
    else if (word === "[task]") command.argument("[task]", "name of the task");
    else command.argument("<word>", verb.wordHelp ?? "");
  }
  if (verb.takesJson !== undefined) command.option("--json <value>", verb.takesJson);
  if (verb.takesHost === true) command.option("--host <name>", "the host it is about; default the first");
  if (verb.takesUnchanged === true) command.option("--unchanged", "it was done, and nothing had to be changed for it");
  if (verb.takesId === true) command.option("--id <text>", "calls with the same id count once; default one of its own");
  if (verb.drives) command.option("--no-wait", "only write it down; go on later with drover resume");
  // Commander gives the words, then the options, then the command.
  command.action(async (...given: readonly unknown[]) => {
    const words = given.filter((word) => typeof word === "string");
    const { verbCommand } = await import("./commands/verb.ts");
    ended(await verbCommand(verb, words, { options: command.opts<VerbOptions>(), context }));
  });
}

function data(command: Command): Command {
  return command.addOption(
    new Option("--data <folder>", "where runs are kept; default DROVER_DATA or the state folder of the user"),
  );
}

function oneMore(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It is not a whole number from 1.");
}
