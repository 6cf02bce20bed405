import type { ChildProcess } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import type { CodedError } from "../base/coded-error.ts";
import { isLeftRunning } from "../base/left-running.ts";
import { KILL_GRACE_MS, OUTPUT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { CappedOutput } from "../base/capped-output.ts";
import { execAction } from "./command-line.ts";
import { isStillRunning, type ClaimProcess, type DetachedClaim } from "./detached-claim.ts";
import { CLAIM_FAILED, CLAIM_TAKEN } from "./detached-program.ts";
import { hostError } from "./host-error.ts";
import { LineSplitter } from "../base/line-splitter.ts";
import { isGroupAlive, signalGroup, trackGroup, untrackGroup } from "./process-group.ts";
import { timeoutError, type ProcessOptions, type ProcessResult } from "./process.ts";

/** Interval between two looks at a command that is followed from outside. */
const POLL_MS = 50;
/** Time a wrapper may need between claiming and saying who it is. */
const INTRODUCTION_MS_MAX = 5_000;
/** Time a killed group may need to vanish. */
const VANISH_MS_MAX = 2_000;
const CHUNK_BYTES = 64 * 1024;

/** Why a command was ended from outside. */
type Ending = { readonly kind: "timeout" } | { readonly kind: "thrown"; readonly reason: unknown };

/** How following a command ended. `taken`: somebody else had claimed it before. */
export type Followed = Result<ProcessResult, CodedError> | "taken";

/** Follows one detached command through what it leaves in its folder: one that was started here, or by an executor that is gone. */
export class DetachedRun implements Disposable {
  readonly #claim: DetachedClaim;
  readonly #options: ProcessOptions;
  readonly #streams: readonly FollowedStream[];
  readonly #timers = new Set<Disposable>();
  readonly #onAbort = (): void => this.#endEarly({ kind: "thrown", reason: this.#options.signal?.reason });
  #wake: () => void = () => undefined;
  /** Leader of the group, once it is known. */
  #processId: number | undefined;
  /** The exit code of the wrapper that was started here, `null` when a signal ended it. */
  #childExit: number | null | undefined;
  #ending: Ending | undefined;
  #isGivenUp = false;

  constructor(claim: DetachedClaim, options: ProcessOptions) {
    this.#claim = claim;
    this.#options = options;
    this.#streams = (["stdout", "stderr"] as const).map(
      (name) => new FollowedStream(claim.output(name), name, options),
    );
  }

  /** Follows the wrapper that was just started. */
  async followChild(child: ChildProcess, processId: number): Promise<Followed> {
    const startedAtMs = this.#options.clock.monotonicMs();
    this.#processId = processId;
    child.once("exit", (code) => {
      this.#childExit = code;
      this.#wake();
    });
    this.#begin(this.#options.timeoutMs);
    for (;;) {
      await this.#readStreams();
      if (this.#isOver(this.#childExit !== undefined)) break;
      await this.#pause();
    }
    if (this.#isLeft) child.unref();
    return await this.#judge(this.#childExit ?? undefined, this.#options.clock.monotonicMs() - startedAtMs);
  }

  /** Follows a command that was claimed before, by whomever. */
  async followClaim(): Promise<Result<ProcessResult, CodedError>> {
    const leader = await this.#introduced();
    const { clock, timeoutMs } = this.#options;
    if (leader === undefined) return err(this.#vanished());
    const isRunning = (): boolean => isStillRunning(leader);
    const wasRunning = isRunning();
    const ended = await this.#claim.exit();
    if (ended !== undefined || !wasRunning) {
      return await this.#outcome(ended?.code, (ended?.atMs ?? clock.nowMs()) - leader.startedAtMs);
    }
    this.#processId = leader.processId;
    this.#begin(timeoutMs === undefined ? undefined : timeoutMs - (clock.nowMs() - leader.startedAtMs));
    for (;;) {
      await this.#readStreams();
      if (this.#isOver(!isRunning() || (await this.#claim.exit()) !== undefined)) break;
      await this.#pause();
    }
    const exit = await this.#claim.exit();
    return await this.#outcome(exit?.code, (exit?.atMs ?? clock.nowMs()) - leader.startedAtMs);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#processId !== undefined) untrackGroup(this.#processId);
  }

  async #introduced(): Promise<ClaimProcess | undefined> {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + INTRODUCTION_MS_MAX;
    for (;;) {
      const process = await this.#claim.process();
      if (process !== undefined || clock.monotonicMs() >= untilMs) return process;
      await clock.sleep(POLL_MS);
    }
  }

  #begin(timeoutMs: number | undefined): void {
    const { signal } = this.#options;
    if (this.#processId !== undefined) trackGroup(this.#processId);
    if (timeoutMs !== undefined) this.#after(Math.max(0, timeoutMs), () => this.#endEarly({ kind: "timeout" }));
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
  }

  /** Whether the command goes on without anybody who waits for it. */
  get #isLeft(): boolean {
    return this.#ending?.kind === "thrown" && isLeftRunning(this.#ending.reason);
  }

  /** After being asked to end, the whole group must be gone. */
  #isOver(isCommandOver: boolean): boolean {
    if (this.#ending === undefined) return isCommandOver;
    if (this.#isLeft) return true;
    return this.#isGivenUp || this.#processId === undefined || !isGroupAlive(this.#processId);
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    using _timer = this.#options.clock.setTimer(POLL_MS, resolve);
    // It may have ended while the streams were read.
    if (this.#childExit !== undefined && this.#ending === undefined) return;
    await promise;
  }

  #endEarly(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    const processId = this.#processId;
    this.#wake();
    if (processId === undefined || this.#isLeft) return;
    signalGroup(processId, "SIGTERM");
    this.#after(this.#options.killGraceMs ?? KILL_GRACE_MS, () => {
      signalGroup(processId, "SIGKILL");
      this.#after(VANISH_MS_MAX, () => {
        this.#isGivenUp = true;
        this.#wake();
      });
    });
  }

  async #readStreams(): Promise<void> {
    try {
      for (const stream of this.#streams) await stream.read(false);
    } catch (thrown) {
      this.#endEarly({ kind: "thrown", reason: thrown });
    }
  }

  /** Says how the wrapper that was started here ended. */
  async #judge(childExit: number | undefined, durationMs: number): Promise<Followed> {
    const hasRun = (await this.#claim.process()) !== undefined;
    if (!hasRun && this.#ending === undefined) {
      if (childExit === CLAIM_TAKEN) return "taken";
      if (childExit === CLAIM_FAILED) return err(this.#notClaimed());
    }
    // On a full disk the wrapper can tell how the command ended only by its own end.
    const code = (await this.#claim.exit())?.code ?? (hasRun ? childExit : undefined);
    return await this.#outcome(code, durationMs);
  }

  async #outcome(code: number | undefined, durationMs: number): Promise<Result<ProcessResult, CodedError>> {
    if (this.#ending?.kind === "thrown") throw this.#ending.reason;
    for (const stream of this.#streams) await stream.read(true);
    const [stdout = new CappedOutput(2), stderr = new CappedOutput(2)] = this.#streams.map(({ output }) => output);
    if (this.#ending?.kind === "timeout") {
      const said = { stdout: stdout.text(), stderr: stderr.text() };
      return err(timeoutError(this.#options.argv, this.#options.timeoutMs ?? 0, said));
    }
    if (code === undefined) return err(this.#vanished());
    return ok({ exitCode: code, stdout, stderr, droppedBytes: stdout.droppedBytes + stderr.droppedBytes, durationMs });
  }

  #notClaimed(): CodedError {
    const { folder } = this.#claim;
    return hostError("DRV_HOST_IO", execAction(this.#options.argv), `nothing can be written to "${folder}"`, {
      hint: "Free space there and make it writable; nothing was started",
    });
  }

  #vanished(): CodedError {
    const state = "its process is gone and left no exit code";
    return hostError("DRV_HOST_CONNECTION_LOST", execAction(this.#options.argv), state, {
      hint: "Look on the host how far it came",
    });
  }

  #after(delayMs: number, fire: () => void): void {
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      fire();
    });
    this.#timers.add(timer);
  }
}

/** One output file, read as it grows. */
class FollowedStream {
  readonly output: CappedOutput;
  readonly #path: string;
  readonly #splitter: LineSplitter | undefined;
  #offset = 0;

  constructor(path: string, name: "stdout" | "stderr", options: ProcessOptions) {
    const { onLine } = options;
    this.#path = path;
    this.output = new CappedOutput(options.outputBytesMax ?? OUTPUT_BYTES_MAX);
    this.#splitter = onLine === undefined ? undefined : new LineSplitter((line) => onLine(name, line));
  }

  /** Reads what is new. Throws what the listener throws. */
  async read(isLast: boolean): Promise<void> {
    const file = await open(this.#path, "r").catch(() => undefined);
    if (file !== undefined) {
      try {
        await this.#readFrom(file);
      } finally {
        await file.close();
      }
    }
    if (isLast) this.#splitter?.end();
  }

  async #readFrom(file: FileHandle): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      this.output.push(chunk);
      this.#splitter?.push(chunk);
    }
  }
}
