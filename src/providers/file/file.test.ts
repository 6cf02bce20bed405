import assert from "node:assert/strict";
import { test } from "node:test";
import { attemptToken, parseRunId } from "../../base/ids.ts";
import { codedError } from "../../base/coded-error.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createExecutor } from "../../execute/executor.ts";
import { createMemoryPreImageStore } from "../../execute/pre-image-store.ts";
import type { ContentStore, Provider } from "../../operation/provider.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { FakeHost } from "../../testing/fake-host.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider, type ProviderAttempt } from "../../testing/provider-attempt.ts";
import { fileDeployProvider } from "./deploy.ts";
import { fileDirectoryProvider } from "./directory.ts";
import { fileLineProvider } from "./line.ts";
import { fileStatusProvider } from "./status.ts";
import { fileSymlinkProvider } from "./symlink.ts";
import { fileUndeployProvider } from "./undeploy.ts";
import { fileChangedProvider, fileUploadProvider } from "./upload.ts";

const TOKEN = attemptToken(sha256("file tests"));

class Bench {
  readonly host: FakeHost;
  readonly contents: ContentStore = memoryContentStore();

  constructor(files: { readonly [path: string]: string } = {}) {
    this.host = new FakeHost({ files });
  }

  run(provider: Provider, params: JsonObject): Promise<ProviderAttempt> {
    return runProvider(provider, { host: this.host, params, contents: this.contents, token: TOKEN });
  }

  async status(path: string): Promise<unknown> {
    const { data } = await this.run(fileStatusProvider, { path });
    assert.ok(typeof data === "object" && data !== null && "status" in data);
    return data.status;
  }
}

function properties(attempt: ProviderAttempt): readonly string[] {
  return attempt.changes.map((change) => change.property);
}

function codeOf(attempt: ProviderAttempt): string | undefined {
  return attempt.error?.error.code;
}

test("given another content, when a file is deployed, then the change carries hashes and a unified diff", async () => {
  const bench = new Bench({ "/etc/app.conf": "port=1\n" });
  const { changes, data } = await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "port=2\n" });
  assert.deepEqual(changes, [
    {
      property: "content",
      before: { sha256: sha256("port=1\n"), sizeBytes: 7 },
      after: { sha256: sha256("port=2\n"), sizeBytes: 7 },
      diff: "--- /etc/app.conf\n+++ /etc/app.conf\n@@ -1 +1 @@\n-port=1\n+port=2\n",
    },
  ]);
  assert.deepEqual(data, { path: "/etc/app.conf", sizeBytes: 7, sha256: sha256("port=2\n") });
  assert.equal(bench.host.text("/etc/app.conf"), "port=2\n");
});

test("given a file edited by hand, when it is deployed again, then exactly that is repaired", async () => {
  const bench = new Bench();
  const params = { path: "/etc/app.conf", content: "port=1\n", mode: "0600" };
  await bench.run(fileDeployProvider, params);
  bench.host.putFile("/etc/app.conf", "port=9\n", { mode: 0o600 });
  assert.deepEqual(properties(await bench.run(fileDeployProvider, params)), ["content"]);
  assert.equal((await bench.run(fileDeployProvider, params)).status, "unchanged");
});

test("given only another mode, when a file is deployed, then its content is not written", async () => {
  const bench = new Bench({ "/etc/app.conf": "x" });
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "x", mode: "0600" });
  assert.deepEqual(attempt.changes, [{ property: "mode", before: "0644", after: "0600" }]);
  const writes = bench.host.calls.filter((call) => call.call === "writeFile" && call.subject === "/etc/app.conf");
  assert.equal(writes.length, 0);
});

test("given owner and mode not named, when content is replaced, then they stay", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/app.conf", "x", { mode: 0o640, uid: 33, gid: 33 });
  await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "y" });
  const stat = await bench.host.stat("/etc/app.conf");
  assert.ok(stat.ok && stat.value !== undefined);
  assert.deepEqual([stat.value.mode, stat.value.user, stat.value.group], [0o640, "www-data", "www-data"]);
});

test("given a secret, when it is deployed, then changes and result say nothing of it and it is private", async () => {
  const bench = new Bench({ "/etc/other": "" });
  const secret = { path: "/etc/token", content: "hunter2", isSecret: true };
  const attempt = await bench.run(fileDeployProvider, secret);
  assert.deepEqual(attempt.changes, [{ property: "content" }]);
  assert.deepEqual(attempt.data, { path: "/etc/token", sizeBytes: 7 });
  const stat = await bench.host.stat("/etc/token");
  assert.ok(stat.ok && stat.value?.mode === 0o600);
});

test("given binary content on either side, when a file is deployed, then there is no diff", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/app.bin", new Uint8Array([0xff, 0xfe, 0x00, 0x80]));
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/app.bin", content: "text\n" });
  assert.equal(attempt.changes[0]?.diff, undefined);
  assert.equal(bench.host.text("/etc/app.bin"), "text\n");
});

test("given a backup is wanted, when content is replaced, then the old one is kept in the state folder", async () => {
  const bench = new Bench({ "/etc/app.conf": "old" });
  const { data } = await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "new", backup: true });
  assert.ok(typeof data === "object" && data !== null && "backupPath" in data && typeof data.backupPath === "string");
  assert.ok(data.backupPath.startsWith(`${bench.host.stateFolder}/backups/`));
  assert.equal(bench.host.text(data.backupPath), "old");
});

test("given uploaded content, when it is deployed by name, then its content type counts", async () => {
  const bench = new Bench();
  await bench.run(fileUploadProvider, { name: "site", content: "n={{ vars.n }}", contentType: "template" });
  const params = { path: "/etc/site", source: "site", vars: { n: 3 } };
  assert.equal((await bench.run(fileDeployProvider, params)).status, "changed");
  assert.equal(bench.host.text("/etc/site"), "n=3");
  await bench.run(fileDeployProvider, { ...params, contentType: "raw" });
  assert.equal(bench.host.text("/etc/site"), "n={{ vars.n }}");
});

test("given content that was never uploaded, when it is deployed, then that is fatal and nothing is touched", async () => {
  const bench = new Bench({ "/etc/site": "x" });
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/site", source: "nope" });
  assert.equal(codeOf(attempt), "DRV_CONTENT_NOT_FOUND");
  assert.equal(attempt.error?.errorClass, "fatal");
  assert.equal(bench.host.text("/etc/site"), "x");
});

test("given an unknown template variable, when a file is deployed, then nothing is touched", async () => {
  const bench = new Bench({ "/etc/site": "x" });
  const params = { path: "/etc/site", content: "{{ vars.nope }}", contentType: "template" };
  assert.equal(codeOf(await bench.run(fileDeployProvider, params)), "DRV_TEMPLATE_UNDEFINED");
  assert.equal(bench.host.text("/etc/site"), "x");
});

test("given a path that is a folder or device, when files are written there, then that is a conflict", async () => {
  const bench = new Bench();
  bench.host.files.makeFolders("/etc/app.d");
  for (const [provider, params] of [
    [fileDeployProvider, { content: "x" }],
    [fileUndeployProvider, {}],
    [fileSymlinkProvider, { target: "x", force: true }],
    [fileLineProvider, { line: "x" }],
  ] as const) {
    const attempt = await bench.run(provider, { path: "/etc/app.d", ...params });
    assert.equal(codeOf(attempt), "DRV_FILE_TYPE_CONFLICT", provider.spec.name);
    assert.match(attempt.error?.error.message ?? "", /there is a folder, expected/);
  }
});

test("given a parent that is a file, when something is made below it, then that is an error", async () => {
  const bench = new Bench({ "/etc/file": "x" });
  for (const [provider, params] of [
    [fileDeployProvider, { content: "x" }],
    [fileDirectoryProvider, {}],
    [fileSymlinkProvider, { target: "x" }],
  ] as const) {
    const attempt = await bench.run(provider, { path: "/etc/file/below/it", ...params });
    assert.equal(codeOf(attempt), "DRV_HOST_NOT_A_FOLDER", provider.spec.name);
  }
});

test("given missing folders that may not be made, when a file is deployed, then the outermost is named", async () => {
  const bench = new Bench();
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/a/b/c", content: "x", makeFolders: false });
  assert.equal(codeOf(attempt), "DRV_FILE_PARENT_MISSING");
  assert.match(attempt.error?.error.message ?? "", /"\/etc\/a" is missing/);
});

test("given an unknown owner, when a file is deployed, then the old content stays and status still knows it", async () => {
  const bench = new Bench();
  await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "old" });
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "new", owner: "nosuchuser" });
  assert.equal(codeOf(attempt), "DRV_HOST_UNKNOWN_USER");
  assert.equal(bench.host.text("/etc/app.conf"), "old");
  assert.equal(await bench.status("/etc/app.conf"), "in-sync");
});

test("given a full disk, when a file is deployed, then that may be retried and its record is as before", async () => {
  const bench = new Bench();
  const full = codedError("DRV_HOST_DISK_FULL", "Cannot write file: the disk is full");
  bench.host.failNext("writeFile", full, "/etc/app.conf");
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "new" });
  assert.equal(attempt.error?.errorClass, "retryable");
  assert.equal(await bench.status("/etc/app.conf"), "missing");
});

test("given every state of a file, when its status is asked, then it is told apart", async () => {
  const bench = new Bench({ "/etc/other": "x" });
  assert.equal(await bench.status("/etc/none"), "missing");
  assert.equal(await bench.status("/etc/other"), "unmanaged");
  await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "a", mode: "0640", owner: "root" });
  assert.equal(await bench.status("/etc/app.conf"), "in-sync");
  await bench.host.chmod("/etc/app.conf", 0o600);
  assert.deepEqual((await bench.run(fileStatusProvider, { path: "/etc/app.conf" })).data, {
    path: "/etc/app.conf",
    status: "drifted",
    differs: ["mode"],
    sha256: sha256("a"),
    deployedSha256: sha256("a"),
  });
  bench.host.putFile("/etc/app.conf", "b", { mode: 0o640 });
  assert.equal(await bench.status("/etc/app.conf"), "drifted");
  await bench.host.remove("/etc/app.conf");
  assert.equal(await bench.status("/etc/app.conf"), "missing");
});

test("given a damaged deploy record, when status and deployment read it, then it counts as absent", async () => {
  const bench = new Bench();
  await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "a" });
  bench.host.putFile(`${bench.host.stateFolder}/deployed/${sha256("/etc/app.conf")}.json`, "{ broken");
  assert.equal(await bench.status("/etc/app.conf"), "unmanaged");
  assert.equal((await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "b" })).status, "changed");
  assert.equal(await bench.status("/etc/app.conf"), "in-sync");
});

test("given a deployed file, when it is undeployed, then file and record go, and again nothing changes", async () => {
  const bench = new Bench();
  await bench.run(fileDeployProvider, { path: "/etc/app.conf", content: "a" });
  assert.equal((await bench.run(fileUndeployProvider, { path: "/etc/app.conf" })).status, "changed");
  assert.equal(await bench.status("/etc/app.conf"), "missing");
  assert.equal((await bench.run(fileUndeployProvider, { path: "/etc/app.conf" })).status, "unchanged");
});

test("given a filled folder, when it must go without recursive, then it stays and the error names an entry", async () => {
  const bench = new Bench({ "/etc/app.d/a.conf": "x" });
  const attempt = await bench.run(fileDirectoryProvider, { path: "/etc/app.d", state: "absent" });
  assert.equal(codeOf(attempt), "DRV_HOST_FOLDER_NOT_EMPTY");
  assert.match(attempt.error?.error.message ?? "", /1 entries, among them "a.conf"/);
});

test("given a file in the place of a link, when it may not be forced, then it stays", async () => {
  const bench = new Bench({ "/etc/link": "precious" });
  assert.equal(
    codeOf(await bench.run(fileSymlinkProvider, { path: "/etc/link", target: "x" })),
    "DRV_FILE_TYPE_CONFLICT",
  );
  assert.equal(bench.host.text("/etc/link"), "precious");
});

test("given a file that is not UTF-8, when a line is wanted, then it is refused and untouched", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/latin1", new Uint8Array([0x67, 0xfc, 0x6e, 0x0a]));
  assert.equal(codeOf(await bench.run(fileLineProvider, { path: "/etc/latin1", line: "x" })), "DRV_FILE_NOT_TEXT");
  const content = await bench.host.readFile("/etc/latin1");
  assert.ok(content.ok);
  assert.deepEqual([...content.value], [0x67, 0xfc, 0x6e, 0x0a]);
});

test("given no file, when a line is wanted without create, then that is an error; absence is already true", async () => {
  const bench = new Bench();
  assert.equal(codeOf(await bench.run(fileLineProvider, { path: "/etc/none", line: "x" })), "DRV_FILE_MISSING");
  const absent = await bench.run(fileLineProvider, { path: "/etc/none", line: "x", state: "absent" });
  assert.equal(absent.status, "unchanged");
});

test("given 10 MB of content, when it is deployed twice, then it arrives whole and is unchanged then", async () => {
  const bench = new Bench();
  const params = { path: "/etc/big", content: "0123456789".repeat(1_000_000) };
  const attempt = await bench.run(fileDeployProvider, params);
  assert.equal(attempt.status, "changed");
  assert.ok(JSON.stringify(attempt.changes).length < 10_000);
  assert.equal((await bench.run(fileDeployProvider, params)).status, "unchanged");
});

test("given a file larger than undo may keep, when it is replaced, then the error says so", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/big", new Uint8Array(17 * 1024 * 1024));
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/big", content: "small" });
  assert.equal(codeOf(attempt), "DRV_PROVIDER_PRE_IMAGE_TOO_LARGE");
});

test("given a file larger than undo may keep, when an executor replaces it, then that cannot be undone", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/big", new Uint8Array(17 * 1024 * 1024));
  await using executor = createExecutor({
    providers: { find: () => fileDeployProvider, list: () => [fileDeployProvider] },
    hostFor: () => bench.host,
    contents: bench.contents,
    preImages: createMemoryPreImageStore(),
    clock: new FakeClock(),
  });
  const runId = parseRunId("run_00000000-0000-7000-8000-000000000000");
  assert.ok(runId !== undefined);
  const params = { path: "/etc/big", content: "small" };
  const work = { kind: "operation" as const, operation: "file.deploy", params };
  const job = { runId, task: "t", host: "fake", attempt: 1, token: TOKEN, mode: "apply" as const, work };
  const { outcome } = await executor.execute(job, { signal: new AbortController().signal });
  assert.ok(outcome.status === "changed");
  assert.equal(outcome.isReversible, false);
  assert.equal(bench.host.text("/etc/big"), "small");
});

test("given a damaged pre-image, when it is undone, then that is an error and nothing is touched", async () => {
  const bench = new Bench({ "/etc/a": "x" });
  const context = {
    host: bench.host,
    signal: new AbortController().signal,
    token: TOKEN,
    contents: bench.contents,
    output: () => undefined,
  };
  const entry = { type: "file", path: "/etc/a", mode: 0o644, uid: 0, gid: 0, blob: 0 };
  for (const facts of [null, {}, { version: 2, entries: [] }, { version: 1, entries: [entry] }]) {
    const undone = await fileDeployProvider.undo?.({ facts, blobs: [] }, context);
    assert.ok(undone !== undefined && !undone.ok);
    assert.equal(undone.error.error.code, "DRV_PROVIDER_PRE_IMAGE_INVALID");
  }
  assert.equal(bench.host.text("/etc/a"), "x");
});

test("given a folder made by a deployment, when others put files there, then undo leaves it", async () => {
  const bench = new Bench();
  const attempt = await bench.run(fileDeployProvider, { path: "/etc/a/b/main", content: "x" });
  assert.deepEqual(properties(attempt), ["folder", "folder", "content"]);
  bench.host.putFile("/etc/a/other", "mine");
  assert.ok(attempt.preImage !== undefined);
  const { signal } = new AbortController();
  const context = { host: bench.host, signal, token: TOKEN, contents: bench.contents, output: () => undefined };
  assert.deepEqual(await fileDeployProvider.undo?.(attempt.preImage, context), { ok: true, value: undefined });
  assert.equal(bench.host.text("/etc/a/other"), "mine");
  assert.deepEqual(await bench.host.stat("/etc/a/b"), { ok: true, value: undefined });
});

test("given content, when it is uploaded again or changed, then versions count and equal content is unchanged", async () => {
  const bench = new Bench();
  const first = await bench.run(fileUploadProvider, { name: "n", content: "a" });
  assert.deepEqual(first.data, { name: "n", sha256: sha256("a"), sizeBytes: 1, contentType: "raw", version: 1 });
  assert.equal((await bench.run(fileUploadProvider, { name: "n", contentBase64: "YQ==" })).status, "unchanged");
  const asTemplate = await bench.run(fileUploadProvider, { name: "n", content: "a", contentType: "template" });
  assert.deepEqual(properties(asTemplate), ["contentType"]);
  const second = await bench.run(fileUploadProvider, { name: "n", content: "b" });
  assert.deepEqual(properties(second), ["content", "contentType"]);
  assert.deepEqual((await bench.run(fileChangedProvider, { name: "n", content: "b" })).data, {
    name: "n",
    changed: false,
    sha256: sha256("b"),
  });
});

test("given 10 MB as base64, when it is uploaded, then it is stored byte for byte", async () => {
  const bench = new Bench();
  const bytes = Buffer.alloc(10_000_000, "\u00ff\u0000a");
  const params = { name: "big", contentBase64: bytes.toString("base64") };
  assert.equal((await bench.run(fileUploadProvider, params)).status, "changed");
  const stored = await bench.contents.read(sha256(bytes));
  assert.ok(stored.ok && stored.value.byteLength === bytes.byteLength);
});

test("given binary content uploaded as a template, when it is deployed, then it is refused", async () => {
  const bench = new Bench();
  await bench.run(fileUploadProvider, { name: "bin", contentBase64: "AP8=", contentType: "template" });
  assert.equal(codeOf(await bench.run(fileDeployProvider, { path: "/etc/a", source: "bin" })), "DRV_TEMPLATE_SYNTAX");
});

test("given another group and set-id bits, when only ownership differs, then the bits survive", async () => {
  const bench = new Bench();
  bench.host.putFile("/etc/tool", "x", { mode: 0o4755, uid: 33, gid: 33 });
  const params = { path: "/etc/tool", content: "x", owner: "root", group: 0 };
  assert.deepEqual(properties(await bench.run(fileDeployProvider, params)), ["owner", "group"]);
  const stat = await bench.host.stat("/etc/tool");
  assert.ok(stat.ok && stat.value !== undefined);
  assert.deepEqual([stat.value.mode, stat.value.user, stat.value.group], [0o4755, "root", "root"]);
  assert.equal((await bench.run(fileDeployProvider, params)).status, "unchanged");
});

test("given a folder put in the place of a removed file, when that is undone, then the file is back", async () => {
  const bench = new Bench({ "/etc/a": "precious" });
  const attempt = await bench.run(fileUndeployProvider, { path: "/etc/a" });
  assert.ok(attempt.preImage !== undefined);
  bench.host.files.makeFolders("/etc/a");
  const { signal } = new AbortController();
  const context = { host: bench.host, signal, token: TOKEN, contents: bench.contents, output: () => undefined };
  assert.deepEqual(await fileUndeployProvider.undo?.(attempt.preImage, context), { ok: true, value: undefined });
  assert.equal(bench.host.text("/etc/a"), "precious");
});
