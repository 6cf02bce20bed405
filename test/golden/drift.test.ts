import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CliSandbox, type CliResult } from "./cli-process.ts";
import { assertGolden } from "./golden-file.ts";

const PLAN = fileURLToPath(new URL("plans/drifting.ts", import.meta.url));

const driftData = z.object({
  hasDrift: z.boolean(),
  entries: z.array(z.object({ task: z.string(), host: z.string(), state: z.string() })),
  repair: z.object({ ok: z.boolean() }).optional(),
});

class Site {
  readonly root: string;
  readonly #cli: CliSandbox;

  constructor(context: TestContext) {
    this.#cli = new CliSandbox(context);
    this.root = join(this.#cli.folder, "root");
    mkdirSync(this.root);
  }

  async run(command: string, ...words: readonly string[]): Promise<CliResult> {
    const result = await this.#cli.run([command, PLAN, `root=${this.root}`, ...words]);
    return { ...result, stdout: result.stdout.replaceAll(PLAN, "drifting.ts") };
  }

  /** State by task, as the program tells other programs. */
  async states(...words: readonly string[]): Promise<Map<string, string>> {
    const { stdout } = await this.run("drift", "--output", "json", ...words);
    const { entries } = driftData.parse(JSON.parse(stdout));
    return new Map(entries.map(({ task, state }) => [task, state]));
  }

  path(name: string): string {
    return join(this.root, name);
  }
}

test("given a deployed plan, when nothing was touched, then everything is in sync and the exit code is 0", async (context) => {
  const site = new Site(context);
  assert.equal((await site.run("run")).exitCode, 0);
  const result = await site.run("drift");
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  assert.match(result.stdout, /3 in sync, 1 not compared/);
});

test("given changes by hand, when drift is asked for, then each is told with its diff, and the exit code is 2", async (context) => {
  const site = new Site(context);
  await site.run("run");
  writeFileSync(site.path("page.html"), "release 2\n");
  rmSync(site.path("site.conf"));
  chmodSync(site.path("data"), 0o700);
  const result = await site.run("drift");
  assert.equal(result.exitCode, 2);
  assertGolden("cli-drift.txt", result.stdout);
  assert.equal(readFileSync(site.path("page.html"), "utf8"), "release 2\n");
});

test("given drift, when it is repaired, then only what drifted is applied, what follows a change runs, and commands do not", async (context) => {
  const site = new Site(context);
  await site.run("run");
  const runsBefore = readFileSync(site.path("runs"), "utf8");
  writeFileSync(site.path("page.html"), "release 2\n");
  chmodSync(site.path("data"), 0o700);
  const result = await site.run("drift", "--repair");
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  assert.equal(readFileSync(site.path("page.html"), "utf8"), "release 1\n");
  assert.equal(statSync(site.path("data")).mode & 0o777, 0o755);
  assert.equal(readFileSync(site.path("runs"), "utf8"), runsBefore);
  assert.equal(readFileSync(site.path("restarts"), "utf8"), "restart\nrestart\n");
  assert.equal((await site.run("drift")).exitCode, 0);
});

test("given a plan that never ran, when drift is asked for and repaired, then its things are unmanaged and nothing is done", async (context) => {
  const site = new Site(context);
  const states = await site.states();
  assert.deepEqual([...states.values()].slice(0, 3), ["unmanaged", "unmanaged", "unmanaged"]);
  assert.equal((await site.run("drift", "--repair")).exitCode, 2);
  assert.ok(!existsSync(site.path("page.html")));
});

test("given something that cannot be looked at, when drift is asked for, then that is told and not taken for drift", async (context) => {
  const site = new Site(context);
  await site.run("run");
  rmSync(site.path("page.html"));
  mkdirSync(site.path("page.html"));
  assert.equal((await site.states()).get("page"), "unknown");
  assert.equal((await site.run("drift")).exitCode, 4);
});
