import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

export interface SuiteServer extends AsyncDisposable {
  readonly url: string;
  readonly socketPath: string;
}

/** The server that the network part of the host suite asks for, on a free port and on a Unix socket. */
export async function startSuiteServer(socketPath: string): Promise<SuiteServer> {
  const servers = [createServer(onRequest), createServer(onRequest)] as const;
  await listening(servers[0], { port: 0, host: "127.0.0.1" });
  await listening(servers[1], { path: socketPath });
  const address = servers[0].address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    socketPath,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(closed));
    },
  };
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const [, place = "", detail = ""] = (request.url ?? "").split(/[/?]/);
  switch (place) {
    case "echo":
      return void echo(request, response);
    case "status":
      response.writeHead(Number(detail), detail === "302" ? { location: "/echo" } : {});
      return void response.end(detail === "204" ? undefined : `status ${detail}`);
    case "bytes":
      return void response.end(Uint8Array.from({ length: Number(detail) }, (_, index) => index % 256));
    case "never":
      return;
    default:
      response.writeHead(404).end();
  }
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  response.setHeader("x-many", ["one", "two"]);
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, bodyBase64: body.toString("base64") }));
}

async function listening(server: Server, where: { port?: number; host?: string; path?: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(where, resolve);
  await promise;
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
