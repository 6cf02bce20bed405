import { ok } from "../base/result.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import type { ExecResult } from "../operation/host.ts";
import type { ErrorClass } from "../operation/outcome.ts";
import type { ProviderContext, ProviderError, ProviderResult } from "../operation/provider.ts";
import type { Err } from "../base/result.ts";
import { failed, failedWith, quoted } from "./failure.ts";

/** A program of the host that a provider runs. */
export interface ToolRun {
  /** The program and its arguments; values of people stand behind `--` or in options of their own. */
  readonly argv: readonly string[];
  /** What is being done, after "Cannot": `create user "deploy"`. */
  readonly action: string;
  readonly stdin?: string;
  readonly env?: { readonly [name: string]: string };
  /** Exit codes that are answers. Default only 0. */
  readonly okExitCodes?: readonly number[];
  /** Whether a failure may have left changes behind. Default false. */
  readonly isChanging?: boolean;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
  readonly cwd?: string;
}

/** Lines of error output longer than this are not shown: they are no messages. */
const SAID_LENGTH_MAX = 400;
/** The same words on every host, whatever its language; tools that would ask are told that nobody answers. */
const TOOL_ENVIRONMENT = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };

/**
 * Runs a program of the host and answers its result. Other exit codes are `DRV_TOOL_FAILED` with what the program said;
 * a missing program is `DRV_HOST_COMMAND_NOT_FOUND`.
 */
export async function runTool(run: ToolRun, context: ProviderContext): ProviderResult<ExecResult> {
  const ran = await tryTool(run, context);
  if (!ran.ok || (run.okExitCodes ?? [0]).includes(ran.value.exitCode)) return ran;
  return toolFailure(run, ran.value);
}

/** Runs a program of the host and answers its result, whatever its exit code. */
export async function tryTool(run: ToolRun, context: ProviderContext): ProviderResult<ExecResult> {
  const { argv, stdin, env, timeoutMs, outputBytesMax, cwd } = run;
  const ran = await context.host.exec(argv, {
    signal: context.signal,
    env: { ...TOOL_ENVIRONMENT, ...env },
    stdin: stdin ?? "",
    isInsideRoot: true,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(outputBytesMax === undefined ? {} : { outputBytesMax }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  return ran.ok ? ok(ran.value) : failedWith(ran.error, { changed: run.isChanging === true });
}

export interface ToolFailureOptions {
  readonly code?: ErrorCode;
  readonly hint?: string;
  readonly errorClass?: ErrorClass;
}

/** The failure of a program that ran and refused. */
export function toolFailure(run: ToolRun, result: ExecResult, options: ToolFailureOptions = {}): Err<ProviderError> {
  const isFull = /No space left on device|Disk quota exceeded/.test(result.stderr);
  const { code = isFull ? "DRV_HOST_DISK_FULL" : "DRV_TOOL_FAILED", hint, errorClass } = options;
  const program = (run.argv[0] ?? "").split("/").at(-1) ?? "";
  const cause = result.signal === undefined ? `exit code ${result.exitCode}` : result.signal;
  const said = lastWords(result);
  const words = `Cannot ${run.action}: ${program} ended with ${cause}${said === "" ? "" : `; it says ${quoted(said)}`}`;
  return failed(code, words, {
    ...(hint === undefined ? {} : { hint }),
    ...(errorClass === undefined ? {} : { errorClass }),
    changed: run.isChanging === true,
  });
}

/** The last line a program said, on standard error if there is one; whole lines only, so that masking finds secrets. */
export function lastWords(result: Pick<ExecResult, "stdout" | "stderr">): string {
  const text = result.stderr.trim() === "" ? result.stdout : result.stderr;
  const lines = text
    .trimEnd()
    .split("\n")
    .filter((each) => !/^tar: (?:Exiting|Error is not)/.test(each));
  const line = lines.at(-1)?.trim() ?? "";
  return line.length > SAID_LENGTH_MAX ? "" : line;
}

/** Whether a failure says that the program is not installed. */
export function isMissingTool(failure: ProviderError): boolean {
  return failure.error.code === "DRV_HOST_COMMAND_NOT_FOUND";
}
