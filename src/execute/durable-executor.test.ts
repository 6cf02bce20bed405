import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { attemptToken, newRunId } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import { createLocalFleet } from "../fleet/local-fleet.ts";
import { isGroupAlive } from "../host/process-group.ts";
import { openDurableFolder } from "./durable-folder.ts";
import { temporaryFolder } from "../host/test-kit/temporary-folder.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Job, JobWork } from "../protocol/job.ts";
import { builtinProviders } from "../providers/registry.ts";
import { systemClock, systemRandom } from "../runner/system.ts";

const moduleUrl = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/**
 * An executor in a process of its own. It takes jobs as lines and tells results; at the point named by its second
 * argument it kills itself, as a crash would.
 */
const EXECUTOR = `
  const { createExecutor } = await import(${moduleUrl("executor.ts")});
  const { openDurableFolder } = await import(${moduleUrl("durable-folder.ts")});
  const { createLocalHost } = await import(${moduleUrl("../host/local-host.ts")});
  const { commandExecProvider: command } = await import(${moduleUrl("../providers/command/command.ts")});
  const { fileDeployProvider: deploy } = await import(${moduleUrl("../providers/file/deploy.ts")});
  const { systemClock: clock, systemRandom: random } = await import(${moduleUrl("../runner/system.ts")});
  const { createInterface } = await import("node:readline");
  const { writeSync } = await import("node:fs");
  const [, folder, point] = process.argv;
  const die = () => process.kill(process.pid, "SIGKILL");
  const host = createLocalHost({ name: "here", stateFolder: folder + "/state", clock });
  const find = (name) => [command, deploy].find(({ spec }) => spec.name === name);
  const durable = openDurableFolder({ folder: folder + "/journal", clock, random });
  const executor = createExecutor({ providers: { find, list: () => [] }, hostFor: () => host, contents: {}, clock, ...durable });
  const signal = new AbortController().signal;
  console.log("ready");
  for await (const line of createInterface(process.stdin)) {
    const job = JSON.parse(line);
    if (point === "before accept") die();
    void executor.execute(job, { signal, onOutput: (_, text) => { if (text === point) die(); } }).then((result) => {
      if (point === "before report") die();
      writeSync(1, JSON.stringify(result) + "\\n");
    });
    if (point === "at once") die();
  }
`;

interface Scene {
  readonly folder: string;
  /** Runs a job in an executor process until that kills itself at a point, or is killed after a time. */
  crash(job: Job, killing: { readonly point?: string; readonly afterMs?: number }): Promise<void>;
  /** Sends a job to an executor that starts in the same folder, here. */
  send(job: Job, signal?: AbortSignal): Promise<Outcome>;
  /** How often the command of the job wrote its line. */
  count(): Promise<number>;
  /** Lets the command end. */
  release(): Promise<void>;
}

async function newScene(context?: TestContext): Promise<Scene & AsyncDisposable> {
  const temporary = await temporaryFolder();
  const folder = temporary.path;
  context?.after(() => temporary[Symbol.asyncDispose]());
  return {
    folder,
    crash: async (job, killing) => await crash(folder, job, killing),
    send: async (job, signal = new AbortController().signal) => {
      await using fleet = fleetIn(folder);
      return (await fleet.dispatch(job, { signal })).outcome;
    },
    count: async () => (await readFile(join(folder, "count"), "utf8").catch(() => "")).split("\n").length - 1,
    release: async () => await writeFile(join(folder, "go"), ""),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

async function crash(
  folder: string,
  job: Job,
  killing: { readonly point?: string; readonly afterMs?: number },
): Promise<void> {
  const argv = ["--input-type=module", "-e", EXECUTOR, folder, killing.point ?? "never"];
  const child = spawn(process.execPath, ["--conditions=source", ...argv], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => undefined);
  const ended = once(child, "close");
  createInterface(child.stdout).on("line", (line) => {
    if (line !== "ready") return void child.kill("SIGKILL"); // It was faster than its killer.
    child.stdin.write(`${JSON.stringify(job)}\n`);
    if (killing.afterMs !== undefined) killLater(child, killing.afterMs);
  });
  await ended;
}

function killLater(child: ChildProcess, afterMs: number): void {
  systemClock.setTimer(afterMs, () => child.kill("SIGKILL"));
}

const RUN_ID = newRunId(systemClock, systemRandom);

function jobOf(work: JobWork, name = "job"): Job {
  const token = attemptToken(sha256(`${RUN_ID} ${name}`));
  return { runId: RUN_ID, task: name, host: "here", attempt: 1, token, mode: "apply", work };
}

/** Writes its line, says so, waits to be let go, and ends with 7, which is expected. */
const COUNTING = 'echo x >>"$1/count"; echo began; while [ ! -e "$1/go" ]; do sleep 0.02; done; echo ended; exit 7';

function commandOf(folder: string): JobWork {
  const params = { command: "sh", args: ["-c", COUNTING, "sh", folder], okExitCodes: [7], secretEnv: {} };
  return { kind: "operation", operation: "command.exec", params };
}

function scriptOf(folder: string): JobWork {
  const script = COUNTING.replace("exit 7", "exit 0");
  return { kind: "script", interpreter: ["sh"], script, args: [folder], env: {} };
}

function outputOf(outcome: Outcome | undefined): unknown {
  assert.equal(outcome?.status, "changed", JSON.stringify(outcome));
  const data = outcome?.status === "changed" ? outcome.data : undefined;
  return typeof data === "object" && data !== null && "stdout" in data ? data["stdout"] : undefined;
}

for (const [kind, workOf] of [
  ["command", commandOf],
  ["script", scriptOf],
] as const) {
  test(`given a ${kind} that runs, when its executor is killed, then the next one waits for it and tells the true end`, async (context) => {
    const scene = await newScene(context);
    const job = jobOf(workOf(scene.folder));
    await scene.crash(job, { point: "began" });
    const second = scene.send(job);
    await scene.release();
    assert.equal(outputOf(await second), "began\nended\n");
    assert.equal(outputOf(await scene.send(job)), "began\nended\n", "and so does any later one");
    assert.equal(await scene.count(), 1);
    assert.deepEqual(await readdir(join(scene.folder, "journal", "calls")), [], "nothing of it is left");
    assert.deepEqual(await readdir(join(scene.folder, "state", "scripts")).catch(() => []), []);
  });
}

for (const point of ["before accept", "at once", "ended", "before report"]) {
  test(`given an executor that dies at the point "${point}", when the job is sent again, then its command ran once`, async (context) => {
    const scene = await newScene(context);
    await scene.release();
    const job = jobOf(commandOf(scene.folder));
    await scene.crash(job, { point });
    assert.equal(outputOf(await scene.send(job)), "began\nended\n");
    assert.equal(await scene.count(), 1);
  });
}

for (const [kind, workOf] of [
  ["command", commandOf],
  ["script", scriptOf],
] as const) {
  test(`given a ${kind} that runs, when its executor is closed, then it goes on, and the next executor tells its true end`, async (context) => {
    const scene = await newScene(context);
    const job = jobOf(workOf(scene.folder));
    {
      await using fleet = fleetIn(scene.folder);
      const { promise: began, resolve } = Promise.withResolvers<void>();
      void fleet.dispatch(job, { signal: new AbortController().signal, onOutput: () => resolve() });
      await began;
    }
    const second = scene.send(job);
    await scene.release();
    assert.equal(outputOf(await second), "began\nended\n");
    assert.equal(await scene.count(), 1);
  });
}

test("given a command whose processes were killed with its executor, when sent again, then the outcome is unknown", async (context) => {
  const scene = await newScene(context);
  const job = jobOf(commandOf(scene.folder));
  await scene.crash(job, { point: "began" });
  const noted = await readFile(join(scene.folder, "journal", "calls", job.token, "1", "process"), "utf8");
  process.kill(-Number(noted.split("\n")[0]), "SIGKILL");
  assert.equal((await scene.send(job)).status, "unknown");
  assert.equal(await scene.count(), 1);
});

test("given a job that is cancelled before it is gone on with, when it runs, then its processes end", async (context) => {
  const scene = await newScene(context);
  const job = jobOf(commandOf(scene.folder));
  await scene.crash(job, { point: "began" });
  const noted = await readFile(join(scene.folder, "journal", "calls", job.token, "1", "process"), "utf8");
  const outcome = await scene.send(job, AbortSignal.abort(new Error("stop")));
  assert.deepEqual(outcome, { status: "cancelled", reason: "Cancelled: stop" });
  assert.equal(isGroupAlive(Number(noted.split("\n")[0])), false);
});

test("given an accepted token of an idempotent operation, when sent again, then it is unknown, and a new token runs", async (context) => {
  const scene = await newScene(context);
  const path = join(scene.folder, "motd");
  const job = jobOf({ kind: "operation", operation: "file.deploy", params: { path, content: "hello\n" } });
  {
    await using durable = openDurableFolder({ ...DURABLE, folder: join(scene.folder, "journal") });
    await durable.journal.accept(job.token, job);
  }
  assert.equal((await scene.send(job)).status, "unknown");
  const rerun = { ...job, attempt: 2, token: attemptToken(sha256("second attempt")) };
  assert.equal((await scene.send(rerun)).status, "changed");
  assert.equal(await readFile(path, "utf8"), "hello\n");
});

test("given an operation that only reads, when its token is sent again after a restart, then it reads again", async (context) => {
  const scene = await newScene(context);
  const job = jobOf({ kind: "operation", operation: "node.hostname.get", params: {} });
  assert.equal((await scene.send(job)).status, "unchanged");
  assert.equal((await scene.send(job)).status, "unchanged");
  await using durable = openDurableFolder({ ...DURABLE, folder: join(scene.folder, "journal") });
  assert.equal(await durable.journal.find(job.token), undefined);
});

test("given an attempt that changed a file before a crash, when it is undone after it, then the file is as it was", async (context) => {
  const scene = await newScene(context);
  const path = join(scene.folder, "motd");
  await writeFile(path, "before\n");
  const job = jobOf({ kind: "operation", operation: "file.deploy", params: { path, content: "after\n" } });
  await scene.crash(job, { point: "before report" });
  assert.equal(await readFile(path, "utf8"), "after\n");
  const undo = jobOf({ kind: "undo", operation: "file.deploy", undoToken: job.token }, "undo");
  assert.equal((await scene.send(undo)).status, "changed");
  assert.equal(await readFile(path, "utf8"), "before\n");
});

test("given any moments of death, when a job is sent until it is answered, then it ran once, or at most once and is unknown", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 2 }), async (delays) => {
      await using scene = await newScene();
      await scene.release();
      const job = jobOf(commandOf(scene.folder));
      for (const afterMs of delays) await scene.crash(job, { afterMs });
      const outcome = await scene.send(job);
      const count = await scene.count();
      if (outcome.status === "unknown") assert.ok(count <= 1, `${count} starts`);
      else assert.deepEqual([outputOf(outcome), count], ["began\nended\n", 1]);
    }),
    { numRuns: 5 },
  );
});

const DURABLE = { clock: systemClock, random: systemRandom };

function fleetIn(folder: string) {
  return createLocalFleet({
    hosts: [{ name: "here", stateFolder: join(folder, "state") }],
    providers: builtinProviders(),
    contents: memoryContentStore(),
    clock: systemClock,
    random: systemRandom,
    durable: { folder: join(folder, "journal"), random: systemRandom },
  });
}

test("given a folder that cannot be used, when a fleet is made with it, then that is said at once", async (context) => {
  const scene = await newScene(context);
  await using first = fleetIn(scene.folder);
  assert.equal(first.isDurable, true);
  assert.throws(() => fleetIn(scene.folder), { code: "DRV_JOURNAL_LOCKED" });
  const file = join(scene.folder, "file");
  await writeFile(file, "");
  assert.throws(() => fleetIn(file), { code: "DRV_JOURNAL_FAILED" });
  await rm(file);
});
