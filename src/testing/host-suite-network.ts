import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import type { HttpRequest } from "../operation/host.ts";
import { codeOf, manyBytes, valueOf, type SubjectOf } from "./host-suite-subject.ts";

/**
 * Tests of `http` and `facts`. The server answers:
 *
 * - `/echo`: status 200; a JSON body `{ method, url, headers, bodyBase64 }` of the request; two headers `x-many`
 * - `/status/N`: status N with the body `status N`; 302 with `location: /echo`
 * - `/bytes/N`: N bytes, the value of each being its index modulo 256
 * - `/never`: no answer
 */
export function testHostNetwork(subjectOf: SubjectOf): void {
  testExchanges(subjectOf);
  testLimits(subjectOf);
  testRefusals(subjectOf);
  testFacts(subjectOf);
}

function serverOf(subjectOf: SubjectOf): { readonly url: string; readonly socketPath?: string } {
  return must(subjectOf().subject.server, "the subject has a server");
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly bodyBase64: string;
}

async function echoOf(subjectOf: SubjectOf, request: Partial<HttpRequest>): Promise<Echo> {
  const { host } = subjectOf();
  const url = `${serverOf(subjectOf).url}/echo`;
  const response = valueOf(await host.http({ method: "GET", url, ...request }));
  assert.equal(response.status, 200);
  const echo: unknown = JSON.parse(new TextDecoder().decode(response.body));
  assert.ok(isEcho(echo));
  return echo;
}

function isEcho(value: unknown): value is Echo {
  return (
    typeof value === "object" && value !== null && "method" in value && "headers" in value && "bodyBase64" in value
  );
}

function testExchanges(subjectOf: SubjectOf): void {
  void test("given a request with everything, when made, then all of it arrives", async () => {
    const body = manyBytes(100_000);
    const echo = await echoOf(subjectOf, {
      method: "post",
      url: `${serverOf(subjectOf).url}/echo?a=1&b=%20`,
      headers: { "X-Given": `it's "quoted" \\ $(x)`, "Content-Type": "application/x-test", "X-Empty": "" },
      body,
    });
    assert.equal(echo.method, "POST");
    assert.equal(echo.url, "/echo?a=1&b=%20");
    assert.equal(echo.headers["x-given"], `it's "quoted" \\ $(x)`);
    assert.equal(echo.headers["content-type"], "application/x-test");
    assert.equal(echo.headers["x-empty"], "");
    assert.equal(echo.headers["content-length"], "100000");
    assert.equal(echo.bodyBase64, Buffer.from(body).toString("base64"));
  });

  void test("given a text body without a type, when sent, then none is made up", async () => {
    const echo = await echoOf(subjectOf, { method: "PUT", body: "naïve" });
    assert.equal(Buffer.from(echo.bodyBase64, "base64").toString(), "naïve");
    assert.equal(echo.headers["content-type"], undefined);
  });

  void test("given repeated headers, when answered, then names are lower case and values joined", async () => {
    const { host } = subjectOf();
    const response = valueOf(await host.http({ method: "GET", url: `${serverOf(subjectOf).url}/echo` }));
    assert.equal(response.headers["x-many"], "one, two");
    assert.ok(response.durationMs >= 0 && !response.isTruncated);
  });

  void test("given any status, when answered, then it is a result, and redirects are not followed", async () => {
    const { host } = subjectOf();
    for (const status of [204, 302, 404, 500]) {
      const response = valueOf(await host.http({ method: "GET", url: `${serverOf(subjectOf).url}/status/${status}` }));
      assert.equal(response.status, status);
    }
    const head = valueOf(await host.http({ method: "HEAD", url: `${serverOf(subjectOf).url}/bytes/10` }));
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  void test("given a Unix socket, when a request names it, then it goes there", async (context) => {
    const { socketPath } = serverOf(subjectOf);
    if (socketPath === undefined) return context.skip("the server has no Unix socket");
    const echo = await echoOf(subjectOf, { url: "http://somewhere.invalid/echo", socketPath });
    assert.equal(echo.headers["host"], "somewhere.invalid");
  });
}

function testLimits(subjectOf: SubjectOf): void {
  void test("given a limit, when a body is longer, then it is cut and that is said", async () => {
    const { host } = subjectOf();
    const get = async (bytes: number, bodyBytesMax: number): Promise<unknown> => {
      const url = `${serverOf(subjectOf).url}/bytes/${bytes}`;
      const response = valueOf(await host.http({ method: "GET", url, bodyBytesMax }));
      assert.ok(response.body.every((byte, index) => byte === index % 256));
      return [response.body.length, response.isTruncated];
    };
    assert.deepEqual(await get(1_000, 1_000), [1_000, false]);
    assert.deepEqual(await get(1_001, 1_000), [1_000, true]);
    assert.deepEqual(await get(5_000_000, 1_000), [1_000, true]);
    assert.deepEqual(await get(3_000_000, 4_000_000), [3_000_000, false]);
  });

  void test("given a receiver, when a body comes, then it gets all of it and nothing is kept", async () => {
    const { host } = subjectOf();
    const parts: Uint8Array[] = [];
    const request = { method: "GET", url: `${serverOf(subjectOf).url}/bytes/3000000`, bodyBytesMax: 10 };
    const response = valueOf(await host.http(request, { onBody: (bytes) => parts.push(bytes) }));
    assert.deepEqual([response.status, response.body.length, response.isTruncated], [200, 0, false]);
    const whole = Buffer.concat(parts);
    assert.equal(whole.length, 3_000_000);
    assert.ok(whole.every((byte, index) => byte === index % 256));
  });

  void test("given a server that does not answer, when time is up or the call cancelled, then it ends", async () => {
    const { host } = subjectOf();
    const request = { method: "GET", url: `${serverOf(subjectOf).url}/never` };
    assert.equal(codeOf(await host.http({ ...request, timeoutMs: 200 })), "DRV_HOST_TIMEOUT");
    const stop = new AbortController();
    const reason = new Error("enough");
    const running = host.http(request, { signal: stop.signal });
    stop.abort(reason);
    await assert.rejects(running, reason);
  });
}

function testRefusals(subjectOf: SubjectOf): void {
  void test("given requests that cannot be made, when tried, then each has its code and no query is repeated", async () => {
    const { host } = subjectOf();
    const { url } = serverOf(subjectOf);
    const invalid: readonly HttpRequest[] = [
      { method: "GET", url: "not a url" },
      { method: "GET", url: "file:///etc/passwd" },
      { method: "GET X", url },
      { method: "", url },
      { method: "GET", url, headers: { "X-Split": "a\r\nX-Injected: b" } },
      { method: "GET", url, headers: { "X:Y": "a" } },
      { method: "GET", url, headers: { "X-Nul": "a\0b" } },
    ];
    for (const request of invalid) assert.equal(codeOf(await host.http(request)), "DRV_HOST_HTTP_INVALID");
    const refused = await host.http({ method: "GET", url: "http://user:pass@127.0.0.1:1/path?token=hidden" });
    assert.equal(codeOf(refused), "DRV_HOST_HTTP_UNREACHABLE");
    assert.ok(!refused.ok && !/hidden|pass/.test(JSON.stringify(refused.error)));
    const tls = await host.http({ method: "GET", url: url.replace("http:", "https:") });
    assert.match(codeOf(tls), /^DRV_HOST_HTTP_(TLS|UNREACHABLE)$/);
  });
}

function testFacts(subjectOf: SubjectOf): void {
  void test("given a host, when asked for facts, then they are complete and plausible, and kept for a while", async () => {
    const { host } = subjectOf();
    const facts = valueOf(await host.facts());
    assert.ok(facts.hostname.length > 0 && facts.fqdn.startsWith(facts.hostname));
    assert.ok(facts.os.family.length > 0 && facts.os.distribution.length > 0);
    assert.match(facts.architecture, /^(x64|arm64|arm|ia32|ppc64|s390x|riscv64)$/);
    assert.ok(facts.cpuCount >= 1 && facts.uptimeSeconds > 0 && facts.kernel.length > 0);
    assert.ok(facts.memory.totalBytes > facts.memory.availableBytes && facts.memory.availableBytes > 0);
    assert.ok(facts.disks.some((disk) => disk.mount === "/" && disk.totalBytes >= disk.usedBytes));
    assert.ok(facts.interfaces.some((found) => found.addresses.includes("127.0.0.1")));
    assert.equal(valueOf(await host.facts()), facts);
  });
}
