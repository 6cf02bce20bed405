import { connect, type Socket } from "node:net";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { controlLines } from "./control-lines.ts";
import { controlPlaceOf } from "./control-place.ts";
import { CONTROL_VERSION, type ControlAnswer } from "./control-protocol.ts";
import type { ListedRun, RunsAccess } from "./runs-access.ts";

/** The runs of a data folder that another process holds; `undefined` when none serves it. */
export async function connectControl(dataFolder: string): Promise<RunsAccess | undefined> {
  const socket = await opened(controlPlaceOf(dataFolder).path);
  return socket === undefined ? undefined : remoteRuns(new ControlClient(socket));
}

async function opened(path: string): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
  const socket = connect(path);
  socket.once("connect", () => resolve(socket));
  socket.once("error", () => resolve(undefined));
  return promise;
}

type Waiting = (answer: Result<unknown, CodedError>) => void;

/** Sends requests and matches the answers to them by their ids. */
class ControlClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    void this.#listen();
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#lost());
  }

  ask(method: string, members: object): Promise<Result<unknown, CodedError>> {
    const { promise, resolve } = Promise.withResolvers<Result<unknown, CodedError>>();
    if (this.#socket.destroyed) return Promise.resolve(err(connectionLost()));
    this.#requestCount += 1;
    const id = this.#requestCount;
    this.#waiting.set(id, resolve);
    this.#socket.write(`${JSON.stringify({ v: CONTROL_VERSION, id, method, ...members })}\n`);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #listen(): Promise<void> {
    try {
      for await (const line of controlLines(this.#socket)) this.#answered(line);
    } catch {
      // The end of the connection says it all.
    } finally {
      this.#socket.destroy();
    }
  }

  #answered(line: string): void {
    const answer = readAnswer(line);
    const resolve = answer === undefined ? undefined : this.#waiting.get(answer.id);
    if (answer === undefined || resolve === undefined) return;
    this.#waiting.delete(answer.id);
    resolve(answer.error === undefined ? ok(answer.value) : err(answer.error));
  }

  #lost(): void {
    for (const resolve of this.#waiting.values()) resolve(err(connectionLost()));
    this.#waiting.clear();
  }
}

function readAnswer(line: string): ControlAnswer | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other side is this program, of the same user
    return JSON.parse(line) as ControlAnswer;
  } catch {
    return undefined;
  }
}

function remoteRuns(client: ControlClient): RunsAccess {
  return {
    isRemote: true,
    async list() {
      const answer = await asked<readonly ListedRun[]>(client, "list", {});
      return answer.ok ? answer.value : [];
    },
    snapshot: (runId) => asked(client, "snapshot", { runId }),
    preview: (runId, command) => asked(client, "preview", { runId, command }),
    async command(runId, command) {
      const answer = await client.ask("command", { runId, command });
      return answer.ok ? undefined : answer.error;
    },
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}

async function asked<Value>(
  client: ControlClient,
  method: string,
  members: object,
): Promise<Result<Value, CodedError>> {
  const answer = await client.ask(method, members);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other side is this program, in the same version
  return answer.ok ? ok(answer.value as Value) : answer;
}

function connectionLost(): CodedError {
  return codedError("DRV_CONTROL_LOST", "Cannot hear the answer: the process that holds the data folder has ended");
}

/** Why a data folder can neither be opened nor be asked about. */
export function folderHeld(thrown: unknown, dataFolder: string): CodedError {
  const cause = fromThrown("DRV_LOG_LOCKED", thrown, `Cannot use ${JSON.stringify(dataFolder)}`);
  return codedError("DRV_CONTROL_UNAVAILABLE", cause.message);
}
