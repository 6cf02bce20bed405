import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { CliSandbox, untilPrinted, type CliResult } from "../golden/cli-process.ts";
import { isAlive, untilGone } from "./processes.ts";

const PLAN = fileURLToPath(new URL("plans/interrupted.ts", import.meta.url));

// A leader and a child in its group, which tell their ids before they wait; they differ in how they take SIGTERM.
const POLITE = 'sleep 3600 & echo $$ $! > "$1"; echo started; wait';
const DEAF_CHILD = `sh -c 'trap "" TERM; while :; do sleep 1; done'`;
const DEAF = `trap '' TERM; ${DEAF_CHILD} & echo $$ $! > "$1"; echo started; while :; do sleep 1; done`;

/** The real program with a running command. */
class InterruptedRun {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  readonly #folder: string;

  constructor(context: TestContext, script: string, words: readonly string[] = []) {
    const cli = new CliSandbox(context);
    this.#folder = cli.folder;
    const params = [`script=${script}`, `pids=${this.#path("pids")}`, `cleaned=${this.#path("cleaned")}`];
    this.child = cli.start(["run", PLAN, "--verbose", ...params, ...words]);
    this.result = cli.finished(this.child);
  }

  get isCleaned(): boolean {
    return existsSync(this.#path("cleaned"));
  }

  /** Leader and child, once both run. */
  async processIds(): Promise<readonly number[]> {
    await untilPrinted(this.child, "started");
    const processIds = readFileSync(this.#path("pids"), "utf8").trim().split(" ").map(Number);
    assert.deepEqual(processIds.map(isAlive), [true, true]);
    return processIds;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`given ${signal} once, when a command can end, then its group is gone, cleanup has run and the exit code is 6`, async (context) => {
    const run = new InterruptedRun(context, POLITE);
    const processIds = await run.processIds();
    run.child.kill(signal);
    const { exitCode, stdout, stderr } = await run.result;
    assert.equal(exitCode, 6, stderr);
    for (const processId of processIds) assert.equal(isAlive(processId), false);
    assert.equal(run.isCleaned, true, "Tasks for every end still run");
    assert.match(stdout, /interrupted was cancelled/);
    assert.match(stdout, /1 not run/, "What was behind it never started");
  });
}

test("given Ctrl-C once, when a command ignores SIGTERM, then it is killed after the grace and cleanup has run", async (context) => {
  const run = new InterruptedRun(context, DEAF, ["killGrace=1s"]);
  const processIds = await run.processIds();
  run.child.kill("SIGINT");
  const { exitCode } = await run.result;
  assert.equal(exitCode, 6);
  for (const processId of processIds) await untilGone(processId);
  assert.equal(run.isCleaned, true);
});

test("given Ctrl-C twice, when a command ignores SIGTERM, then its whole group is killed at once and the exit code is 6", async (context) => {
  const run = new InterruptedRun(context, DEAF);
  const processIds = await run.processIds();
  run.child.kill("SIGINT");
  await untilPrinted(run.child, "Cancelling");
  run.child.kill("SIGINT");
  const { exitCode, stdout } = await run.result;
  assert.equal(exitCode, 6);
  for (const processId of processIds) await untilGone(processId);
  assert.match(stdout, /what was running is in an unknown state/);
  assert.equal(run.isCleaned, false, "Nothing new starts once the person insists");
});
