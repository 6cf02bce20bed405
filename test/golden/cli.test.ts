import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { CliSandbox, ENDLESS, SITE, untilPrinted, type CliResult } from "./cli-process.ts";
import { assertGolden } from "./golden-file.ts";

function sandbox(context: TestContext): { readonly cli: CliSandbox; readonly root: string } {
  const cli = new CliSandbox(context);
  const root = join(cli.folder, "root");
  mkdirSync(root);
  return { cli, root };
}

function transcript({ exitCode, stdout, stderr }: CliResult): string {
  const errors = stderr === "" ? "" : `--- stderr\n${stderr}`;
  return `${stdout}${errors}--- exit ${exitCode}\n`;
}

/** Tasks that run side by side end in any order. */
function withSortedLines(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line === "");
  const timed = lines.slice(0, end);
  return [...timed.toSorted(), ...lines.slice(end)].join("\n");
}

test("given a plan, when it runs twice, then the first run changes things and the second nothing", async (context) => {
  const { cli, root } = sandbox(context);
  const first = await cli.run(["run", SITE, `root=${root}`]);
  const second = await cli.run(["run", SITE, `root=${root}`]);
  assertGolden("cli-run-first.txt", withSortedLines(transcript(first)));
  assertGolden("cli-run-second.txt", withSortedLines(transcript(second)));
});

test("given a check that fails, when the plan runs, then it is rolled back and the exit code is 4", async (context) => {
  const { cli, root } = sandbox(context);
  await cli.run(["run", SITE, `root=${root}`]);
  const result = await cli.run(["run", SITE, `root=${root}`, "release=2", "check=false"]);
  assert.equal(result.exitCode, 4);
  assert.equal(readFileSync(join(root, "page.html"), "utf8"), "release 1\n");
  assertGolden("cli-run-failed.txt", withSortedLines(transcript(result)));
});

test("given a failed run, when another process asks why, then it gets the root cause", async (context) => {
  const { cli, root } = sandbox(context);
  await cli.run(["run", SITE, `root=${root}`, "check=false"]);
  assertGolden("cli-why.txt", transcript(await cli.run(["why", "announce"])));
  assertGolden("cli-why-all.txt", transcript(await cli.run(["why"])));
  assertGolden("cli-why-unknown.txt", transcript(await cli.run(["why", SITE, "anounce"])));
  assertGolden("cli-graph-last.txt", transcript(await cli.run(["graph", SITE, `root=${root}`, "--last"])));
});

test("given a plan, when it is planned, then the changes are shown, nothing is done, and the exit code tells", async (context) => {
  const { cli, root } = sandbox(context);
  const before = await cli.run(["plan", SITE, `root=${root}`, "--detailed-exitcode"]);
  assertGolden("cli-plan.txt", transcript(before));
  assert.throws(() => readFileSync(join(root, "page.html")));
  assert.equal((await cli.run(["run", SITE, `root=${root}`, "--dry-run"])).exitCode, 0);
});

test("given a plan, when it is shown in every way, then each has its form", async (context) => {
  const { cli } = sandbox(context);
  const show = async (...words: readonly string[]) => transcript(await cli.run([...words, SITE, "root=/srv"]));
  assertGolden("cli-levels.txt", await show("levels"));
  assertGolden("cli-graph.txt", await show("graph"));
  assertGolden("cli-explain.txt", await show("explain"));
  assertGolden("cli-levels-yaml.txt", await show("levels", "--output", "yaml"));
});

test("given an operation, when it is explained or looked for, then its reference or its line is shown", async (context) => {
  const { cli } = sandbox(context);
  // The texts themselves belong to the catalog, whose own tests look at them.
  const { stdout } = await cli.run(["explain", "http.request"]);
  assert.match(stdout, /^http\.request {2}\S[^]*\nParameters\n {2}url +text +required[^]*\nExample\n {2}\{/);
  assert.match(
    (await cli.run(["ops", "symlink"])).stdout,
    /^file\n {2}file\.symlink {2}\S.*\n\nMore about one of them: /,
  );
  assertGolden("cli-ops-nothing.txt", transcript(await cli.run(["ops", "no-such-thing"])));
  assertGolden("cli-explain-unknown.txt", transcript(await cli.run(["explain", "file.deplyo"])));
});

test("given mistakes on the command line, when it is read, then each says what to do, and the exit code is 1", async (context) => {
  const { cli } = sandbox(context);
  const commands = [["rnu"], ["run"], ["run", "plan.ts", "--ouput", "json"], ["run", "nope.ts"], ["run", SITE, "root"]];
  const results = await Promise.all(commands.map((words) => cli.run(words)));
  assert.deepEqual(new Set(results.map(({ exitCode }) => exitCode)), new Set([1]));
  assertGolden("cli-usage.txt", results.map(transcript).join(""));
});

test("given a plan that is wrong, when it is loaded, then every problem is told and the exit code is 3", async (context) => {
  const { cli } = sandbox(context);
  const results = [await cli.run(["levels", `${SITE}#broken`]), await cli.run(["run", `${SITE}#number`])];
  assert.deepEqual(new Set(results.map(({ exitCode }) => exitCode)), new Set([3]));
  assertGolden("cli-invalid.txt", results.map(transcript).join(""));
});

test("given declared parameters, when they come as text, then they have their types, and wrong ones are refused", async (context) => {
  const { cli } = sandbox(context);
  const good = await cli.run(["run", `${SITE}#typed`, "replicas=3", "name=1.10", "--output", "json"]);
  const report = z.object({ tasks: z.array(z.object({ data: z.unknown() })) }).parse(JSON.parse(good.stdout));
  assert.deepEqual(report.tasks[0]?.data, { replicas: 3, name: "1.10" });
  const bad = await cli.run(["run", `${SITE}#typed`, "replicas=many", "colour=red"]);
  assert.equal(bad.exitCode, 3);
  assertGolden("cli-parameters.txt", transcript(bad));
});

test("given help, when it is asked for, then commands are listed and each has examples", async (context) => {
  const { cli } = sandbox(context);
  assertGolden("cli-help.txt", transcript(await cli.run(["--help"])));
  assertGolden("cli-help-run.txt", transcript(await cli.run(["run", "--help"])));
  for (const command of ["plan", "explain", "levels", "graph", "ops", "why", "version"]) {
    const { stdout, exitCode } = await cli.run([command, "--help"]);
    assert.match(stdout, new RegExp(`Examples:\\n {2}\\$ drover ${command}`));
    assert.equal(exitCode, 0);
  }
});

for (const format of ["json", "yaml"] as const) {
  test(`given user code that prints, when the output is ${format}, then standard output holds the report alone`, async (context) => {
    const { cli } = sandbox(context);
    const { stdout, stderr, exitCode } = await cli.run(["run", `${SITE}#noisy`, "--output", format]);
    const { parse } = await import("yaml");
    const document: unknown = format === "json" ? JSON.parse(stdout) : parse(stdout);
    assert.equal(z.object({ verdict: z.string() }).parse(document).verdict, "succeeded");
    assert.match(stderr, /printed by user code/);
    assert.equal(exitCode, 0);
  });
}

test("given NDJSON, when a plan runs, then each line is an event with its task by name", async (context) => {
  const { cli, root } = sandbox(context);
  const { stdout } = await cli.run(["run", SITE, `root=${root}`, "--output", "ndjson"]);
  const EVENT = z.object({ type: z.string(), v: z.int(), task: z.string().optional() });
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => EVENT.parse(JSON.parse(line)));
  assert.equal(events[0]?.type, "run.created");
  assert.equal(events.at(-1)?.type, "run.completed");
  assert.ok(events.some((event) => event.type === "task.completed" && event.task === "check-health"));
});

test("given Ctrl-C once, when a task can end, then the run is cancelled gracefully with exit code 6", async (context) => {
  const { cli } = sandbox(context);
  const child = cli.start(["run", ENDLESS, "--verbose"]);
  const result = cli.finished(child);
  await untilPrinted(child, "started");
  child.kill("SIGINT");
  const { exitCode, stdout } = await result;
  assert.equal(exitCode, 6);
  assert.match(stdout, /Cancelling: running tasks are asked to end/);
  assert.match(stdout, /endless was cancelled/);
});

test("given Ctrl-C twice, when a task refuses to end, then its process group is killed with exit code 6", async (context) => {
  const { cli } = sandbox(context);
  const pidFile = join(cli.folder, "pid");
  const child = cli.start([
    "run",
    ENDLESS,
    "--verbose",
    `script=trap '' TERM; echo $$ > ${pidFile}; echo deaf; while :; do sleep 1; done`,
  ]);
  const result = cli.finished(child);
  await untilPrinted(child, "deaf");
  child.kill("SIGINT");
  await untilPrinted(child, "Cancelling");
  child.kill("SIGINT");
  const { exitCode, stdout } = await result;
  assert.equal(exitCode, 6);
  assert.match(stdout, /Killed: what was running is in an unknown state/);
  await untilGone(Number(readFileSync(pidFile, "utf8")));
});

/** A killed process takes a moment to leave. */
async function untilGone(processId: number): Promise<void> {
  const { setImmediate: nextTurn } = await import("node:timers/promises");
  while (isAlive(processId)) await nextTurn();
}

function isAlive(processId: number): boolean {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, "latin1");
    return !/\) [ZX] /.test(status);
  } catch {
    return false;
  }
}

test("given a reader that goes away, when the program writes, then it ends quietly", async (context) => {
  const { cli } = sandbox(context);
  const child = cli.start(["explain", "file.deploy"]);
  child.stdout?.destroy();
  const { stderr, exitCode } = await cli.finished(child);
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
});

test("given a fleet file, when a plan runs on it, then it runs on its hosts, and a wrong file is refused", async (context) => {
  const { cli, root } = sandbox(context);
  const hosts = join(cli.folder, "hosts.yml");
  writeFileSync(hosts, `hosts:\n  web1: { root: ${root} }\n`);
  const good = await cli.run(["run", SITE, "root=/", "--fleet", hosts, "--output", "json"]);
  assert.match(good.stdout, /"hostname": "web1"/);
  writeFileSync(hosts, "hosts: [web1]\n");
  const bad = await cli.run(["run", SITE, "root=/", "--fleet", hosts]);
  assert.equal(bad.exitCode, 3);
  assert.match(bad.stderr, /DRV_FLEET_FILE_INVALID/);
});

test("given --version, when it is asked for, then it is printed alone", async (context) => {
  const { cli } = sandbox(context);
  const { stdout, exitCode } = await cli.run(["--version"]);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(exitCode, 0);
});
