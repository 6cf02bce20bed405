import { fromThrown } from "../base/coded-error.ts";
import { EXIT_CODES } from "../report/exit-code.ts";
import { printProblems } from "./problem-text.ts";
import { processContext } from "./process-context.ts";
import { runProgram } from "./program.ts";

/** Carries out a command line in this process and leaves its exit code behind. */
export async function runInProcess(words: readonly string[]): Promise<void> {
  const context = processContext(async () => {
    const { libraryPort } = await import("./library-port.ts");
    return libraryPort(process.env);
  });
  try {
    process.exitCode = await runProgram(words, context);
  } catch (thrown) {
    const error = fromThrown("DRV_INTERNAL", thrown, "Cannot go on");
    printProblems([{ ...error, hint: "This is a mistake in drover: please report it with what you ran" }], context);
    if (context.env["DROVER_DEBUG"] !== undefined && thrown instanceof Error) context.stderr.write(`${thrown.stack}\n`);
    process.exitCode = EXIT_CODES.usage;
  }
}
