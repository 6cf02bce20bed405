import type { Clock } from "../base/clock.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { CappedOutput } from "../base/capped-output.ts";
import { FrameReader, type FrameMark } from "./frame-reader.ts";
import type { OpenShellPipe, ShellPipe } from "./shell-pipe.ts";
import { shellBootstrap } from "./shell-program.ts";

/** Time for the shell to answer that it is ready: a slow handshake over a slow line. */
const READY_MS_MAX = 30_000;
/** Time a closed shell gets to clean up after itself. */
const CLOSE_MS_MAX = 2_000;
/** Bytes kept of what a shell says on standard error before it is ready, or ends. */
const COMPLAINT_BYTES_MAX = 4_096;

export interface ShellChannelOptions {
  readonly hostName: string;
  readonly openPipe: OpenShellPipe;
  readonly path: string;
  readonly nonce: string;
  readonly clock: Clock;
}

/** One request: shell text made of our own functions and quoted words. */
export interface ShellRequest {
  readonly text: string;
  /** Sent after the text; the text knows its length. */
  readonly body?: Uint8Array;
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
  /** The process id of a command, as soon as it runs. */
  readonly onStarted?: (processId: number) => void;
}

/** How a request ended: the exit code of its text or command, or what the program refused. */
export type ShellEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "refused"; readonly reason: string };

interface OpenRequest {
  readonly id: string;
  readonly request: ShellRequest;
  readonly answer: PromiseWithResolvers<Result<ShellEnd, CodedError>>;
  /** Streams that passed the end mark. */
  readonly ended: Set<"stdout" | "stderr">;
}

/**
 * One shell on a host, with one request after the other. Ends as a whole when anything is not as it should be: a
 * shell that may be in the middle of something is never asked again.
 */
export class ShellChannel {
  readonly #options: ShellChannelOptions;
  readonly #pipe: ShellPipe;
  readonly #ready = Promise.withResolvers<Result<ShellChannel, CodedError>>();
  readonly #complaint = new CappedOutput(COMPLAINT_BYTES_MAX);
  readonly #open: OpenRequest[] = [];
  /** Request that the stream is inside of; content outside belongs to nobody. */
  readonly #inside: { stdout: OpenRequest | undefined; stderr: OpenRequest | undefined } = {
    stdout: undefined,
    stderr: undefined,
  };
  #nextId = 1;
  #isReady = false;
  #isBroken = false;
  #userId = -1;
  #processId: number | undefined;

  /**
   * Starts the command and waits until the shell behind it is ready.
   * @returns the channel, or `DRV_HOST_UNREACHABLE`. Throws the reason of the signal.
   */
  static async open(
    options: ShellChannelOptions,
    signal: AbortSignal | undefined,
  ): Promise<Result<ShellChannel, CodedError>> {
    signal?.throwIfAborted();
    const channel = new ShellChannel(options);
    using _timer = options.clock.setTimer(READY_MS_MAX, () => {
      channel.#break(`the shell was not ready within ${READY_MS_MAX} ms`);
    });
    const onAbort = (): void => channel.#break("the call was cancelled");
    signal?.addEventListener("abort", onAbort, { once: true });
    const opened = await channel.#ready.promise;
    signal?.removeEventListener("abort", onAbort);
    signal?.throwIfAborted();
    return opened;
  }

  private constructor(options: ShellChannelOptions) {
    this.#options = options;
    const readers = { stdout: this.#reader("stdout"), stderr: this.#reader("stderr") };
    this.#pipe = options.openPipe({
      onOutput: (stream, bytes) => readers[stream].push(bytes),
      onEnded: (reason) => this.#break(reason),
    });
    this.#pipe.write(shellBootstrap(options));
  }

  /** Whether it can take no more requests. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Numeric user the shell runs as. */
  get userId(): number {
    return this.#userId;
  }

  /** Sends requests without bodies in one go, or a single one with its body; the answers come in their order. */
  send(requests: readonly ShellRequest[]): readonly Promise<Result<ShellEnd, CodedError>>[] {
    if (this.#isBroken) return requests.map(async () => err(this.#lostError("the connection was closed")));
    const opened = requests.map((request) => ({
      id: String(this.#nextId++),
      request,
      answer: Promise.withResolvers<Result<ShellEnd, CodedError>>(),
      ended: new Set<"stdout" | "stderr">(),
    }));
    this.#open.push(...opened);
    const lines = opened.map(({ id, request }) => `${this.#options.nonce} ${id} ${request.text}\n`);
    this.#pipe.write(lines.join(""));
    for (const { body } of requests) if (body !== undefined && body.length > 0) this.#pipe.write(body);
    return opened.map(({ answer }) => answer.promise);
  }

  /** Lets go of what the last command left behind, without waiting. */
  tidy(): void {
    void this.send([{ text: ":", onStdout: ignore, onStderr: ignore }])[0];
  }

  /** An idle channel keeps no process alive. */
  setBusy(isBusy: boolean): void {
    this.#pipe.setBusy(isBusy);
  }

  /** Ends the shell; what runs in it is answered with `DRV_HOST_CONNECTION_LOST`. */
  async close(reason: string): Promise<void> {
    this.#break(reason);
    this.setBusy(true);
    using _timer = this.#options.clock.setTimer(CLOSE_MS_MAX, () => this.#pipe.kill());
    await this.#pipe.closed;
    this.#pipe.drop();
  }

  #reader(name: "stdout" | "stderr"): FrameReader {
    return new FrameReader({
      nonce: this.#options.nonce,
      onContent: (bytes) => this.#onContent(name, bytes),
      onMark: (mark) => this.#onMark(name, mark),
    });
  }

  #onContent(name: "stdout" | "stderr", bytes: Uint8Array): void {
    const inside = this.#inside[name];
    if (inside === undefined) {
      if (!this.#isReady || name === "stderr") this.#complaint.push(bytes);
    } else if (name === "stdout") inside.request.onStdout(bytes);
    else inside.request.onStderr(bytes);
  }

  #onMark(name: "stdout" | "stderr", mark: FrameMark): void {
    if (mark.kind === "ready") {
      this.#isReady = true;
      this.#userId = Number(mark.id);
      this.#processId = Number(mark.rest);
      this.#ready.resolve(ok(this));
    } else if (mark.kind === "begin") {
      this.#inside[name] = this.#open.find(({ id }) => id === mark.id);
    } else if (mark.kind === "pid") {
      // Not simply the oldest request: the streams may not have come equally far.
      this.#open.find(({ id }) => id === mark.id)?.request.onStarted?.(Number(mark.rest));
    } else if (mark.kind === "end") {
      const ending = this.#inside[name];
      this.#inside[name] = undefined;
      if (ending?.id === mark.id) this.#onEnd(ending, name, mark);
    }
  }

  #onEnd(open: OpenRequest, name: "stdout" | "stderr", mark: FrameMark): void {
    open.ended.add(name);
    if (open.ended.size < 2) return;
    this.#open.splice(this.#open.indexOf(open), 1);
    const [kind, value = "", last] = mark.rest.split(" ");
    if (last === "last") this.#break("the shell gave up after a transfer that failed");
    open.answer.resolve(ok(kind === "exit" ? { kind, code: Number(value) } : { kind: "refused", reason: value }));
  }

  #break(reason: string): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#pipe.end({ isIdle: this.#open.length === 0, processId: this.#processId });
    const said = this.#complaint.text().trim().slice(-300);
    const why = said === "" ? reason : `${reason}: ${said}`;
    this.#ready.resolve(err(this.#unreachableError(why)));
    for (const { answer } of this.#open.splice(0)) answer.resolve(err(this.#lostError(why)));
  }

  #unreachableError(why: string): CodedError {
    const { hostName } = this.#options;
    return codedError("DRV_HOST_UNREACHABLE", `Cannot reach host "${hostName}": ${why}`, {
      hint: "Check that the host is up and that the connection settings are right",
    });
  }

  #lostError(why: string): CodedError {
    const { hostName } = this.#options;
    return codedError("DRV_HOST_CONNECTION_LOST", `Cannot follow what runs on host "${hostName}": ${why}`, {
      hint: "Look on the host whether it took effect; it is not repeated blindly",
    });
  }
}

function ignore(): void {
  // What a request says that only tidies up is of no interest.
}
