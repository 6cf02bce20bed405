import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import { KILL_GRACE_MS, OUTPUT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ExecOptions, ExecResult } from "../operation/host.ts";
import { CappedOutput } from "../base/capped-output.ts";
import { execAction } from "./command-line.ts";
import { errnoError, errnoOf, hostError } from "./host-error.ts";
import { LineSplitter } from "../base/line-splitter.ts";
import { isGroupAlive, signalGroup, trackGroup, untrackGroup } from "./process-group.ts";

/** Silence after which the pipes of an ended command count as read, though somebody else still holds them. */
const DRAIN_QUIET_MS = 100;
/** Longest time spent reading such pipes: the holder may never stop talking. */
const DRAIN_MS_MAX = 500;
/** Time a killed group may need to vanish; a process stuck in the kernel is given up after it. */
const VANISH_MS_MAX = 2_000;
/** Interval between looks at a group that was asked to end. */
const GROUP_POLL_MS = 20;
/** Characters of each stream kept in the error of a command that ran out of time. */
const TIMEOUT_TAIL_LENGTH_MAX = 2_000;

export interface ProcessOptions extends Omit<ExecOptions, "env" | "sudo"> {
  readonly argv: readonly string[];
  /** The complete environment. */
  readonly env: ReadonlyMap<string, string>;
  readonly clock: Clock;
}

/** A finished command with its streams still as bytes. */
export interface ProcessResult extends Omit<ExecResult, "stdout" | "stderr"> {
  readonly stdout: CappedOutput;
  readonly stderr: CappedOutput;
}

/**
 * Runs one command in its own process group and waits for its end.
 *
 * On `timeoutMs` or abort the group gets SIGTERM and, `killGraceMs` later, SIGKILL; the call returns when the whole
 * group is gone. A command that ended by itself is not waited for longer than half a second when a process it left
 * behind holds its pipes. Arguments are expected to have passed `checkCommand`, and `cwd` to exist.
 *
 * Errors: `DRV_HOST_COMMAND_NOT_FOUND`, `DRV_HOST_PERMISSION`, `DRV_HOST_ARGUMENTS_TOO_LONG`,
 * `DRV_HOST_OUT_OF_RESOURCES`, `DRV_HOST_TIMEOUT`. Throws the reason of `signal`, or what `onLine` threw.
 */
export async function runProcess(options: ProcessOptions): Promise<Result<ProcessResult, CodedError>> {
  options.signal?.throwIfAborted();
  let child: ChildProcess;
  try {
    child = start(options);
  } catch (thrown) {
    return err(startError(thrown, options));
  }
  return await new ProcessRun(child, options).finished;
}

/** Turns the streams of a finished command into text. */
export function toExecResult(result: ProcessResult): ExecResult {
  return { ...result, stdout: result.stdout.text(), stderr: result.stderr.text() };
}

function start(options: ProcessOptions): ChildProcess {
  const [program = "", ...args] = options.argv;
  return spawn(program, args, {
    detached: true, // A group of its own, so that signals reach its children and the terminal's Ctrl-C does not.
    env: Object.fromEntries(options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
}

/** The error of a command that the system refused to start. Throws what is no answer of the system. */
export function startError(thrown: unknown, options: Pick<ProcessOptions, "argv" | "env">): CodedError {
  const action = execAction(options.argv);
  const errorNumber = errnoOf(thrown);
  if (errorNumber === undefined) throw thrown;
  if (errorNumber !== "ENOENT" && errorNumber !== "ENOTDIR") return errnoError(errorNumber, action);
  return hostError("DRV_HOST_COMMAND_NOT_FOUND", action, "the program or its interpreter does not exist", {
    hint: `Install it, or write its absolute path; PATH is ${options.env.get("PATH") ?? "empty"}`,
  });
}

/** Why a command was ended from outside. */
type Ending = { readonly kind: "timeout" } | { readonly kind: "thrown"; readonly reason: unknown };

/** How the leader of the group ended. */
interface Exit {
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
}

/**
 * ```text
 * running ──exit──▶ draining ──pipes closed or quiet──▶ settled
 *    │ timeout, abort                                      ▲
 *    └──────▶ ending (TERM … KILL) ──group gone, given up──┘
 * ```
 */
class ProcessRun {
  readonly finished: Promise<Result<ProcessResult, CodedError>>;
  readonly #child: ChildProcess;
  readonly #options: ProcessOptions;
  readonly #settling = Promise.withResolvers<Result<ProcessResult, CodedError>>();
  readonly #startedAtMs: number;
  readonly #stdout: CappedOutput;
  readonly #stderr: CappedOutput;
  readonly #timers = new Set<Disposable>();
  readonly #splitters: LineSplitter[] = [];
  readonly #onAbort = (): void => this.#finishEarly({ kind: "thrown", reason: this.#options.signal?.reason });
  #chunkCount = 0;
  #exit: Exit | undefined;
  #ending: Ending | undefined;
  #isSettled = false;

  constructor(child: ChildProcess, options: ProcessOptions) {
    this.#child = child;
    this.#options = options;
    this.finished = this.#settling.promise;
    this.#startedAtMs = options.clock.monotonicMs();
    const bytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX;
    this.#stdout = new CappedOutput(bytesMax);
    this.#stderr = new CappedOutput(bytesMax);
    this.#listen();
  }

  #listen(): void {
    const { signal, timeoutMs, stdin } = this.#options;
    if (this.#child.pid !== undefined) trackGroup(this.#child.pid);
    this.#child.on("error", (thrown) => this.#onError(thrown));
    this.#child.on("exit", (code, exitSignal) => this.#onExit(code, exitSignal));
    this.#child.on("close", () => this.#onClose());
    this.#collect("stdout", this.#stdout);
    this.#collect("stderr", this.#stderr);
    // A command that does not read its input, or ends before it did, breaks this pipe; its exit code tells the rest.
    this.#child.stdin?.on("error", () => undefined);
    if (stdin !== undefined) this.#child.stdin?.end(stdin);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (timeoutMs !== undefined) this.#after(timeoutMs, () => this.#finishEarly({ kind: "timeout" }));
  }

  #collect(name: "stdout" | "stderr", output: CappedOutput): void {
    const { onLine } = this.#options;
    const splitter = onLine === undefined ? undefined : new LineSplitter((line) => onLine(name, line));
    if (splitter !== undefined) this.#splitters.push(splitter);
    const stream = this.#child[name];
    stream?.on("error", () => undefined);
    stream?.on("data", (chunk: Uint8Array) => {
      this.#chunkCount++;
      output.push(chunk);
      this.#guarded(() => splitter?.push(chunk));
    });
  }

  /** Runs a callback of the caller; what it throws ends the command and comes out of the call. */
  #guarded(callback: () => void): void {
    if (this.#isSettled || this.#ending?.kind === "thrown") return;
    try {
      callback();
    } catch (thrown) {
      const ending: Ending = { kind: "thrown", reason: thrown };
      if (this.#exit === undefined) this.#finishEarly(ending);
      this.#ending = ending;
    }
  }

  #onError(thrown: Error): void {
    if (this.#child.pid !== undefined) return; // A signal that could not be sent; the timers go on.
    this.#settle(() => this.#settling.resolve(err(startError(thrown, this.#options))));
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exit = { code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal };
    if (this.#ending !== undefined) return this.#awaitGroup();
    this.#disposeTimers();
    this.#after(DRAIN_MS_MAX, () => this.#complete());
    this.#awaitQuiet();
  }

  #onClose(): void {
    if (this.#ending === undefined) this.#complete();
  }

  /** Completes when the pipes were silent for a while although somebody holds them open. */
  #awaitQuiet(): void {
    const seen = this.#chunkCount;
    this.#after(DRAIN_QUIET_MS, () => {
      // Timers run before the poll phase: give what already waits in the pipes its turn before judging.
      // oxlint-disable-next-line no-restricted-globals -- a place in the event loop, not a time
      setImmediate(() => {
        if (this.#isSettled) return;
        if (this.#chunkCount === seen) this.#complete();
        else this.#awaitQuiet();
      });
    });
  }

  /** Ends the command from outside. After its own end there is nothing left to end: only its pipes are let go. */
  #finishEarly(ending: Ending): void {
    const { pid } = this.#child;
    if (this.#isSettled || this.#ending !== undefined || pid === undefined) return;
    if (this.#exit !== undefined) return this.#settleAsEnded();
    this.#ending = ending;
    this.#disposeTimers();
    signalGroup(pid, "SIGTERM");
    this.#after(this.#options.killGraceMs ?? KILL_GRACE_MS, () => {
      signalGroup(pid, "SIGKILL");
      this.#after(VANISH_MS_MAX, () => this.#complete());
    });
  }

  /** Completes when the last member of the group is gone. */
  #awaitGroup(): void {
    if (this.#isSettled) return;
    const { pid } = this.#child;
    if (pid === undefined || !isGroupAlive(pid)) return this.#complete();
    this.#after(GROUP_POLL_MS, () => this.#awaitGroup());
  }

  #complete(): void {
    this.#guarded(() => this.#splitters.forEach((splitter) => splitter.end()));
    this.#settleAsEnded();
  }

  #settleAsEnded(): void {
    this.#settle(() => {
      const ending = this.#ending;
      if (ending?.kind === "thrown") return this.#settling.reject(ending.reason);
      if (ending?.kind === "timeout") return this.#settling.resolve(err(this.#timeoutError()));
      this.#settling.resolve(ok(this.#result()));
    });
  }

  #result(): ProcessResult {
    return {
      exitCode: this.#exit?.code ?? 0,
      ...(this.#exit?.signal == null ? {} : { signal: this.#exit.signal }),
      stdout: this.#stdout,
      stderr: this.#stderr,
      droppedBytes: this.#stdout.droppedBytes + this.#stderr.droppedBytes,
      durationMs: this.#options.clock.monotonicMs() - this.#startedAtMs,
    };
  }

  #timeoutError(): CodedError {
    return timeoutError(this.#options.argv, this.#options.timeoutMs ?? 0, {
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
    });
  }

  #settle(answer: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#disposeTimers();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    const { pid, stdin, stdout, stderr } = this.#child;
    if (pid !== undefined) untrackGroup(pid);
    stdin?.destroy();
    stdout?.destroy();
    stderr?.destroy();
    if (this.#exit === undefined) this.#child.unref();
    answer();
  }

  #after(delayMs: number, fire: () => void): void {
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      fire();
    });
    this.#timers.add(timer);
  }

  #disposeTimers(): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
  }
}

/** The error of a command that ran out of time, with the end of what it said. */
export function timeoutError(
  argv: readonly string[],
  timeoutMs: number,
  output: { readonly stdout: string; readonly stderr: string },
): CodedError {
  return hostError("DRV_HOST_TIMEOUT", execAction(argv), `it did not end within ${timeoutMs} ms`, {
    hint: "Raise its timeout, or find out what it waits for; its processes were ended",
    details: {
      timeoutMs,
      stdout: output.stdout.slice(-TIMEOUT_TAIL_LENGTH_MAX),
      stderr: output.stderr.slice(-TIMEOUT_TAIL_LENGTH_MAX),
    },
  });
}
