import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";
import type { ExecOptions, ExecResult } from "../operation/host.ts";
import { systemClock } from "../runner/system.ts";
import { HOSTILE_TEXTS, valueOf } from "../testing/host-suite-subject.ts";
import { isDetaching, type DetachingHost } from "./detached-exec.ts";
import { createLocalHost } from "./local-host.ts";
import { isGroupAlive } from "./process-group.ts";
import { temporaryFolder } from "./test-kit/temporary-folder.ts";

const HOST_FILE = new URL("local-host.ts", import.meta.url).href;
const SYSTEM_FILE = new URL("../runner/system.ts", import.meta.url).href;

/** Runs one command detached and tells its result; to be killed while it waits. */
const STARTER = `
  const { createLocalHost } = await import(${JSON.stringify(HOST_FILE)});
  const { systemClock } = await import(${JSON.stringify(SYSTEM_FILE)});
  const [, claim, ...argv] = process.argv;
  await createLocalHost({ clock: systemClock }).execDetached(claim, argv, { onLine: () => console.log("line") });
  console.log("ended");
`;

function detachingHost(): DetachingHost {
  const host = createLocalHost({ clock: systemClock });
  assert.ok(isDetaching(host));
  return host;
}

interface Scene {
  readonly folder: string;
  readonly claim: string;
  run(argv: readonly string[], options?: ExecOptions): Promise<Result<ExecResult, CodedError>>;
}

async function newScene(context: TestContext): Promise<Scene> {
  const folder = await temporaryFolder();
  context.after(() => folder[Symbol.asyncDispose]());
  const claim = join(folder.path, "1");
  return { folder: folder.path, claim, run: (argv, options) => detachingHost().execDetached(claim, argv, options) };
}

/** Starts a command in a process of its own and kills that process once the command has said something. */
async function startAndKill({ claim }: Scene, argv: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", STARTER, claim, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
}

/** Commands in tests wait for a file to appear; here it does. */
async function release({ folder }: Scene): Promise<void> {
  await writeFile(join(folder, "go"), "");
}

const WAITING = 'echo began; echo x >>"$1/count"; while [ ! -e "$1/go" ]; do sleep 0.02; done; echo ended; exit 7';

test("given a command, when it runs detached, then streams, exit code and lines are those of any other", async (context) => {
  const scene = await newScene(context);
  const lines: string[] = [];
  const given = ["sh", "-c", 'cat; echo "$VALUE" >&2; pwd; exit 3'];
  const onLine = (stream: string, line: string): void => void lines.push(`${stream} ${line}`);
  const options = { stdin: "in\n", env: { VALUE: "it's" }, cwd: scene.folder, onLine };
  const { exitCode, stdout, stderr } = valueOf(await scene.run(given, options));
  assert.deepEqual([exitCode, stdout, stderr], [3, `in\n${scene.folder}\n`, "it's\n"]);
  assert.deepEqual(lines.toSorted(), ["stderr it's", `stdout ${scene.folder}`, "stdout in"]);
  const modes = await Promise.all(["", "out", "err", "exit", "process"].map((name) => stat(join(scene.claim, name))));
  assert.deepEqual(
    modes.map(({ mode }) => (mode & 0o777).toString(8)),
    ["700", "600", "600", "600", "600"],
  );
  assert.deepEqual(await readdir(scene.folder), ["1"], "the input has no name");
});

test("given a claim, when many ask for it at once, then the command runs once and all get its result", async (context) => {
  const scene = await newScene(context);
  const argv = ["sh", "-c", 'echo x >>"$1/count"; echo done', "sh", scene.folder];
  const results = await Promise.all(Array.from({ length: 8 }, () => scene.run(argv)));
  assert.deepEqual(
    results.map((result) => valueOf(result).stdout),
    results.map(() => "done\n"),
  );
  assert.equal(await readFile(join(scene.folder, "count"), "utf8"), "x\n");
});

test("given an executor that was killed, when its command is still running, then it is waited for", async (context) => {
  const scene = await newScene(context);
  await startAndKill(scene, ["sh", "-c", WAITING, "sh", scene.folder]);
  const ended = scene.run(["never", "started"]);
  await release(scene);
  const { exitCode, stdout } = valueOf(await ended);
  assert.deepEqual([exitCode, stdout], [7, "began\nended\n"]);
  assert.equal(await readFile(join(scene.folder, "count"), "utf8"), "x\n");
});

test("given an executor that was killed, when its command has ended since, then its end is known", async (context) => {
  const scene = await newScene(context);
  await startAndKill(scene, ["sh", "-c", WAITING, "sh", scene.folder]);
  await release(scene);
  valueOf(await scene.run(["x"]));
  const { exitCode, stdout, durationMs } = valueOf(await scene.run(["x"]));
  assert.deepEqual([exitCode, stdout], [7, "began\nended\n"]);
  assert.ok(durationMs > 0 && durationMs < 60_000, `${durationMs}`);
});

test("given a command of a killed executor, when it is cancelled or out of time, then its group is killed", async (context) => {
  for (const options of [{ signal: AbortSignal.timeout(1_000) }, { signal: AbortSignal.abort() }, { timeoutMs: 1 }]) {
    const scene = await newScene(context);
    await startAndKill(scene, ["sh", "-c", WAITING, "sh", scene.folder]);
    const [processId = ""] = (await readFile(join(scene.claim, "process"), "utf8")).split("\n");
    const ended = scene.run(["x"], { ...options, killGraceMs: 5_000 });
    if ("timeoutMs" in options) {
      const result = await ended;
      assert.ok(!result.ok && result.error.code === "DRV_HOST_TIMEOUT");
    } else {
      await assert.rejects(ended, { name: /^(Timeout|Abort)Error$/ });
    }
    assert.equal(isGroupAlive(Number(processId)), false);
  }
});

test("given a wrapper that was killed, when its claim is asked for, then nobody can say how it ended", async (context) => {
  const scene = await newScene(context);
  await startAndKill(scene, ["sh", "-c", WAITING, "sh", scene.folder]);
  const [processId = ""] = (await readFile(join(scene.claim, "process"), "utf8")).split("\n");
  process.kill(-Number(processId), "SIGKILL");
  const result = await scene.run(["x"]);
  assert.ok(!result.ok);
  assert.equal(result.error.code, "DRV_HOST_CONNECTION_LOST");
});

test("given a claim of another boot or of a process id that was used again, when asked, then the end is not known", async (context) => {
  const boot =
    (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => context.skip("Linux only"))) ?? "";
  const own = await readFile("/proc/self/stat", "utf8");
  for (const [noted, notedBoot] of [
    [own.trim(), "another boot"],
    ["1 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12345678901 0", boot.trim()],
  ]) {
    const scene = await newScene(context);
    await mkdir(scene.claim);
    await writeFile(join(scene.claim, "process"), `${process.pid}\n${noted}\n${notedBoot}\n`);
    const result = await scene.run(["x"]);
    assert.ok(!result.ok);
    assert.equal(result.error.code, "DRV_HOST_CONNECTION_LOST");
  }
});

test("given hostile values, when a command runs detached, then it gets them as they are", async (context) => {
  const scene = await newScene(context);
  const env: Record<string, string> = { claim: "c", code: "d", IFS: "/", "A-B": "e", PATH: "/nowhere" };
  HOSTILE_TEXTS.forEach((text, index) => (env[`V${index}`] = text));
  const script = "process.stdout.write(JSON.stringify([process.argv.slice(1), process.env]))";
  const argv = [process.execPath, "-e", script, "--", "", ...HOSTILE_TEXTS, "exit", "cd"];
  const { stdout, stderr } = valueOf(await scene.run(argv, { env }));
  const [args, environment] = JSON.parse(stdout) as [string[], Record<string, string>];
  assert.deepEqual(args, ["", ...HOSTILE_TEXTS, "exit", "cd"], stderr);
  for (const [name, value] of Object.entries(env)) assert.equal(environment[name], value, name);
  assert.deepEqual(await readdir(scene.folder), ["1"]);
});

test("given a megabyte of arguments and of input, when a command runs detached, then it gets all of it", async (context) => {
  const scene = await newScene(context);
  const args = Array.from({ length: 16 }, (_, index) => String(index % 10).repeat(64 * 1024));
  const stdin = "y".repeat(1024 * 1024);
  const argv = ["sh", "-c", 'printf %s "$@" | wc -c; wc -c', "sh", ...args];
  assert.equal(valueOf(await scene.run(argv, { stdin })).stdout.replaceAll(/ +/g, ""), "1048576\n1048576\n");
  const other = await newScene(context);
  const tooLong = await other.run(["true", "z".repeat(3 * 1024 * 1024)]);
  assert.ok(!tooLong.ok && tooLong.error.code === "DRV_HOST_ARGUMENTS_TOO_LONG");
  assert.deepEqual(await readdir(other.folder), []);
});

test("given what cannot be started, when asked for, then the error is that of any other command and nothing is claimed", async (context) => {
  const scene = await newScene(context);
  const path = join(scene.folder, "program");
  await writeFile(path, "#!/nowhere/interpreter\n");
  const codeOf = async (argv: readonly string[], claim: string): Promise<string | undefined> => {
    const result = await detachingHost().execDetached(join(scene.folder, claim), argv);
    return result.ok ? undefined : result.error.code;
  };
  assert.equal(await codeOf(["no-such-program"], "1"), "DRV_HOST_COMMAND_NOT_FOUND");
  assert.equal(await codeOf(["--flag"], "1"), "DRV_HOST_COMMAND_NOT_FOUND");
  assert.equal(await codeOf(["exit"], "1"), "DRV_HOST_COMMAND_NOT_FOUND");
  assert.equal(await codeOf(["a\0b"], "1"), "DRV_HOST_VALUE_INVALID");
  assert.equal(await codeOf([path], "1"), "DRV_HOST_PERMISSION");
  assert.deepEqual(await readdir(scene.folder), ["program"]);
  await chmod(path, 0o755);
  assert.equal(await codeOf([path], "1"), "DRV_HOST_COMMAND_NOT_FOUND");
});

test("given more output than is kept, when a command runs detached, then its head, its tail and the gap are told", async (context) => {
  const scene = await newScene(context);
  const argv = ["sh", "-c", "echo head; yes | head -c 300000; echo tail"];
  const { stdout, droppedBytes } = valueOf(await scene.run(argv, { outputBytesMax: 1_000 }));
  assert.match(stdout, /^head\ny\n.*\[299010 bytes dropped\]\n.*\ntail\n$/s);
  assert.equal(droppedBytes, 299_010);
});

test("given a command that is told to end, when it ends by itself in time, then it is not killed", async (context) => {
  const scene = await newScene(context);
  const script = 'trap "echo asked >>\\"$1/asked\\"; exit 0" TERM; echo ready; while :; do sleep 0.02; done';
  const stop = new AbortController();
  const ended = scene.run(["sh", "-c", script, "sh", scene.folder], {
    signal: stop.signal,
    onLine: () => stop.abort(new Error("stop")),
  });
  await assert.rejects(ended, { message: "stop" });
  assert.equal(await readFile(join(scene.folder, "asked"), "utf8"), "asked\n");
});
