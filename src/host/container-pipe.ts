import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { JsonObject } from "../base/json.ts";
import { MultiplexedStream } from "../base/multiplexed-stream.ts";
import type { OpenShellPipe, ShellPipe, ShellPipeEvents } from "./shell-pipe.ts";

export interface ContainerAddress {
  /** Name or id of a running container. */
  readonly container: string;
  /** Socket of its engine. */
  readonly socketPath: string;
}

/** Bytes kept of what an engine says about a refusal. */
const REFUSAL_BYTES_MAX = 16 * 1024;

/** Connections to shells inside of a container, through the API of its engine. */
export function containerPipes(address: ContainerAddress): OpenShellPipe {
  return (events) => new ContainerPipe(address, events);
}

class ContainerPipe implements ShellPipe {
  readonly closed: Promise<void>;
  readonly #address: ContainerAddress;
  readonly #events: ShellPipeEvents;
  readonly #end = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  /** What is written before the connection is there. */
  readonly #waiting: (string | Uint8Array)[] = [];
  #socket: Socket | undefined;
  #isEnding = false;

  constructor(address: ContainerAddress, events: ShellPipeEvents) {
    this.#address = address;
    this.#events = events;
    this.closed = this.#end.promise;
    this.#open().catch((thrown: unknown) => this.#finish(describe(thrown, address)));
  }

  write(bytes: string | Uint8Array): void {
    if (this.#socket === undefined) this.#waiting.push(bytes);
    else this.#socket.write(bytes);
  }

  end({ isIdle, processId }: { readonly isIdle: boolean; readonly processId: number | undefined }): void {
    this.#isEnding = true;
    if (this.#socket === undefined) return this.#abort.abort(new Error("the connection is not needed any more"));
    this.#socket.end();
    if (!isIdle && processId !== undefined) void this.#signal(processId);
  }

  kill(): void {
    this.#abort.abort(new Error("the connection was closed by force"));
    this.#socket?.destroy();
    this.#end.resolve();
  }

  drop(): void {
    this.#socket?.destroy();
  }

  setBusy(isBusy: boolean): void {
    if (isBusy) this.#socket?.ref();
    else this.#socket?.unref();
  }

  async #open(): Promise<void> {
    const { signal } = this.#abort;
    const command = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: ["sh"] };
    const execId = await createExec(this.#address, command, signal);
    const socket = await startExec(this.#address, execId, signal);
    this.#socket = socket;
    const stream = new MultiplexedStream((name, bytes) => this.#events.onOutput(name, bytes));
    socket.on("error", () => undefined); // Its close says the same.
    socket.on("data", (chunk: Uint8Array) => stream.push(chunk));
    socket.on("close", () => this.#finish("the container closed the connection"));
    if (this.#isEnding) return void socket.destroy();
    for (const bytes of this.#waiting.splice(0)) socket.write(bytes);
    socket.resume();
  }

  #finish(reason: string): void {
    this.#events.onEnded(reason);
    this.#end.resolve();
  }

  /** The end of a connection ends nothing in the container: a shell that does something is sent a signal there. */
  async #signal(processId: number): Promise<void> {
    try {
      const signal = new AbortController().signal;
      const execId = await createExec(this.#address, { Cmd: ["kill", "-TERM", String(processId)] }, signal);
      const { socketPath } = this.#address;
      await exchange({ socketPath, path: `/exec/${execId}/start`, body: { Detach: true }, signal });
    } catch {
      // The container is gone, or will not be talked to: there is nothing left to end.
    }
  }
}

async function createExec(
  { container, socketPath }: ContainerAddress,
  command: JsonObject,
  signal: AbortSignal,
): Promise<string> {
  const path = `/containers/${encodeURIComponent(container)}/exec`;
  const answer: unknown = JSON.parse(await exchange({ socketPath, path, body: command, signal }));
  if (typeof answer === "object" && answer !== null && "Id" in answer && typeof answer.Id === "string")
    return answer.Id;
  throw new Error("the Docker engine did not say what it made");
}

interface Exchange {
  readonly socketPath: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly signal: AbortSignal;
}

async function request({ socketPath, path, body, signal }: Exchange, headers: { readonly [name: string]: string }) {
  const http = await import("node:http");
  const text = JSON.stringify(body);
  const outgoing = http.request({
    socketPath,
    path,
    method: "POST",
    agent: false,
    signal,
    headers: {
      host: "docker",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...headers,
    },
  });
  outgoing.end(text);
  return outgoing;
}

/** One call with a small answer. Rejects with what the engine says about a refusal. */
async function exchange(given: Exchange): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = await request(given, {});
  outgoing.on("response", resolve);
  outgoing.on("error", reject);
  return await textOf(await promise);
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) if (text.length < REFUSAL_BYTES_MAX) text += String(chunk);
  if ((response.statusCode ?? 500) < 400) return text;
  throw new Error(messageOf(text) ?? `the Docker engine answered ${response.statusCode}`);
}

/** Starts a program and takes over the connection: what is written to it is read by the program. */
async function startExec({ socketPath }: ContainerAddress, execId: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const body = { Detach: false, Tty: false };
  const outgoing = await request(
    { socketPath, path: `/exec/${execId}/start`, body, signal },
    { connection: "Upgrade", upgrade: "tcp" },
  );
  outgoing.on("upgrade", (_response, socket, head) => {
    socket.pause();
    if (head.length > 0) socket.unshift(head);
    resolve(socket);
  });
  outgoing.on("response", (response) => {
    textOf(response).then(() => reject(new Error("the Docker engine did not take over the connection")), reject);
  });
  outgoing.on("error", reject);
  return await promise;
}

function messageOf(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isMessage = typeof parsed === "object" && parsed !== null && "message" in parsed;
    return isMessage && typeof parsed.message === "string" ? parsed.message.trim() : undefined;
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown, { socketPath }: ContainerAddress): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  return code === undefined || code === "ABORT_ERR"
    ? thrown.message
    : `the Docker engine at ${JSON.stringify(socketPath)} did not answer: ${code}`;
}
