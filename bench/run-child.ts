import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const HEAP_MB_MAX = 6_000;

/**
 * Runs a program of this folder in a process of its own, so that nothing measured before it has warmed up or filled the
 * memory, and answers the JSON that it prints. Programs get one argument, as JSON, and can collect garbage.
 */
export async function runChild<Answer>(program: string, argument: unknown): Promise<Answer> {
  const { stdout } = await promisify(execFile)(...childCommand(program, argument), { env: childEnvironment() });
  const answer: unknown = JSON.parse(stdout);
  return answer as Answer;
}

/** What starts a program as {@link runChild} does: the command and its arguments. */
export function childCommand(program: string, argument: unknown): readonly [string, readonly string[]] {
  const path = new URL(program, import.meta.url).pathname;
  const flags = ["--conditions=source", "--expose-gc", `--max-old-space-size=${HEAP_MB_MAX}`];
  return [process.execPath, [...flags, path, JSON.stringify(argument)]];
}

/** Compiled code is kept between processes, in threads too, as the program does for itself. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "drover-bench-code") };
}

/** The argument with which {@link runChild} started this process. */
export function childArgument<Argument>(): Argument {
  const argument: unknown = JSON.parse(process.argv[2] ?? "null");
  return argument as Argument;
}

/** Prints the answer for {@link runChild}. */
export function answerParent(answer: unknown): void {
  process.stdout.write(JSON.stringify(answer));
}
