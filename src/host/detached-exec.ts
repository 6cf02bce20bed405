import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import { access, open, rm, stat, type FileHandle } from "node:fs/promises";
import { delimiter, resolve } from "node:path";
import type { CodedError } from "../base/coded-error.ts";
import { err, type Err, type Result } from "../base/result.ts";
import type { ExecOptions, ExecResult, Host } from "../operation/host.ts";
import { execAction } from "./command-line.ts";
import { DetachedClaim } from "./detached-claim.ts";
import { DETACHED_PROGRAM } from "./detached-program.ts";
import { DetachedRun, type Followed } from "./detached-run.ts";
import { errnoError, errnoOf, hostError } from "./host-error.ts";
import { startError, type ProcessOptions, type ProcessResult } from "./process.ts";
import { passesShell } from "./shell-exec.ts";

/** A host whose commands can outlive the process that started them. */
export interface DetachingHost extends Host {
  /**
   * Like `exec`, for a command that is started once for all calls with the same claim, in this process and in later
   * ones: a folder that must not exist yet, in one that does. A later call waits for the command that runs, or reads how
   * it ended; then `argv`, `env` and `stdin` are not looked at. The signal that ended a command is only seen in its exit
   * code, and what it left running keeps nobody waiting.
   * Errors, besides those of `exec`: `DRV_HOST_CONNECTION_LOST` when it was started and nobody can say how it ended.
   */
  execDetached(claim: string, argv: readonly string[], options?: ExecOptions): Promise<Result<ExecResult, CodedError>>;
}

export function isDetaching(host: Host): host is DetachingHost {
  return "execDetached" in host;
}

/**
 * Follows the command that has the claim, whatever its signal says by now: one that has ended is told as it ended, one that
 * runs is ended as the signal wants. `undefined` when nobody has claimed it.
 */
export async function followDetached(
  options: ProcessOptions,
  folder: string,
): Promise<Result<ProcessResult, CodedError> | undefined> {
  const claim = new DetachedClaim(folder);
  return await guarded(options, async () => ((await claim.exists()) ? await follow(options, claim) : undefined));
}

/** Runs a command under a claim, or follows the one that was faster. See {@link DetachingHost.execDetached}. */
export async function runDetached(options: ProcessOptions, folder: string): Promise<Result<ProcessResult, CodedError>> {
  options.signal?.throwIfAborted();
  const claim = new DetachedClaim(folder);
  return await guarded(options, async () => {
    const started = await startDetached(options, claim);
    return started === "taken" ? await follow(options, claim) : started;
  });
}

async function follow(options: ProcessOptions, claim: DetachedClaim): Promise<Result<ProcessResult, CodedError>> {
  using run = new DetachedRun(claim, options);
  const ended = await run.followClaim();
  return judgeStart(ended, options);
}

/** What the folder of a claim cannot take is an answer like that of any other host call. */
async function guarded<T>(options: ProcessOptions, steps: () => Promise<T>): Promise<T | Err<CodedError>> {
  try {
    return await steps();
  } catch (thrown) {
    const errorNumber = errnoOf(thrown);
    if (errorNumber === undefined) throw thrown;
    return err(errnoError(errorNumber, { verb: "keep the output of command", subject: options.argv[0] ?? "" }));
  }
}

async function startDetached(options: ProcessOptions, claim: DetachedClaim): Promise<Followed> {
  const missing = await missingProgram(options);
  if (missing !== undefined) return err(missing);
  const stdin = await inputFile(options.stdin, `${claim.folder}.in`);
  let child: ChildProcess;
  try {
    child = spawnWrapper(options, claim, stdin);
  } catch (thrown) {
    return err(startError(thrown, options));
  } finally {
    await stdin?.close();
  }
  const { pid } = child;
  if (pid === undefined) return err(startError(await startFailure(child), options));
  // Without this its end would keep the program of the caller from ending, as would waiting for it.
  child.on("error", () => undefined);
  using run = new DetachedRun(claim, options);
  const followed = await run.followChild(child, pid);
  return followed === "taken" ? followed : judgeStart(followed, options);
}

function spawnWrapper(options: ProcessOptions, claim: DetachedClaim, stdin: FileHandle | undefined): ChildProcess {
  const environment = [...options.env];
  const passing = environment.filter(([name]) => passesShell(name));
  const others = environment.filter(([name]) => !passesShell(name)).map(([name, value]) => `${name}=${value}`);
  const command = others.length === 0 ? options.argv : ["/usr/bin/env", ...others, ...options.argv];
  return spawn("/bin/sh", ["-c", DETACHED_PROGRAM, "drover-detached", claim.folder, ...command], {
    detached: true, // A session of its own, that stays when this process ends.
    env: Object.fromEntries(passing),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [stdin?.fd ?? "ignore", "ignore", "ignore"],
  });
}

async function startFailure(child: ChildProcess): Promise<unknown> {
  const { promise, resolve: answer } = Promise.withResolvers<unknown>();
  child.once("error", answer);
  return await promise;
}

/** The input as a file without a name: a pipe would end with this process. */
async function inputFile(stdin: string | Uint8Array | undefined, path: string): Promise<FileHandle | undefined> {
  if (stdin === undefined) return undefined;
  const file = await open(path, "w+", 0o600);
  try {
    await rm(path);
    const bytes = Buffer.from(stdin);
    // At positions, so that the command starts to read at the beginning.
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
    return file;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** Looks for the program as the system will, so that a missing one is told before anything is claimed. */
async function missingProgram({ argv, env, cwd = "/" }: ProcessOptions): Promise<CodedError | undefined> {
  const program = argv[0] ?? "";
  const folders = program.includes("/") ? [""] : (env.get("PATH") ?? "/usr/bin:/bin").split(delimiter);
  let isForbidden = false;
  for (const folder of folders) {
    const path = resolve(cwd, folder === "" && !program.includes("/") ? "." : folder, program);
    if (await isProgram(path)) return undefined;
    isForbidden ||= await isFile(path);
  }
  return isForbidden ? errnoError("EACCES", execAction(argv)) : commandNotFound({ argv, env });
}

async function isProgram(path: string): Promise<boolean> {
  if (!(await isFile(path))) return false;
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** What the shell says when a program, or its interpreter, cannot be started is not an answer of the command. */
function judgeStart(
  ended: Result<ProcessResult, CodedError>,
  options: ProcessOptions,
): Result<ProcessResult, CodedError> {
  if (!ended.ok || ended.value.exitCode < 126 || ended.value.exitCode > 127) return ended;
  const said = ended.value.stderr.text();
  if (!said.startsWith("drover-detached: ") || ended.value.stdout.bytes().length > 0) return ended;
  if (/: (not found|.*No such file or directory|.*required file not found)\n$/.test(said)) {
    return err(commandNotFound(options));
  }
  return said.endsWith(": Permission denied\n") ? err(errnoError("EACCES", execAction(options.argv))) : ended;
}

function commandNotFound(options: Pick<ProcessOptions, "argv" | "env">): CodedError {
  return hostError(
    "DRV_HOST_COMMAND_NOT_FOUND",
    execAction(options.argv),
    "the program or its interpreter does not exist",
    { hint: `Install it, or write its absolute path; PATH is ${options.env.get("PATH") ?? "empty"}` },
  );
}
