import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "../report/exit-code.ts";
import type { CliContext } from "./cli-context.ts";
import { OUTPUT_FORMATS } from "./data-output.ts";
import { COLOR_CHOICES } from "./text-style-of.ts";

const ROLLBACK_MODES = ["off", "onFailure", "manual"] as const;
const MAX_PARALLEL_MAX = 100_000;

/** What commands share: the process they run in, and the exit code they leave. */
export interface ProgramState {
  readonly context: CliContext;
  /** The whole command line, which says where `--` stood. */
  readonly words: readonly string[];
  exitCode: ExitCode;
}

/** A command about a plan: module first, then parameters. */
export function planCommand(program: Command, name: string, description: string, flags?: string): Command {
  return parameterOptions(commonOptions(program.command(name), flags))
    .description(description)
    .argument("<plan>", "plan file, or TypeScript module that exports the plan; another export as file.ts#name")
    .addArgument(parametersArgument());
}

export function parametersArgument(): Argument {
  return new Argument("[parameters...]", "parameters of the plan: name=text, or name:=json");
}

/** Other ways to give parameters than words behind the plan. */
export function parameterOptions(command: Command): Command {
  return command
    .option("--params <file>", "parameters from a YAML or JSON file; later files win, words win over files", several)
    .option("--set <name=value>", "one parameter, as a word behind the plan would give it", several);
}

/** Collects an option that may be given more than once. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @param flags of the option that chooses the format of the output */
export function commonOptions(command: Command, flags = "-o, --output <format>"): Command {
  return command
    .addOption(
      new Option(flags, "what standard output gets; for people: human, plain").choices(OUTPUT_FORMATS).default("human"),
    )
    .addOption(new Option("--color <when>", "colours; default auto").choices(COLOR_CHOICES))
    .option("-v, --verbose", "also show what running tasks write, and diffs");
}

export function runOptions(command: Command): Command {
  return command
    .option("--fleet <file>", "hosts to run on; default this machine")
    .option("--max-parallel <count>", "tasks at once, instead of the number in the plan", wholeNumber)
    .addOption(new Option("--rollback <mode>", "what to do about changes when the run fails").choices(ROLLBACK_MODES))
    .option("--allow-irreversible", "run with --rollback onFailure although not everything can be undone");
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_PARALLEL_MAX) return value;
  throw new InvalidArgumentError(`It is not a whole number from 1 to ${MAX_PARALLEL_MAX}.`);
}

export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  $ ${command}\n`).join("")}`;
}
