import { OUTPUT_BYTES_MAX } from "../../base/limits.ts";
import { ok } from "../../base/result.ts";
import { scriptRun, type ScriptRunParams } from "../../operation/catalog/script.ts";
import type { CommandResult } from "../../operation/catalog/command.ts";
import type { ExecResult } from "../../operation/host.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { notRunReason } from "../command/run-guard.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { encodeText } from "../file/content-change.ts";
import { makeStateFolder } from "../file/deploy-record.ts";

interface ScriptObserved {
  readonly notRunReason: string | undefined;
}

/**
 * Starts the words that follow, with the path of the script in the place of a marker. `DROVER_ROOT` is set by hosts whose
 * root is a folder: programs there see the script below it.
 */
const START = `marker=$1 script=$DROVER_ROOT$2
shift 2
for word do
  shift
  if [ "$word" = "$marker" ]; then word=$script; fi
  set -- "$@" "$word"
done
unset marker script word
exec "$@"`;
const SHELL_NAME = "drover-script";

async function apply(
  params: ScriptRunParams,
  _observed: ScriptObserved,
  context: ProviderContext,
): ProviderResult<CommandResult> {
  const { host, signal, token } = context;
  const folder = `${host.stateFolder}/scripts`;
  const made = await makeStateFolder(folder, context);
  if (!made.ok) return made;
  const path = `${folder}/operation-${token}`;
  const written = await host.writeFile(path, encodeText(params.script), { signal, mode: 0o700 });
  if (!written.ok) return failedWith(written.error);
  try {
    return await run(params, path, context);
  } finally {
    // Without the signal: it is removed also after a cancel.
    await host.remove(path);
  }
}

async function run(params: ScriptRunParams, path: string, context: ProviderContext): ProviderResult<CommandResult> {
  const { interpreter, args, env, secretEnv, input, cwd, timeout } = params;
  const { signal, token } = context;
  const { DROVER_ROOT: _, ...variables } = { ...env, ...secretEnv };
  const marker = `script-${token}`;
  const argv = ["sh", "-c", START, SHELL_NAME, marker, path, ...interpreter, marker, ...args];
  const ran = await context.host.exec(argv, {
    signal,
    env: variables,
    stdin: input === undefined ? "" : JSON.stringify(input),
    outputBytesMax: OUTPUT_BYTES_MAX,
    onLine: context.output,
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  });
  if (!ran.ok) return failedWith(ran.error, { changed: true });
  const { exitCode, stdout, stderr, durationMs, droppedBytes } = ran.value;
  const result = { stdout, stderr, exitCode, durationMs, ...(droppedBytes === 0 ? {} : { droppedBytes }) };
  if (isMissingInterpreter(ran.value)) {
    return failed(
      "DRV_HOST_COMMAND_NOT_FOUND",
      `Cannot run script: the interpreter ${quoted(interpreter[0] ?? "")} does not exist`,
      {
        hint: "Install it on the host, or write its absolute path",
      },
    );
  }
  if (exitCode === 0) return ok(result);
  const end = stderr.trimEnd().split("\n").at(-1) ?? "";
  return failed(
    "DRV_COMMAND_EXIT",
    `Cannot run script: exit code ${exitCode}, expected 0${end === "" || end.length > 300 ? "" : `; it says ${quoted(end)}`}`,
    {
      hint: "Read its output in the result",
      errorClass: "retryable",
      changed: true,
      data: result,
    },
  );
}

/** How the starting shell says that there is no such program. */
function isMissingInterpreter({ exitCode, stderr }: ExecResult): boolean {
  return exitCode === 127 && stderr.startsWith(SHELL_NAME) && /exec: .*not found\n$/.test(stderr);
}

/** Runs the text of a script by an interpreter. */
export const scriptRunProvider: WriteProvider<ScriptRunParams, CommandResult, ScriptObserved> = {
  kind: "write",
  spec: scriptRun,
  async inspect({ creates, removes }, context) {
    const reason = await notRunReason({ creates, removes }, { signal: context.signal }, context);
    return reason.ok ? ok({ notRunReason: reason.value }) : reason;
  },
  diff: ({ notRunReason: reason }, { interpreter }) =>
    reason === undefined ? [{ property: "script", after: interpreter.join(" ") }] : [],
  unchangedResult: ({ notRunReason: reason }) => ({
    stdout: "",
    stderr: "",
    exitCode: 0,
    durationMs: 0,
    ...(reason === undefined ? {} : { notRunReason: reason }),
  }),
  apply,
};
