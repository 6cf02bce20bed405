import { OUTPUT_BYTES_MAX } from "../../base/limits.ts";
import { ok } from "../../base/result.ts";
import {
  commandExec,
  commandShell,
  type CommandExecParams,
  type CommandResult,
  type CommandShellParams,
} from "../../operation/catalog/command.ts";
import type { ExecOptions, ExecResult } from "../../operation/host.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { OperationSpec } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { notRunReason } from "./run-guard.ts";

/** What both ways to run a command share. */
type CommonParams = Omit<CommandExecParams, "command" | "args">;

interface CommandObserved {
  /** Which guard says that it need not run. */
  readonly notRunReason: string | undefined;
}

/** Characters of a command shown as its change. */
const SHOWN_LENGTH_MAX = 200;
/** A last line of standard error longer than this is not shown in the message of a failure. */
const STDERR_SHOWN_MAX = 300;

interface CommandKind<Params extends CommonParams> {
  readonly spec: OperationSpec<Params, CommandResult>;
  readonly argvOf: (params: Params) => readonly string[];
  /** For people, in changes and messages. */
  readonly titleOf: (params: Params) => string;
}

function commandProvider<Params extends CommonParams>(
  kind: CommandKind<Params>,
): WriteProvider<Params, CommandResult, CommandObserved> {
  return {
    kind: "write",
    spec: kind.spec,
    async inspect(params, context) {
      const reason = await notRunReason(params, execOptions(params, context), context);
      return reason.ok ? ok({ notRunReason: reason.value }) : reason;
    },
    diff(observed, params): readonly Change[] {
      if (observed.notRunReason !== undefined) return [];
      return [{ property: "command", after: titleFor(kind, params) }];
    },
    unchangedResult(observed) {
      const { notRunReason: reason } = observed;
      return {
        stdout: "",
        stderr: "",
        exitCode: 0,
        durationMs: 0,
        ...(reason === undefined ? {} : { notRunReason: reason }),
      };
    },
    apply(params, _observed, context) {
      return run(kind, params, context);
    },
  };
}

async function run<Params extends CommonParams>(
  kind: CommandKind<Params>,
  params: Params,
  context: ProviderContext,
): ProviderResult<CommandResult> {
  const ran = await context.host.exec(kind.argvOf(params), {
    ...execOptions(params, context),
    ...(params.stdin === undefined ? {} : { stdin: params.stdin }),
    onLine: context.output,
  });
  if (!ran.ok) return failedWith(ran.error, { changed: wasStarted(ran.error.code) });
  const result = resultOf(ran.value);
  if (params.okExitCodes.includes(result.exitCode)) return ok(result);
  return failed("DRV_COMMAND_EXIT", exitMessage(titleFor(kind, params), params, ran.value.signal, result), {
    hint: "Read its output in the result; list further codes in okExitCodes when they are expected",
    errorClass: "retryable",
    changed: true,
    data: { ...result },
  });
}

function execOptions(params: CommonParams, context: ProviderContext): ExecOptions {
  const { cwd, env, secretEnv, timeout, user, sudo } = params;
  return {
    signal: context.signal,
    env: { ...env, ...secretEnv },
    outputBytesMax: OUTPUT_BYTES_MAX,
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(user === undefined ? (sudo ? { sudo: true } : {}) : { sudo: { user } }),
  };
}

function wasStarted(code: string): boolean {
  return code === "DRV_HOST_TIMEOUT" || code === "DRV_HOST_CONNECTION_LOST";
}

function resultOf(ran: ExecResult): CommandResult {
  return {
    stdout: ran.stdout,
    stderr: ran.stderr,
    exitCode: ran.exitCode,
    durationMs: ran.durationMs,
    ...(ran.droppedBytes === 0 ? {} : { droppedBytes: ran.droppedBytes }),
  };
}

function exitMessage(title: string, params: CommonParams, signal: string | undefined, result: CommandResult): string {
  const cause = signal === undefined ? `exit code ${result.exitCode}` : `ended by ${signal}`;
  // Whole lines only: a secret cut in half would no longer be recognised and masked.
  const end = result.stderr.trimEnd().split("\n").at(-1) ?? "";
  const words = `Cannot run ${quoted(title)}: ${cause}, expected ${params.okExitCodes.join(" or ")}`;
  return end === "" || end.length > STDERR_SHOWN_MAX ? words : `${words}; it says ${quoted(end)}`;
}

function titleFor<Params extends CommonParams>(kind: CommandKind<Params>, params: Params): string {
  const title = kind.titleOf(params);
  return title.length > SHOWN_LENGTH_MAX ? `${title.slice(0, SHOWN_LENGTH_MAX)}…` : title;
}

/** Runs a program with arguments, without a shell. */
export const commandExecProvider: WriteProvider<CommandExecParams, CommandResult, CommandObserved> = commandProvider({
  spec: commandExec,
  argvOf: ({ command, args }) => [command, ...args],
  titleOf: ({ command, args }) => [command, ...args].join(" "),
});

/** Runs text by `/bin/sh`; arguments reach it as `$1`, `$2`, …, never as text of the script. */
export const commandShellProvider: WriteProvider<CommandShellParams, CommandResult, CommandObserved> = commandProvider({
  spec: commandShell,
  argvOf: ({ script, args }) => ["/bin/sh", "-c", script, "sh", ...args],
  titleOf: ({ script }) => script,
});
