import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../base/coded-error.ts";
import { FakeHost } from "./fake-host.ts";
import { hostSuite } from "./host-suite.ts";
import { codeOf, valueOf } from "./host-suite-subject.ts";

hostSuite(
  "fake host",
  async () => {
    const host = new FakeHost();
    valueOf(await host.mkdir("/tmp/suite"));
    return { host, folder: "/tmp/suite", isRoot: true, [Symbol.asyncDispose]: async () => undefined };
  },
  { runsCommands: false, hasServer: false },
);

test("given handlers for commands, when one runs, then the newest that answers counts", async () => {
  const host = new FakeHost();
  host.onExec(() => ({ stdout: "old\n" }));
  host.onExec((argv) => (argv[0] === "special" ? { exitCode: 3, stderr: "e1\ne2\n" } : undefined));
  const lines: string[] = [];
  const onLine = (stream: string, line: string): unknown => lines.push(`${stream}:${line}`);
  const special = valueOf(await host.exec(["special"], { onLine }));
  assert.deepEqual([special.exitCode, lines], [3, ["stderr:e1", "stderr:e2"]]);
  assert.equal(valueOf(await host.exec(["other"])).stdout, "old\n");
});

test("given a failure on demand, when the call comes, then it fails once, and every call is on record", async () => {
  const host = new FakeHost({ files: { "/etc/a/b": "text" } });
  const error = codedError("DRV_HOST_DISK_FULL", "Cannot write file: the disk is full", { hint: "Free space" });
  host.failNext("writeFile", error, "/etc/a/c");
  valueOf(await host.writeFile("/etc/a/b", new Uint8Array(1)));
  assert.equal(codeOf(await host.writeFile("/etc/a/c", new Uint8Array(1))), "DRV_HOST_DISK_FULL");
  valueOf(await host.writeFile("/etc/a/c", new Uint8Array(1)));
  assert.deepEqual(
    host.calls.map(({ call, subject }) => `${call} ${subject}`),
    ["writeFile /etc/a/b", "writeFile /etc/a/c", "writeFile /etc/a/c"],
  );
});

test("given scripted HTTP, when a request is made, then it is answered, and others find no server", async () => {
  const host = new FakeHost();
  host.onHttp(({ url }) => (url.endsWith("/ok") ? { status: 204 } : undefined));
  assert.equal(valueOf(await host.http({ method: "GET", url: "http://x/ok" })).status, 204);
  assert.equal(codeOf(await host.http({ method: "GET", url: "http://x/no" })), "DRV_HOST_HTTP_UNREACHABLE");
  assert.equal(codeOf(await host.http({ method: "GET", url: "nonsense" })), "DRV_HOST_HTTP_INVALID");
});

test("given facts of its own, when asked, then they replace the defaults", async () => {
  const host = new FakeHost({ name: "db", facts: { os: { family: "redhat", distribution: "rocky", version: "9" } } });
  const facts = valueOf(await host.facts());
  assert.deepEqual([facts.hostname, facts.os.family, facts.packageManager], ["db", "redhat", "apt"]);
});

test("given a change, when states are compared, then content, mode and owner show", async () => {
  const host = new FakeHost({ files: { "/etc/file": "one" } });
  const before = host.snapshot();
  valueOf(await host.chmod("/etc/file", 0o600));
  assert.notDeepEqual(host.snapshot(), before);
  valueOf(await host.chmod("/etc/file", 0o644));
  assert.deepEqual(host.snapshot(), before);
  assert.equal(host.text("/etc/file"), "one");
});
