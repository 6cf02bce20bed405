import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { attemptToken } from "../../base/ids.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import { createLocalHost } from "../../host/local-host.ts";
import type { Provider } from "../../operation/provider.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryContentStore } from "../../operation/memory-content-store.ts";
import { runProvider, type ProviderAttempt } from "../../testing/provider-attempt.ts";
import { fileDeployProvider } from "./deploy.ts";
import { fileDirectoryProvider } from "./directory.ts";
import { fileLineProvider } from "./line.ts";
import { fileStatusProvider } from "./status.ts";
import { fileSymlinkProvider } from "./symlink.ts";
import { fileUndeployProvider } from "./undeploy.ts";

const execute = promisify(execFile);
const TOKEN = attemptToken(sha256("bad disk tests"));

interface Disk extends AsyncDisposable {
  readonly folder: string;
  readonly run: (provider: Provider, params: JsonObject) => Promise<ProviderAttempt>;
  readonly makeReadOnly: () => Promise<void>;
}

/** A file system of 256 KiB in memory; `undefined`, and the test skipped, where nothing may be mounted. */
async function openSmallDisk(context: TestContext): Promise<Disk | undefined> {
  const base = await mkdtemp(join(tmpdir(), "drover-disk-"));
  const folder = join(base, "disk");
  await mkdir(folder);
  try {
    await execute("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]);
  } catch {
    await rm(base, { recursive: true });
    context.skip("missing part: mount");
    return undefined;
  }
  const host = createLocalHost({ stateFolder: join(base, "state"), clock: new FakeClock() });
  return {
    folder,
    run: (provider, params) => runProvider(provider, { host, params, contents: memoryContentStore(), token: TOKEN }),
    makeReadOnly: async () => void (await execute("mount", ["-o", "remount,ro", folder])),
    async [Symbol.asyncDispose]() {
      await execute("umount", [folder]);
      await rm(base, { recursive: true });
    },
  };
}

test("given a disk that fills up while a file is written, when it is deployed, then the old content is intact", async (context) => {
  await using disk = await openSmallDisk(context);
  if (disk === undefined) return;
  const path = join(disk.folder, "app.conf");
  await disk.run(fileDeployProvider, { path, content: "old\n", mode: "0640" });
  const attempt = await disk.run(fileDeployProvider, { path, content: "new\n".repeat(100_000) });
  assert.equal(attempt.error?.error.code, "DRV_HOST_DISK_FULL");
  assert.equal(attempt.error.errorClass, "retryable");
  assert.equal(await readFile(path, "utf8"), "old\n");
  assert.equal((await stat(path)).mode & 0o7777, 0o640);
  assert.deepEqual(await readdir(disk.folder), ["app.conf"]);
  const status = fileStatusProvider.spec.result.parse((await disk.run(fileStatusProvider, { path })).data);
  assert.equal(status.status, "in-sync");
});

test("given a full disk, when a line is edited, then the old content is intact", async (context) => {
  await using disk = await openSmallDisk(context);
  if (disk === undefined) return;
  const path = join(disk.folder, "hosts");
  await writeFile(path, "127.0.0.1 localhost\n".repeat(5_000));
  const before = await readFile(path);
  await writeFile(join(disk.folder, "filler"), Buffer.alloc(128 * 1024));
  const attempt = await disk.run(fileLineProvider, { path, line: "192.0.2.1 web" });
  assert.equal(attempt.error?.error.code, "DRV_HOST_DISK_FULL");
  assert.ok((await readFile(path)).equals(before));
});

test("given a read-only file system, when operations would write, then each says so and may not be retried", async (context) => {
  await using disk = await openSmallDisk(context);
  if (disk === undefined) return;
  const at = (name: string) => join(disk.folder, name);
  await writeFile(at("app.conf"), "old\n");
  await disk.makeReadOnly();
  const writes: readonly (readonly [Provider, JsonObject])[] = [
    [fileDeployProvider, { path: at("app.conf"), content: "new\n" }],
    [fileDeployProvider, { path: at("app.conf"), content: "old\n", mode: "0600" }],
    [fileDeployProvider, { path: at("a/b/c"), content: "new\n" }],
    [fileUndeployProvider, { path: at("app.conf") }],
    [fileDirectoryProvider, { path: at("folder") }],
    [fileSymlinkProvider, { path: at("link"), target: "x" }],
    [fileLineProvider, { path: at("app.conf"), line: "x" }],
  ];
  for (const [provider, params] of writes) {
    const attempt = await disk.run(provider, params);
    assert.equal(attempt.error?.error.code, "DRV_HOST_READ_ONLY", `${provider.spec.name} ${JSON.stringify(params)}`);
    assert.equal(attempt.error.errorClass, "fatal");
  }
  assert.equal(await readFile(at("app.conf"), "utf8"), "old\n");
  const unchanged = await disk.run(fileDeployProvider, { path: at("app.conf"), content: "old\n" });
  assert.equal(unchanged.status, "unchanged");
});
