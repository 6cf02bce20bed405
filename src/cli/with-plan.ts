import type { CodedError } from "../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../report/exit-code.ts";
import type { CliContext } from "./cli-context.ts";
import type { CommonOptions } from "./command-options.ts";
import { parseParameters } from "./parameters.ts";
import { loadPlan, type LoadedPlan } from "./plan-module.ts";
import { printProblems } from "./problem-text.ts";

/** A command with its options, and the process it runs in. */
export interface Invocation<Options extends CommonOptions = CommonOptions> {
  readonly options: Options;
  readonly context: CliContext;
}

/** The person mistyped something; the plan itself has not been looked at. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "DRV_CLI_USAGE",
  "DRV_CLI_PARAMETER_INVALID",
  "DRV_CLI_PLAN_NOT_FOUND",
]);

/** Reads parameters, loads a plan and hands it to `act`; what is wrong with either is printed. */
export async function withPlan(
  words: { readonly file: string; readonly parameters: readonly string[] },
  { options, context }: Invocation,
  act: (loaded: LoadedPlan) => Promise<ExitCode>,
): Promise<ExitCode> {
  const params = parseParameters(words.parameters);
  const loaded = params.ok ? await loadPlan(words.file, params.value, context) : params;
  return loaded.ok ? act(loaded.value) : refuse(loaded.error, { options, context });
}

/** Prints problems that kept a command from starting. */
export function refuse(problems: readonly CodedError[], { options, context }: Invocation): ExitCode {
  printProblems(problems, context, options);
  if (problems.some(({ code }) => code === "DRV_CLI_RUN_UNFINISHED")) return EXIT_CODES.decisionNeeded;
  // A log that cannot be used or written says nothing about the plan.
  const isUsage = problems.every(({ code }) => USAGE_CODES.has(code) || /^DRV_(?:LOG|CONTROL|JOURNAL)_/.test(code));
  return isUsage ? EXIT_CODES.usage : EXIT_CODES.validation;
}
