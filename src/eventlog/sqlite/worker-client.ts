import { Worker } from "node:worker_threads";
import { codedError, DroverError } from "../../base/coded-error.ts";
import type { NumberedAnswer, NumberedRequest, WorkerAnswer, WorkerRequest } from "./worker-messages.ts";
import { workerEnvironment } from "./worker-environment.ts";

type Answer<Type extends WorkerAnswer["type"]> = Extract<WorkerAnswer, { readonly type: Type }>;

interface Pending {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (reason: DroverError) => void;
}

/** Talks with the thread of one log. The thread keeps the process alive only while an answer is awaited. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #fatal: DroverError | undefined;

  constructor(folder: string) {
    // Beside this file in the repository, and beside its compiled form.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./log-worker.${extension}`, import.meta.url), {
      workerData: folder,
      env: workerEnvironment(),
      // Flags of the process may be of a kind that a file cannot be started with.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.#worker.on("message", ({ id, answer }: NumberedAnswer) => this.#answered(id, answer));
    this.#worker.on("error", (thrown) => this.#fail(`the thread that writes it failed: ${String(thrown)}`));
    this.#worker.on("exit", () => this.#fail("the thread that writes it has ended"));
  }

  /** Resolves when the log is open; rejects with why it cannot be. */
  async opened(): Promise<Answer<"opened">> {
    return expectAnswer(await this.#wait(0), "opened");
  }

  /** Sends a request and resolves with its answer; rejects with the coded error it failed with. */
  async ask<Type extends WorkerAnswer["type"]>(request: WorkerRequest, type: Type): Promise<Answer<Type>> {
    if (this.#fatal !== undefined && type === "appended") throw this.#fatal;
    this.#lastId += 1;
    const message: NumberedRequest = { id: this.#lastId, request };
    const answered = this.#wait(message.id);
    this.#worker.postMessage(message);
    return expectAnswer(await answered, type);
  }

  /** Ends the thread once it has answered everything. */
  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    await this.ask({ type: "close" }, "closed");
    this.#worker.ref();
    await ended;
  }

  /** Ends the thread of a log that could not be opened. */
  async abandon(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }

  #wait(id: number): Promise<WorkerAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>();
    this.#pending.set(id, { resolve, reject });
    this.#worker.ref();
    return promise;
  }

  #answered(id: number, answer: WorkerAnswer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (answer.type !== "failed") {
      pending?.resolve(answer);
      return;
    }
    const refusal = new DroverError([answer.error]);
    if (answer.isFatal) this.#fatal ??= refusal;
    pending?.reject(refusal);
  }

  #fail(found: string): void {
    this.#fatal ??= new DroverError([codedError("DRV_LOG_WRITE_FAILED", `Cannot write the log: ${found}`)]);
    for (const { reject } of this.#pending.values()) reject(this.#fatal);
    this.#pending.clear();
  }
}

function expectAnswer<Type extends WorkerAnswer["type"]>(answer: WorkerAnswer, type: Type): Answer<Type> {
  if (isAnswer(answer, type)) return answer;
  throw new DroverError([
    codedError("DRV_INTERNAL", `Cannot use the log: it answered "${answer.type}", not "${type}"`),
  ]);
}

function isAnswer<Type extends WorkerAnswer["type"]>(answer: WorkerAnswer, type: Type): answer is Answer<Type> {
  return answer.type === type;
}
