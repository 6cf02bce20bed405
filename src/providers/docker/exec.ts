import { CappedOutput } from "../../base/capped-output.ts";
import { LineSplitter } from "../../base/line-splitter.ts";
import { OUTPUT_BYTES_MAX } from "../../base/limits.ts";
import { ok } from "../../base/result.ts";
import { dockerExec, type DockerExecParams, type DockerExecResult } from "../../operation/catalog/docker-exec.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { DockerEngine } from "./engine.ts";
import { execNotRunReason } from "./exec-guard.ts";
import { execInContainer, type ContainerCommand } from "./exec-command.ts";

interface ExecObserved {
  /** Which guard says that it need not run. */
  readonly notRunReason: string | undefined;
}

/** Characters of a command shown as its change. */
const SHOWN_LENGTH_MAX = 200;

function commandOf(params: DockerExecParams): ContainerCommand {
  const { container, command, env, secretEnv, workingDir, user, timeout, socketPath } = params;
  return {
    socketPath,
    container,
    argv: command,
    env: { ...env, ...secretEnv },
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(user === undefined ? {} : { user }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  };
}

async function apply(
  params: DockerExecParams,
  _observed: ExecObserved,
  context: ProviderContext,
): ProviderResult<DockerExecResult> {
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const streams = { stdout: newStream("stdout", context), stderr: newStream("stderr", context) };
  const ran = await execInContainer(engine.value, context, commandOf(params), (name, bytes) =>
    streams[name].push(bytes),
  );
  for (const stream of Object.values(streams)) stream.end();
  if (!ran.ok) return ran;
  const { exitCode, durationMs } = ran.value;
  const { stdout, stderr } = streams;
  const droppedBytes = stdout.output.droppedBytes + stderr.output.droppedBytes;
  const result: DockerExecResult = {
    stdout: stdout.output.text(),
    stderr: stderr.output.text(),
    exitCode,
    durationMs,
    ...(droppedBytes === 0 ? {} : { droppedBytes }),
  };
  if (params.okExitCodes.includes(exitCode)) return ok(result);
  return failed(
    "DRV_DOCKER_EXIT",
    `Cannot run ${quoted(titleOf(params))} in container ${quoted(params.container)}: exit code ${exitCode}, ` +
      `expected ${params.okExitCodes.join(" or ")}`,
    { errorClass: "retryable", changed: true, data: { ...result } },
  );
}

function newStream(name: "stdout" | "stderr", context: ProviderContext) {
  const output = new CappedOutput(OUTPUT_BYTES_MAX);
  const splitter = new LineSplitter((line) => context.output(name, line));
  return {
    output,
    push(bytes: Uint8Array): void {
      output.push(bytes);
      splitter.push(bytes);
    },
    end: () => splitter.end(),
  };
}

function titleOf({ command }: DockerExecParams): string {
  const title = command.join(" ");
  return title.length > SHOWN_LENGTH_MAX ? `${title.slice(0, SHOWN_LENGTH_MAX)}…` : title;
}

/** Runs a program inside of a running container. */
export const dockerExecProvider: WriteProvider<DockerExecParams, DockerExecResult, ExecObserved> = {
  kind: "write",
  spec: dockerExec,
  async inspect(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const reason = await execNotRunReason(engine.value, context, { params, command: commandOf(params) });
    return reason.ok ? ok({ notRunReason: reason.value }) : reason;
  },
  diff: ({ notRunReason }, params) =>
    notRunReason === undefined ? [{ property: "command", after: titleOf(params) }] : [],
  unchangedResult({ notRunReason: reason }) {
    return {
      stdout: "",
      stderr: "",
      exitCode: 0,
      durationMs: 0,
      ...(reason === undefined ? {} : { notRunReason: reason }),
    };
  },
  apply,
};
