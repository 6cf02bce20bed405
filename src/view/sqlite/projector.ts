import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { codedError, DroverError, type CodedError } from "../../base/coded-error.ts";
import { workerEnvironment } from "../../eventlog/sqlite/worker-environment.ts";
import type { ProjectorAnswer, ProjectorRequest } from "./projector-messages.ts";

interface Waiting {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Starts the thread that keeps the read model `view.db` of a data folder up to date. The folder must hold a log by then:
 * open that first. Rejects with a `DroverError`: `DRV_LOG_ABSENT`, `DRV_LOG_DAMAGED` or `DRV_VIEW_FAILED`.
 *
 * Whoever appends tells it by `notice`, or through {@link noticingLog}; it looks for nothing by itself.
 *
 * @example
 * await using log = await openSqliteLog("/var/lib/app/drover");
 * await using projector = await startProjector("/var/lib/app/drover");
 * const report = await plan.run({ log: noticingLog(log, projector) });
 */
export async function startProjector(folder: string): Promise<Projector> {
  const projector = new Projector(resolve(folder));
  await projector.opened;
  return projector;
}

/** The read model of one log, as the process sees it that writes the log. Its thread keeps no process alive. */
export class Projector implements AsyncDisposable {
  /** Resolves when the thread is at work; rejects with why it cannot be. */
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #open = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #waiting: Waiting[] = [];
  #position = 0;
  #noticed = 0;
  #isAwake = false;
  #isClosed = false;
  #failure: CodedError | undefined;

  constructor(folder: string) {
    // Beside this file in the repository, and beside its compiled form.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./projector-worker.${extension}`, import.meta.url), {
      workerData: folder,
      env: workerEnvironment(),
      // Flags of the process may be of a kind that a file cannot be started with.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.opened = this.#open.promise;
    this.#worker.on("message", (answer: ProjectorAnswer) => this.#answered(answer));
    this.#worker.on("error", (thrown) => this.#fail(internal(`its thread failed: ${String(thrown)}`)));
    this.#worker.on("exit", () => {
      this.#isClosed = true;
      this.#fail(internal("its thread has ended"));
      this.#ended.resolve();
    });
  }

  /** Position of the log up to which everything is in the view, as last told by the thread. */
  get position(): number {
    return this.#position;
  }

  /** Position up to which there are rows, as last noticed; the lag is the difference to `position`. */
  get noticed(): number {
    return this.#noticed;
  }

  /** Why the view does not move; absent while it does. It is tried again at the next notice. */
  get failure(): CodedError | undefined {
    return this.#failure;
  }

  /** Says that the log has rows up to `position`. Costs next to nothing: the thread is told at most once per batch. */
  notice(position: number): void {
    if (position <= this.#noticed) return;
    this.#noticed = position;
    this.#wake();
  }

  /**
   * Resolves when everything up to `position` is in the view. Rejects with what keeps it from that, or with the reason of
   * `signal`.
   */
  async reached(position: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#position >= position) return;
    const { promise, resolve: resolveIt, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { position, resolve: resolveIt, reject };
    this.#waiting.push(waiting);
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.notice(position);
    this.#wake();
    this.#worker.ref();
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (this.#waiting.length === 0) this.#worker.unref();
    }
  }

  /** Ends the thread; what it has not folded in by then it does the next time. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) {
      this.#worker.ref();
      this.#send({ type: "close" });
    }
    await this.#ended.promise;
  }

  #wake(): void {
    if (this.#isAwake || this.#isClosed) return;
    this.#isAwake = true;
    this.#send({ type: "wake" });
  }

  #answered(answer: ProjectorAnswer): void {
    switch (answer.type) {
      case "opened":
        this.#position = answer.position;
        this.#worker.unref();
        this.#open.resolve();
        return;
      case "reached":
        this.#failure = undefined;
        this.#position = answer.position;
        this.#isAwake = false;
        this.#settle();
        if (this.#position < this.#noticed) this.#wake();
        return;
      case "failed":
        this.#isAwake = false;
        this.#fail(answer.error);
        return;
      case "closed":
        this.#isClosed = true;
        return;
    }
  }

  #settle(): void {
    const reached = this.#waiting.filter(({ position }) => position <= this.#position);
    this.#waiting = this.#waiting.filter(({ position }) => position > this.#position);
    for (const { resolve: resolveIt } of reached) resolveIt();
  }

  #fail(error: CodedError): void {
    this.#failure ??= error;
    const refusal = new DroverError([error]);
    this.#open.promise.catch(() => undefined);
    this.#open.reject(refusal);
    for (const { reject } of this.#waiting.splice(0)) reject(refusal);
  }

  #send(request: ProjectorRequest): void {
    this.#worker.postMessage(request);
  }
}

function internal(found: string): CodedError {
  return codedError("DRV_VIEW_FAILED", `Cannot keep the read model up to date: ${found}`);
}
