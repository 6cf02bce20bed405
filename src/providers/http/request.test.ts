import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { attemptToken } from "../../base/ids.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createLocalHost } from "../../host/local-host.ts";
import { httpRequest, type HttpRequestResult } from "../../operation/catalog/http.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider, type ProviderAttempt } from "../../testing/provider-attempt.ts";
import { httpRequestProvider } from "./request.ts";

const TOKEN = attemptToken(sha256("http tests"));
const host = createLocalHost({ stateFolder: "/nonexistent/drover", clock: new FakeClock() });

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handle: Handler) {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => (body += part));
    request.on("end", () => handle(request, response, body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function run(params: JsonObject, isDryRun = false): Promise<ProviderAttempt> {
  return runProvider(httpRequestProvider, { host, params, contents: memoryContentStore(), token: TOKEN, isDryRun });
}

function resultOf(attempt: ProviderAttempt): HttpRequestResult {
  return httpRequest.result.parse(attempt.data ?? attempt.error?.data);
}

function answerJson(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(value));
}

test("given a GET, when it is made, then it is unchanged and JSON is read", async () => {
  await using server = await serve((_request, response) => answerJson(response, { status: "ok" }));
  const attempt = await run({ url: server.url, expect: { status: 200, jsonEquals: { status: "ok" } } });
  assert.equal(attempt.status, "unchanged");
  const { status, json, body, isTruncated } = resultOf(attempt);
  assert.deepEqual([status, json, body, isTruncated], [200, { status: "ok" }, '{"status":"ok"}', false]);
});

test("given a POST with JSON, when it is made, then it is changed, and a dry run does not make it", async () => {
  const received: string[] = [];
  await using server = await serve((request, response, body) => {
    received.push(`${request.method} ${request.headers["content-type"]} ${body}`);
    response.writeHead(201).end();
  });
  const params = { url: server.url, method: "post", json: { a: [1] } };
  const planned = await run(params, true);
  assert.deepEqual(planned.changes, [{ property: "request", after: `POST ${server.url}` }]);
  assert.deepEqual(received, []);
  assert.equal((await run(params)).status, "changed");
  assert.deepEqual(received, ['POST application/json {"a":[1]}']);
});

test("given an answer that is not expected, when it comes, then all that is wrong is told and it is kept", async () => {
  await using server = await serve((_request, response) => response.writeHead(503).end("starting"));
  const expected = { status: [200, 204], bodyContains: "ready", jsonEquals: 1 };
  const attempt = await run({ url: server.url, expect: expected });
  assert.equal(attempt.error?.error.code, "DRV_HTTP_UNEXPECTED");
  assert.equal(attempt.error.errorClass, "retryable");
  assert.match(
    attempt.error.error.message,
    /status 503, expected 200 or 204; the body does not contain "ready"; the body is not JSON$/,
  );
  assert.equal(resultOf(attempt).body, "starting");
});

test("given no expectation, when an answer is an error, then it fails; a redirect is not followed", async () => {
  await using server = await serve((request, response) =>
    request.url === "/moved" ? response.writeHead(302, { location: "/" }).end() : response.writeHead(404).end(),
  );
  assert.match((await run({ url: server.url })).error?.error.message ?? "", /status 404, expected one below 400$/);
  assert.equal(resultOf(await run({ url: `${server.url}moved` })).status, 302);
});

test("given cookies in an answer, when they are reported, then their values are not", async () => {
  await using server = await serve((_request, response) => response.setHeader("set-cookie", "session=hunter2").end());
  assert.equal(resultOf(await run({ url: server.url })).headers["set-cookie"], "***");
});

test("given a long body, when it is reported, then it is cut and not read as JSON", async () => {
  await using server = await serve((_request, response) => answerJson(response, "x".repeat(1_000_000)));
  const { body, isTruncated, json } = resultOf(await run({ url: server.url }));
  assert.deepEqual([body.length, isTruncated, json], [256 * 1024, true, undefined]);
});

test("given broken JSON, when it is expected, then the request fails without throwing", async () => {
  await using server = await serve((_request, response) =>
    response.setHeader("content-type", "application/json").end("{"),
  );
  assert.equal((await run({ url: server.url })).status, "unchanged");
  assert.equal((await run({ url: server.url, expect: { jsonEquals: {} } })).status, "failed");
});

test("given no server, when a request is made, then it may be retried and changed nothing", async () => {
  const { url } = await serve(() => undefined).then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server;
  });
  const attempt = await run({ url, method: "POST", timeout: "2s" });
  assert.equal(attempt.error?.error.code, "DRV_HOST_HTTP_UNREACHABLE");
  assert.equal(attempt.error.errorClass, "retryable");
  assert.equal(attempt.error.changed, undefined);
});
