import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import { KILL_GRACE_MS, OUTPUT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ExecOptions } from "../operation/host.ts";
import { CappedOutput } from "../base/capped-output.ts";
import { checkCommand, execAction, withSudo } from "./command-line.ts";
import { errnoError, hostError } from "./host-error.ts";
import { checkHostPath } from "./host-path.ts";
import { LineSplitter } from "../base/line-splitter.ts";
import { timeoutError, type ProcessResult } from "./process.ts";
import { callOn, tooLongError } from "./shell-call.ts";
import type { ShellChannel, ShellEnd } from "./shell-channel.ts";
import type { ShellPool } from "./shell-pool.ts";
import { shellWord, shellWords } from "./shell-quote.ts";
import { messageError } from "./system-message.ts";

/** Longest single argument or variable of Linux, its NUL counted. */
const WORD_BYTES_MAX = 128 * 1024 - 1;
/** Time a killed group may need to vanish before the shell itself is given up. */
const VANISH_MS_MAX = 2_000;
/** Interval between looks at a group that was asked to end. */
const GROUP_POLL_MS = 50;
/** Variables a shell sets or refuses by itself: they reach the command through `env`. */
const SHELL_VARIABLES =
  /^(PPID|UID|EUID|GROUPS|BASH.*|SHELLOPTS|POSIXLY_CORRECT|LINENO|OPTIND|OPTARG|OPTERR|PWD|OLDPWD|RANDOM|SECONDS|IFS|PS[0-9]|ENV|SHLVL|_|drv_.*)$/;

export interface ShellExecOptions extends ExecOptions {
  readonly path: string;
  readonly clock: Clock;
}

/** Runs one command through a shell of its own. See `Host.exec`. */
export async function execThroughShell(
  pool: ShellPool,
  argv: readonly string[],
  options: ShellExecOptions,
): Promise<Result<ProcessResult, CodedError>> {
  options.signal?.throwIfAborted();
  const checked = checkCommand(argv, options.env);
  if (!checked.ok) return checked;
  const cwd = options.cwd === undefined ? ok("") : checkHostPath(options.cwd, execAction(argv));
  if (!cwd.ok) return cwd;
  const words = [...argv, ...Object.entries(options.env ?? {}).map((entry) => entry.join("="))];
  if (words.some((word) => Buffer.byteLength(word) > WORD_BYTES_MAX)) return err(errnoError("E2BIG", execAction(argv)));
  return await pool.use(options.signal, async (channel) => {
    const full = withSudo(argv, options, channel.userId);
    const text = execText(full, { ...options, cwd: cwd.value });
    const tooLong = tooLongError({ action: execAction(argv), text });
    return tooLong === undefined ? await new ShellRun(pool, channel, { argv, options, text }).run() : err(tooLong);
  });
}

/**
 * The request: a function that becomes the command in a process and session of its own, and the call that runs it.
 * Everything of the caller is a quoted word.
 */
function execText(argv: readonly string[], options: ShellExecOptions & { readonly cwd: string }): string {
  const variables = Object.entries(options.env ?? {});
  const exported = variables.filter(([name]) => passesShell(name));
  const others = variables.filter(([name]) => !passesShell(name)).map(([name, value]) => `${name}=${value}`);
  const exports = exported.map(([name, value]) => `export ${name}=${shellWord(value)}; `).join("");
  const enter = options.cwd === "" ? "" : `cd ${shellWord(options.cwd)} || exit 126; `;
  const env = others.length === 0 ? "" : `"$drv_env" ${shellWords(others)} `;
  const child = `drv_child() { unset LC_ALL; ${enter}${exports}exec $drv_setsid ${env}${shellWords(argv)}; }`;
  const bodyLength = options.stdin === undefined ? "-" : Buffer.byteLength(options.stdin);
  const path = options.env?.["PATH"] ?? options.path;
  return `${child}; drv_exec ${bodyLength} ${shellWords([options.cwd, path, argv[0] ?? ""])}`;
}

/** Whether an environment variable of this name comes through a shell as it is. */
export function passesShell(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELL_VARIABLES.test(name);
}

interface RunGiven {
  readonly argv: readonly string[];
  readonly options: ShellExecOptions;
  readonly text: string;
}

type Ending = { readonly kind: "timeout" } | { readonly kind: "thrown"; readonly reason: unknown };

/** One command in a shell, ended from outside through another shell when it must be. */
class ShellRun {
  readonly #pool: ShellPool;
  readonly #channel: ShellChannel;
  readonly #given: RunGiven;
  readonly #stdout: CappedOutput;
  readonly #stderr: CappedOutput;
  readonly #complaint = new CappedOutput(8_192);
  readonly #splitters: LineSplitter[] = [];
  readonly #timers = new Set<Disposable>();
  readonly #groupGone = Promise.withResolvers<void>();
  readonly #onAbort = (): void => this.#endEarly({ kind: "thrown", reason: this.#given.options.signal?.reason });
  #processId: number | undefined;
  #ending: Ending | undefined;
  #isOver = false;

  constructor(pool: ShellPool, channel: ShellChannel, given: RunGiven) {
    this.#pool = pool;
    this.#channel = channel;
    this.#given = given;
    const bytesMax = given.options.outputBytesMax ?? OUTPUT_BYTES_MAX;
    this.#stdout = new CappedOutput(bytesMax);
    this.#stderr = new CappedOutput(bytesMax);
  }

  async run(): Promise<Result<ProcessResult, CodedError>> {
    const { options, text } = this.#given;
    options.signal?.throwIfAborted();
    const startedAtMs = options.clock.monotonicMs();
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (options.timeoutMs !== undefined) this.#after(options.timeoutMs, () => this.#endEarly({ kind: "timeout" }));
    try {
      const [sent] = this.#channel.send([
        {
          text,
          ...(options.stdin === undefined ? {} : { body: Buffer.from(options.stdin) }),
          onStdout: this.#sink("stdout", this.#stdout),
          onStderr: this.#sink("stderr", this.#stderr),
          onStarted: (processId) => this.#onStarted(processId),
        },
      ]);
      const end = (await sent) ?? err(messageError("", execAction(this.#given.argv)));
      this.#guarded(() => this.#splitters.forEach((splitter) => splitter.end()));
      if (this.#ending === undefined) return this.#judge(end, options.clock.monotonicMs() - startedAtMs);
      if (this.#processId !== undefined && !this.#channel.isBroken) await this.#groupGone.promise;
      if (this.#ending.kind === "thrown") throw this.#ending.reason;
      const output = { stdout: this.#stdout.text(), stderr: this.#stderr.text() };
      return err(timeoutError(this.#given.argv, options.timeoutMs ?? 0, output));
    } finally {
      this.#isOver = true;
      for (const timer of this.#timers) timer[Symbol.dispose]();
      options.signal?.removeEventListener("abort", this.#onAbort);
      this.#channel.tidy();
    }
  }

  #sink(name: "stdout" | "stderr", output: CappedOutput): (bytes: Uint8Array) => void {
    const { onLine } = this.#given.options;
    const splitter = onLine === undefined ? undefined : new LineSplitter((line) => onLine(name, line));
    if (splitter !== undefined) this.#splitters.push(splitter);
    return (bytes) => {
      output.push(bytes);
      if (name === "stderr") this.#complaint.push(bytes);
      this.#guarded(() => splitter?.push(bytes));
    };
  }

  #guarded(callback: () => void): void {
    if (this.#isOver || this.#ending?.kind === "thrown") return;
    try {
      callback();
    } catch (thrown) {
      const ending: Ending = { kind: "thrown", reason: thrown };
      this.#endEarly(ending);
      this.#ending = ending;
    }
  }

  #judge(end: Result<ShellEnd, CodedError>, durationMs: number): Result<ProcessResult, CodedError> {
    if (!end.ok) return end;
    const action = execAction(this.#given.argv);
    if (end.value.kind === "refused") return err(this.#refusalError(end.value.reason));
    // Without a process the program itself failed, and what it said is not output of the command.
    if (this.#processId === undefined) return err(messageError(this.#complaint.text(), action));
    return ok({
      exitCode: end.value.code,
      stdout: this.#stdout,
      stderr: this.#stderr,
      droppedBytes: this.#stdout.droppedBytes + this.#stderr.droppedBytes,
      durationMs,
    });
  }

  #refusalError(reason: string): CodedError {
    const { argv, options } = this.#given;
    const action = execAction(argv);
    if (reason === "NOFOLDER") {
      return hostError("DRV_HOST_FOLDER_NOT_FOUND", action, `its working folder "${options.cwd}" is not a folder`, {
        hint: "Create the folder first, or correct the path",
      });
    }
    if (reason !== "ENOENT") return errnoError(reason, action);
    return hostError("DRV_HOST_COMMAND_NOT_FOUND", action, "the program does not exist", {
      hint: `Install it, or write its absolute path; PATH is ${options.env?.["PATH"] ?? options.path}`,
    });
  }

  #onStarted(processId: number): void {
    this.#processId = processId;
    if (this.#ending !== undefined) this.#terminate(processId);
  }

  #endEarly(ending: Ending): void {
    if (this.#isOver || this.#ending !== undefined) return;
    this.#ending = ending;
    for (const timer of this.#timers) timer[Symbol.dispose]();
    if (this.#processId !== undefined) this.#terminate(this.#processId);
    const graceMs = this.#given.options.killGraceMs ?? KILL_GRACE_MS;
    this.#after(graceMs, () => {
      if (this.#processId !== undefined) void this.#signal("KILL", this.#processId);
      this.#after(VANISH_MS_MAX, () => {
        this.#groupGone.resolve();
        void this.#channel.close("a command could not be ended");
      });
    });
  }

  #terminate(processId: number): void {
    void this.#signal("TERM", processId).then(() => this.#awaitGroup(processId));
  }

  async #awaitGroup(processId: number): Promise<void> {
    if (this.#isOver) return;
    const isAlive = await this.#control(`drv_alive ${processId}`);
    if (isAlive) this.#after(GROUP_POLL_MS, () => void this.#awaitGroup(processId));
    else this.#groupGone.resolve();
  }

  async #signal(name: "TERM" | "KILL", processId: number): Promise<void> {
    await this.#control(`drv_signal ${name} ${processId}`);
  }

  /** Whether a request of one line succeeded on another shell. */
  async #control(text: string): Promise<boolean> {
    const answer = await this.#pool.useAtOnce(async (channel) => {
      const [first] = await callOn(channel, [{ action: execAction(this.#given.argv), text }], undefined);
      return first ?? ok({ stdout: Buffer.alloc(0) });
    });
    return answer.ok;
  }

  #after(delayMs: number, fire: () => void): void {
    if (this.#isOver) return;
    const timer = this.#given.options.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      fire();
    });
    this.#timers.add(timer);
  }
}
