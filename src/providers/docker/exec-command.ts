import { MultiplexedStream } from "../../base/multiplexed-stream.ts";
import { CappedOutput } from "../../base/capped-output.ts";
import { ok, type Err } from "../../base/result.ts";
import type { ProviderContext, ProviderError, ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { alsoChanged, DockerEngine, readAnswer, refusal } from "./engine.ts";
import { createdAnswer, execAnswer } from "./engine-answer.ts";

/** The engine may close the stream a moment before it knows the exit code. */
const EXIT_POLLS_MAX = 200;
const EXIT_POLLS_AT_ONCE = 20;
const EXIT_POLL_SECONDS = "0.05";
/** Output looked at for what the runtime says. */
const FIRST_BYTES_MAX = 4_096;
/** Time of one call for ending a program that is given up. */
const KILL_TIMEOUT_MS = 5_000;
/** Looks at whether it has ended: some five seconds. */
const END_POLLS_MAX = 100;

export interface ContainerCommand {
  readonly socketPath: string;
  readonly container: string;
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly workingDir?: string;
  readonly user?: string;
  readonly timeoutMs?: number;
}

export interface CommandEnd {
  readonly exitCode: number;
  readonly durationMs: number;
}

/** Runs a program in a container to its end; when it is given up it is asked to end. */
export async function execInContainer(
  engine: DockerEngine,
  context: ProviderContext,
  command: ContainerCommand,
  onBytes: (stream: "stdout" | "stderr", bytes: Uint8Array) => void,
): ProviderResult<CommandEnd> {
  const { container, argv, timeoutMs, socketPath } = command;
  const action = `run ${quoted(argv[0] ?? "")} in container ${quoted(container)}`;
  const exec = await createExec(engine, command, action);
  if (!exec.ok) return exec;
  let isOver = false;
  const first = new CappedOutput(FIRST_BYTES_MAX);
  const stream = new MultiplexedStream((name, bytes) => {
    if (first.droppedBytes === 0) first.push(bytes);
    onBytes(name, bytes);
  });
  try {
    const answer = await engine.call({
      action,
      method: "POST",
      path: ["exec", exec.value, "start"],
      json: { Detach: false, Tty: false },
      onBody: (bytes) => stream.push(bytes),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (!answer.ok) return answer;
    if (answer.value.status !== 200) {
      isOver = true;
      return refusal(action, answer.value, answer.value.status === 409 ? { code: "DRV_DOCKER_NOT_RUNNING" } : {});
    }
    if (!stream.isComplete) {
      return failed(
        "DRV_DOCKER_CONNECTION_LOST",
        `Cannot ${action}: the Docker engine closed its output before the end`,
        {
          errorClass: "retryable",
          changed: true,
        },
      );
    }
    const exitCode = await exitOf(engine, context, { id: exec.value, action });
    isOver = exitCode.ok;
    if (!exitCode.ok) return exitCode;
    return (
      notStarted(action, exitCode.value, first.text()) ??
      ok({ exitCode: exitCode.value, durationMs: answer.value.durationMs })
    );
  } finally {
    if (!isOver) await endExec(context, { id: exec.value, action, socketPath });
  }
}

/** The runtime says by the output of a program that there was none to start. */
function notStarted(action: string, exitCode: number, output: string): Err<ProviderError> | undefined {
  if ((exitCode !== 126 && exitCode !== 127) || !output.startsWith("OCI runtime exec failed")) return undefined;
  return failed("DRV_DOCKER_COMMAND_NOT_FOUND", `Cannot ${action}: the runtime says ${quoted(output.trim())}`);
}

async function createExec(engine: DockerEngine, command: ContainerCommand, action: string): ProviderResult<string> {
  const { container, argv, env, workingDir, user } = command;
  const answer = await engine.call({
    action,
    method: "POST",
    path: ["containers", container, "exec"],
    json: {
      AttachStdout: true,
      AttachStderr: true,
      Cmd: [...argv],
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
      ...(user === undefined ? {} : { User: user }),
    },
  });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 404) return refusal(action, answer.value, { code: "DRV_DOCKER_NO_CONTAINER" });
  if (status === 409) return refusal(action, answer.value, { code: "DRV_DOCKER_NOT_RUNNING" });
  if (status !== 201) return refusal(action, answer.value);
  const made = readAnswer(action, answer.value, createdAnswer);
  return made.ok ? ok(made.value.Id) : made;
}

interface StartedExec {
  readonly id: string;
  readonly action: string;
}

async function exitOf(
  engine: DockerEngine,
  context: ProviderContext,
  { id, action }: StartedExec,
): ProviderResult<number> {
  for (let poll = 0; poll < EXIT_POLLS_MAX; poll++) {
    const answer = await engine.call({ action, method: "GET", path: ["exec", id, "json"] });
    if (!answer.ok) return alsoChanged(answer);
    if (answer.value.status !== 200) return refusal(action, answer.value, { changed: true });
    const found = readAnswer(action, answer.value, execAnswer);
    if (!found.ok) return alsoChanged(found);
    const { Running, ExitCode } = found.value;
    if (!Running && ExitCode !== undefined && ExitCode !== null) return ok(ExitCode);
    if (poll >= EXIT_POLLS_AT_ONCE) await context.host.exec(["sleep", EXIT_POLL_SECONDS], { signal: context.signal });
  }
  return failed("DRV_DOCKER_TIMEOUT", `Cannot ${action}: the Docker engine does not say how it ended`, {
    changed: true,
  });
}

/**
 * Ends a program that nobody waits for any more. The API cannot do that, so its process is sent signals on the host: the
 * first asks, the last insists. A program that the engine was told to start and that does not run yet is waited for.
 * Best effort, because the failure that led here is what people must hear about.
 */
async function endExec(
  context: ProviderContext,
  { id, action, socketPath }: StartedExec & { readonly socketPath: string },
): Promise<void> {
  // The attempt may have been cancelled: its signal must not keep this from happening.
  const uncancelled = { ...context, signal: new AbortController().signal };
  const engine = await DockerEngine.open(uncancelled, { socketPath });
  if (!engine.ok) return;
  let isAsked = false;
  for (let poll = 1; poll <= END_POLLS_MAX; poll++) {
    const found = await inspectExec(engine.value, { id, action });
    if (!found.ok || (!found.value.Running && typeof found.value.ExitCode === "number")) return;
    const processId = found.value.Pid ?? 0;
    const isLast = poll === END_POLLS_MAX;
    if (processId > 1 && (!isAsked || isLast)) {
      const signal = isLast ? "-KILL" : "-TERM";
      await context.host.exec(["kill", signal, String(processId)], { timeoutMs: KILL_TIMEOUT_MS });
      isAsked = true;
    }
    if (!isLast) await context.host.exec(["sleep", EXIT_POLL_SECONDS], { timeoutMs: KILL_TIMEOUT_MS });
  }
}

async function inspectExec(engine: DockerEngine, { id, action }: StartedExec) {
  const answer = await engine.call({
    action,
    method: "GET",
    path: ["exec", id, "json"],
    timeoutMs: KILL_TIMEOUT_MS,
  });
  return answer.ok ? readAnswer(action, answer.value, execAnswer) : answer;
}
