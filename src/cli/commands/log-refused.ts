import { DroverError } from "../../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { printProblems } from "../problem-text.ts";
import type { Invocation } from "../with-plan.ts";

/** Carries out a command about a log; what the log refuses is printed, with exit code 1. */
export async function orPrinted({ options, context }: Invocation, act: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof DroverError)) throw thrown;
    printProblems(thrown.errors, context, options);
    return EXIT_CODES.usage;
  }
}
