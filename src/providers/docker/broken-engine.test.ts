import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { attemptToken } from "../../base/ids.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createLocalHost } from "../../host/local-host.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { systemClock } from "../../runner/system.ts";
import { runProvider, type ProviderAttemptOptions } from "../../testing/provider-attempt.ts";
import { builtinProviders } from "../registry.ts";

// What can be wrong with an engine besides its answers: it is not there, is something else, hangs, or breaks off.

const TOKEN = attemptToken(sha256("broken engines"));
const host = createLocalHost({ stateFolder: "/nonexistent/drover", clock: systemClock });
const providers = builtinProviders();

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine that answers pings well, and everything else as the test says. */
async function startEngine(context: TestContext, answer: Answer, apiVersion = "1.47"): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "drover-engine-"));
  const server = createServer((request, response) => {
    if (request.url !== "/_ping") return answer(request, response);
    response.setHeader("api-version", apiVersion);
    return response.end("OK");
  });
  context.after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  const socketPath = join(folder, "engine.sock");
  server.listen(socketPath);
  await once(server, "listening");
  return socketPath;
}

async function run(operation: string, params: JsonObject, options: Partial<ProviderAttemptOptions> = {}) {
  const provider = providers.find(operation);
  assert.ok(provider !== undefined);
  const attempt = await runProvider(provider, {
    host,
    params,
    contents: memoryContentStore(),
    token: TOKEN,
    ...options,
  });
  return { code: attempt.error?.error.code, changed: attempt.error?.changed === true, error: attempt.error };
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

test("given no engine at the socket, when it is asked, then the error names the socket", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "drover-engine-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const socketPath of [join(folder, "none.sock"), file]) {
    const { code, changed, error } = await run("docker.list", { socketPath });
    assert.deepEqual([code, changed, error?.errorClass], ["DRV_DOCKER_UNAVAILABLE", false, "retryable"]);
    assert.ok(error?.error.message.includes(JSON.stringify(socketPath)));
  }
});

test("given something else or an engine of long ago, when it is asked, then it is not used", async (context) => {
  for (const version of ["1.12", "", "latest", "1.2.3"]) {
    const socketPath = await startEngine(context, (_, response) => json(response, []), version);
    assert.equal((await run("docker.list", { socketPath })).code, "DRV_DOCKER_VERSION", version);
  }
});

test("given an engine that closes the connection, when it is asked to change something, then that may have happened", async (context) => {
  const socketPath = await startEngine(context, (request, response) => {
    if (request.method === "GET" && request.url?.includes("/web/") === true)
      json(response, { Id: "a".repeat(64), Name: "/web", State: { Status: "running", Running: true }, Config: {} });
    else request.socket.destroy();
  });
  const listed = await run("docker.list", { socketPath });
  assert.deepEqual([listed.code, listed.changed], ["DRV_DOCKER_CONNECTION_LOST", false]);
  const executed = await run("docker.exec", { socketPath, container: "web", command: ["true"] });
  assert.deepEqual([executed.code, executed.changed], ["DRV_DOCKER_CONNECTION_LOST", true]);
});

test("given answers that the API does not promise, when they come, then they are refused by name", async (context) => {
  const answers: readonly Answer[] = [
    (_, response) => response.end("no JSON"),
    (_, response) => json(response, { not: "a list" }),
    (_, response) => json(response, [{ Id: 7 }]),
    (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00])),
    (_, response) => response.end(Buffer.alloc(40_000_000, "[")),
  ];
  for (const answer of answers) {
    const socketPath = await startEngine(context, answer);
    assert.equal((await run("docker.list", { socketPath })).code, "DRV_DOCKER_ANSWER_INVALID", String(answer));
  }
});

test("given an engine that breaks an answer off, when it is read, then the connection was lost", async (context) => {
  const socketPath = await startEngine(context, (request, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("[");
    setImmediate(() => request.socket.destroy());
  });
  assert.equal((await run("docker.list", { socketPath })).code, "DRV_DOCKER_CONNECTION_LOST");
});

test("given an engine that refuses, when it says why, then its words are told and a failure of its own may be tried again", async (context) => {
  const socketPath = await startEngine(context, (_, response) => json(response, { message: "disk is on fire" }, 500));
  const { code, error } = await run("docker.list", { socketPath });
  assert.deepEqual([code, error?.errorClass], ["DRV_DOCKER_REFUSED", "retryable"]);
  assert.match(error?.error.message ?? "", /disk is on fire/);
});

test("given an engine that hangs, when the time of a program is over, then it may have run", async (context) => {
  const socketPath = await startEngine(context, (request, response) => {
    if (request.url?.endsWith("/start") === true) return;
    if (request.url?.includes("/exec/") === true) json(response, { Running: false, ExitCode: 0, Pid: 0 });
    else json(response, { Id: "b".repeat(64) }, 201);
  });
  const { code, changed } = await run("docker.exec", {
    socketPath,
    container: "web",
    command: ["true"],
    timeout: "100ms",
  });
  assert.deepEqual([code, changed], ["DRV_DOCKER_TIMEOUT", true]);
});

test("given an engine that hangs, when the attempt is cancelled, then it ends at once with the reason", async (context) => {
  const stop = new AbortController();
  const socketPath = await startEngine(context, () => stop.abort(new Error("enough")));
  await assert.rejects(run("docker.list", { socketPath }, { signal: stop.signal }), /enough/);
});
