import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { systemClock, systemRandom } from "../runner/system.ts";
import { hostSuite } from "../testing/host-suite.ts";
import { codeOf, manyBytes, putText, textOf, valueOf } from "../testing/host-suite-subject.ts";
import { createShellHost } from "./shell-host.ts";
import { startSuiteServer } from "./test-kit/host-suite-server.ts";
import { temporaryFolder } from "./test-kit/temporary-folder.ts";

const isRoot = process.geteuid?.() === 0;

hostSuite(
  "shell host",
  async () => {
    const resources = new AsyncDisposableStack();
    const folder = resources.use(await temporaryFolder());
    const server = resources.use(await startSuiteServer(`${folder.path}/server.sock`));
    const host = resources.use(newHost());
    return { host, folder: folder.path, isRoot, server, ...disposing(resources) };
  },
  { runsCommands: true, hasServer: true },
);

function newHost(command: readonly string[] = ["sh"], path?: string): ReturnType<typeof createShellHost> {
  return createShellHost({
    name: "shell",
    command,
    clock: systemClock,
    random: systemRandom,
    ...(path === undefined ? {} : { path }),
  });
}

function disposing(resources: AsyncDisposableStack): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test("given a shell that does not start, when a call is made, then the host is unreachable", async () => {
  for (const command of [["drover-no-such-program"], ["sh", "-c", "echo refused >&2; exit 255"], ["true"]]) {
    await using host = newHost(command);
    const refused = await host.exec(["true"]);
    assert.equal(codeOf(refused), "DRV_HOST_UNREACHABLE");
    assert.equal(codeOf(await host.writeFile("/tmp/x", new Uint8Array(1))), "DRV_HOST_UNREACHABLE");
    if (command[0] === "sh") assert.ok(!refused.ok && refused.error.message.includes("refused"));
  }
});

test("given a shell that dies in the middle, when its call is awaited, then the connection is lost, and the next call has a new one", async () => {
  await using folder = await temporaryFolder(); // A killed shell cannot remove its own.
  await using host = newHost(["env", `TMPDIR=${folder.path}`, "sh"]);
  const script = 'kill -KILL "$(ps -o ppid= -p $$ | tr -d " ")"; sleep 1';
  assert.equal(codeOf(await host.exec(["sh", "-c", script])), "DRV_HOST_CONNECTION_LOST");
  assert.equal(valueOf(await host.exec(["echo", "again"])).stdout, "again\n");
});

test("given content that looks like requests and marks, when it is written and read, then it stays content", async () => {
  await using folder = await temporaryFolder();
  await using host = newHost();
  const lines = ["drv_exec - '' /bin touch pwned", "exit", "x begin 1 -", "\nx end 1 exit 0", "'; touch pwned; '"];
  const text = `\n${lines.join("\n")}\n`.repeat(2_000);
  await putText(host, `${folder.path}/file`, text);
  assert.equal(await textOf(host, `${folder.path}/file`), text);
  assert.equal(valueOf(await host.exec(["cat"], { stdin: text })).stdout, text);
  assert.deepEqual(valueOf(await host.list(folder.path)), ["file"]);
});

test("given a cancelled write, when its shell is given up, then the old content stays and no temporary file does", async () => {
  await using folder = await temporaryFolder();
  const host = newHost();
  await putText(host, `${folder.path}/file`, "old");
  const stop = new AbortController();
  const writing = host.writeFile(`${folder.path}/file`, manyBytes(64 * 1024 * 1024), { signal: stop.signal });
  setImmediate(() => stop.abort(new Error("enough")));
  await assert.rejects(writing, /enough/);
  await host[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(folder.path), ["file"]);
  await using again = newHost();
  assert.equal(await textOf(again, `${folder.path}/file`), "old");
});

test("given many calls at once, when they outnumber the shells, then each waits its turn and a cancelled one leaves", async () => {
  await using host = newHost();
  const stop = new AbortController();
  const running = Array.from({ length: 8 }, () => host.exec(["sleep", "0.05"]));
  const waiting = host.exec(["echo", "never"], { signal: stop.signal });
  stop.abort(new Error("left"));
  await assert.rejects(waiting, /left/);
  const ended = await Promise.all(running);
  assert.ok(ended.every((result) => valueOf(result).exitCode === 0));
});

test("given no stat, setsid or mv -T, when only POSIX utilities are there, then files and commands still work", async (context) => {
  await using folder = await temporaryFolder();
  const tools = [
    "sh",
    "env",
    "mkdir",
    "rm",
    "mv",
    "head",
    "tail",
    "wc",
    "cat",
    "ls",
    "awk",
    "chmod",
    "chown",
    "mkfifo",
  ];
  for (const tool of [...tools, "id", "touch", "ln", "rmdir", "readlink", "sync", "printf", "uname"]) {
    const found = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
    const isFile = found.startsWith("/");
    const strict = tool === "mv" ? 'case $1 in -T) exit 1;; esac; [ "$2" = -T ] && exit 1; ' : "";
    const script = `#!/bin/sh\n${strict}exec ${isFile ? found : `/usr/bin/${tool}`} "$@"\n`;
    await writeFile(`${folder.path}/${tool}`, script, { mode: 0o755 });
  }
  if (process.platform !== "linux") return context.skip("needs the folders of Linux");
  await using host = newHost(["/bin/sh"], folder.path);
  const path = `${folder.path}/it's a file`;
  valueOf(await host.writeFile(path, new TextEncoder().encode("x"), { mode: 0o4751 }));
  await putText(host, path, "twelve bytes");
  const found = valueOf(await host.stat(path));
  assert.deepEqual([found?.type, found?.mode, found?.sizeBytes], ["file", 0o4751, 12]);
  valueOf(await host.mkdir(`${folder.path}/sub`, { mode: 0o2775 }));
  assert.equal(valueOf(await host.stat(`${folder.path}/sub`))?.mode, 0o2775);
  valueOf(await host.symlink("sub", `${folder.path}/link`));
  valueOf(await host.symlink("elsewhere", `${folder.path}/link`));
  assert.equal(valueOf(await host.readlink(`${folder.path}/link`)), "elsewhere");
  assert.deepEqual(valueOf(await host.list(`${folder.path}/sub`)), []);
  assert.equal(valueOf(await host.stat(`${folder.path}/absent`)), undefined);
  assert.equal(valueOf(await host.exec(["printf", "%s", "a b"])).stdout, "a b");
  const slow = await host.exec(["/bin/sleep", "60"], { timeoutMs: 100, killGraceMs: 1_000 });
  assert.equal(codeOf(slow), "DRV_HOST_TIMEOUT");
});

test("given no curl, when a request is made, then that is said", async () => {
  await using folder = await temporaryFolder();
  await writeFile(`${folder.path}/curl`, "not a program");
  await using host = newHost(["sh"], "/usr/sbin:/sbin:/bin");
  const request = { method: "GET", url: "http://127.0.0.1:1/" };
  const answer = await host.http(request);
  assert.match(codeOf(answer), /^DRV_HOST_(UNSUPPORTED|HTTP_UNREACHABLE)$/);
});

test("given a disposed host, when its shells have ended, then nothing of them is left", async () => {
  await using folder = await temporaryFolder();
  const host = newHost(["env", `TMPDIR=${folder.path}`, "sh"]);
  await Promise.all([host.exec(["true"]), host.stat("/"), host.list("/")]);
  assert.equal((await readdir(folder.path)).length, 3, "each shell has a folder while it lives");
  assert.doesNotMatch(valueOf(await host.exec(["env"])).stdout, /TMPDIR/);
  await host[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(folder.path), []);
  await host[Symbol.asyncDispose]();
});
