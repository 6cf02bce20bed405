import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { DroverError } from "../base/coded-error.ts";
import { systemClock } from "../runner/system.ts";
import { hostSuite } from "../testing/host-suite.ts";
import { codeOf, textOf, valueOf } from "../testing/host-suite-subject.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { createLocalHost } from "./local-host.ts";
import { startSuiteServer } from "./test-kit/host-suite-server.ts";
import { temporaryFolder } from "./test-kit/temporary-folder.ts";

const isRoot = process.geteuid?.() === 0;

hostSuite(
  "local host",
  async () => {
    const resources = new AsyncDisposableStack();
    const folder = resources.use(await temporaryFolder());
    const server = resources.use(await startSuiteServer(`${folder.path}/server.sock`));
    const host = createLocalHost({ clock: systemClock });
    return { host, folder: folder.path, isRoot, server, ...disposing(resources) };
  },
  { runsCommands: true, hasServer: true },
);

hostSuite(
  "local host with a root folder",
  async () => {
    const resources = new AsyncDisposableStack();
    const root = resources.use(await temporaryFolder());
    await mkdir(`${root.path}/work`);
    const host = createLocalHost({ clock: systemClock, root: root.path });
    return { host, folder: "/work", isRoot, ...disposing(resources) };
  },
  { runsCommands: true, hasServer: false, floodBytes: 32 * 1024 * 1024 },
);

function disposing(resources: AsyncDisposableStack): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test("given a root folder, when paths and symlinks try to leave it, then they end inside", async () => {
  await using outside = await temporaryFolder();
  await using root = await temporaryFolder();
  await writeFile(`${outside.path}/secret`, "outside");
  await mkdir(`${root.path}/a/b`, { recursive: true });
  await symlink(outside.path, `${root.path}/absolute`);
  await symlink("../../../../../../../../../../..", `${root.path}/a/b/up`);
  await symlink("/a", `${root.path}/a/b/home`);
  const host = createLocalHost({ clock: systemClock, root: root.path });
  const attempts = [
    `/absolute/secret`,
    `/a/b/up${outside.path}/secret`,
    `/..${outside.path}/secret`,
    `/a/../../..${outside.path}/secret`,
    `/absolute/../..${outside.path}/secret`,
  ];
  for (const path of attempts) {
    assert.equal(codeOf(await host.readFile(path)), "DRV_HOST_FILE_NOT_FOUND", path);
    const written = await host.writeFile(path, new TextEncoder().encode("inside"));
    assert.equal(codeOf(written), "DRV_HOST_FOLDER_NOT_FOUND", path);
    valueOf(await host.remove(path, { recursive: true }));
  }
  const through = await host.mkdir("/absent/../../../x", { recursive: true });
  assert.equal(codeOf(through), "DRV_HOST_FOLDER_NOT_FOUND");
  assert.equal(await readFile(`${outside.path}/secret`, "utf8"), "outside");
  assert.deepEqual(await readdir(outside.path), ["secret"]);

  valueOf(await host.writeFile("/a/b/home/../a/file", new TextEncoder().encode("found")));
  assert.equal(await readFile(`${root.path}/a/file`, "utf8"), "found");
  valueOf(await host.mkdir("/a/b/up/../new", { recursive: true }));
  assert.ok((await stat(`${root.path}/new`)).isDirectory());
  assert.equal(
    codeOf(await host.remove("/a/b/up/", { recursive: true }).then(() => host.remove("/.."))),
    "DRV_HOST_PATH_INVALID",
  );
});

test("given a root folder that does not exist, when the host is made, then that is said with its code", () => {
  const make = (): unknown => createLocalHost({ clock: systemClock, name: "web", root: "/no/such/root" });
  assert.throws(make, (thrown) => thrown instanceof DroverError && thrown.code === "DRV_HOST_FOLDER_NOT_FOUND");
});

test("given a root folder, when a command runs, then it starts there and finds it in DROVER_ROOT", async () => {
  await using root = await temporaryFolder();
  await mkdir(`${root.path}/sub`);
  const host = createLocalHost({ clock: systemClock, root: root.path });
  const result = valueOf(await host.exec(["sh", "-c", 'pwd; echo "$DROVER_ROOT"; cd "$1"', "sh", "sub"]));
  assert.equal(result.stdout, `${root.path}\n${root.path}\n`);
  assert.equal(valueOf(await host.exec(["pwd"], { cwd: "/sub" })).stdout, `${root.path}/sub\n`);
});

test("given a root folder with its own etc, when asked for facts, then those speak for the host", async () => {
  await using root = await temporaryFolder();
  await mkdir(`${root.path}/etc`);
  await writeFile(`${root.path}/etc/hostname`, "web-7\n");
  await writeFile(`${root.path}/etc/os-release`, 'ID="rocky"\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"\n');
  const host = createLocalHost({
    clock: systemClock,
    root: root.path,
    labels: { role: "web" },
    customFacts: { rack: 3 },
  });
  const facts = valueOf(await host.facts());
  assert.equal(facts.hostname, "web-7");
  assert.deepEqual(facts.os, { family: "redhat", distribution: "rocky", version: "9.3" });
  assert.deepEqual([facts.labels, facts.custom], [{ role: "web" }, { rack: 3 }]);
});

test("given facts, when a minute has passed on the clock, then they are gathered again", async () => {
  const clock = new FakeClock();
  const host = createLocalHost({ clock });
  const first = valueOf(await host.facts());
  await clock.advance(59_999);
  assert.equal(valueOf(await host.facts()), first);
  await clock.advance(1);
  assert.notEqual(valueOf(await host.facts()), first);
});

test("given a network namespace, when commands and requests run, then they see its network only", async (context) => {
  if (!isRoot) return context.skip("only root may make network namespaces");
  const name = `drover-test-${process.pid}`;
  execFileSync("ip", ["netns", "add", name]);
  try {
    execFileSync("ip", ["-n", name, "link", "set", "lo", "up"]);
    await using folder = await temporaryFolder();
    await using server = await startSuiteServer(`${folder.path}/server.sock`);
    const host = createLocalHost({ clock: systemClock, networkNamespace: name });
    assert.deepEqual(valueOf(await host.exec(["ls", "/sys/class/net"])).stdout, "lo\n");
    assert.equal(codeOf(await host.http({ method: "GET", url: `${server.url}/echo` })), "DRV_HOST_HTTP_UNREACHABLE");
    const { socketPath } = server;
    assert.equal(valueOf(await host.http({ method: "GET", url: "http://x/status/200", socketPath })).status, 200);
    assert.equal(codeOf(await host.exec(["drover-no-such-program"])), "DRV_HOST_COMMAND_NOT_FOUND");
  } finally {
    execFileSync("ip", ["netns", "del", name]);
  }
  const gone = createLocalHost({ clock: systemClock, networkNamespace: name });
  assert.equal(codeOf(await gone.exec(["true"])), "DRV_HOST_UNREACHABLE");
});

test("given a file under /proc without a size, when it is read, then all of it comes", async () => {
  const host = createLocalHost({ clock: systemClock });
  assert.match(await textOf(host, "/proc/self/status"), /^Name:/);
  assert.equal(codeOf(await host.readFile("/proc/self/status", { bytesMax: 10 })), "DRV_HOST_FILE_TOO_LARGE");
});

test("given sudo as root, when a command asks to be root, then no sudo is needed", async (context) => {
  if (!isRoot) return context.skip("only root is root already");
  const host = createLocalHost({ clock: systemClock });
  assert.equal(valueOf(await host.exec(["id", "-u"], { sudo: true })).stdout, "0\n");
});

test("given finished calls of every kind, when they are done, then no timer, process or socket is left", async () => {
  const before = process.getActiveResourcesInfo().length;
  const host = createLocalHost({ clock: systemClock });
  await host.exec(["sh", "-c", "sleep 0.2 & echo x"], { timeoutMs: 60_000, signal: new AbortController().signal });
  await host.exec(["sleep", "60"], { timeoutMs: 20, killGraceMs: 60_000 });
  await host.exec(["drover-no-such-program"], { timeoutMs: 60_000 });
  await host.http({ method: "GET", url: "http://127.0.0.1:1/" });
  // Sockets and processes are closed in later turns of the event loop.
  for (let turn = 0; turn < 100 && process.getActiveResourcesInfo().length > before; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(process.getActiveResourcesInfo().length <= before, process.getActiveResourcesInfo().join());
});
