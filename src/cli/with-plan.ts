import type { CodedError } from "../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../report/exit-code.ts";
import type { CliContext } from "./cli-context.ts";
import type { CommonOptions } from "./command-options.ts";
import { gatherParameters, type ParameterOptions } from "./given-parameters.ts";
import { loadPlan, type LoadedPlan } from "./plan-module.ts";
import { isPlanFileName } from "./plan-source.ts";
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
  "DRV_CLI_SAVED_PLAN_INVALID",
]);

/** Nothing is wrong with what was asked for, but a person must decide about it first. */
const REFUSED_CODES: ReadonlySet<string> = new Set([
  "DRV_CLI_RUN_UNFINISHED",
  "DRV_CLI_SAVED_PLAN_DRIFTED",
  "DRV_CLI_SAVED_PLAN_STALE",
]);

/** Reads parameters, loads a plan and hands it to `act`; what is wrong with either is printed. */
export async function withPlan(
  words: { readonly file: string; readonly parameters: readonly string[] },
  { options, context }: Invocation<CommonOptions & ParameterOptions>,
  act: (loaded: LoadedPlan) => Promise<ExitCode>,
): Promise<ExitCode> {
  const params = await gatherParameters(words.parameters, options, context.folder);
  // A module is not run with parameters that nobody gave.
  const canLoad = params.ok || isPlanFileName(words.file);
  const loaded = canLoad ? await loadPlan(words.file, params.ok ? params.value : {}, context) : undefined;
  if (params.ok && loaded?.ok === true) return act(loaded.value);
  const problems = [params, loaded].flatMap((one) => (one === undefined || one.ok ? [] : one.error));
  return refuse(problems, { options, context });
}

/** Prints problems that kept a command from starting. */
export function refuse(problems: readonly CodedError[], { options, context }: Invocation): ExitCode {
  printProblems(problems, context, options);
  if (problems.some(({ code }) => REFUSED_CODES.has(code))) return EXIT_CODES.decisionNeeded;
  // A log that cannot be used or written says nothing about the plan.
  const isUsage = problems.every(({ code }) => USAGE_CODES.has(code) || /^DRV_(?:LOG|CONTROL|JOURNAL)_/.test(code));
  return isUsage ? EXIT_CODES.usage : EXIT_CODES.validation;
}
