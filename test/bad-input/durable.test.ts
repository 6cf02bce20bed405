import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { CliSandbox, untilPrinted } from "../golden/cli-process.ts";

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;
const PLAN = `
  import { Plan } from ${JSON.stringify(LIBRARY)};
  if (process.env.DEFECT === "load") throw new Error("the configuration is gone");
  export default function waiting({ gate }) {
    const plan = new Plan("waiting", { target: "_any" });
    plan.delay("after", "10ms").dependsOn(plan.approval(gate));
    return plan;
  }
`;

/** A run that waits for an approval, with the real program. */
async function waiting(context: TestContext) {
  const cli = new CliSandbox(context);
  const path = join(cli.folder, "plan.ts");
  writeFileSync(path, PLAN);
  const child = cli.start(["run", path, "gate=go", "--data", "data", "--output", "ndjson"]);
  context.after(() => child.kill("SIGKILL"));
  await untilPrinted(child, "gate.entered");
  const data = (...words: readonly string[]) => [...words, "--data", "data"];
  return { cli, path, child, data };
}

test("given a folder that another process holds, when a plan is run in it, then it is refused with the ways out, and verbs reach the run", async (context) => {
  const { cli, path, child, data } = await waiting(context);
  const ended = cli.finished(child);
  const refused = await cli.run(data("run", path, "gate=go"));
  assert.notEqual(refused.exitCode, 0);
  assert.match(refused.stderr, /DRV_LOG_LOCKED/);
  assert.match(refused.stderr, /--ephemeral/);
  const unforked = await cli.run(data("fork", "last"));
  assert.notEqual(unforked.exitCode, 0);
  assert.match(unforked.stderr, /DRV_LOG_LOCKED[^]*--data FOLDER/);
  const approved = await cli.run(data("approve", "last", "go"));
  assert.equal(approved.exitCode, 0, approved.stderr);
  assert.equal((await ended).exitCode, 0);
});

test("given a run whose module was changed, moved or does not load, when it is resumed, then it is refused with a reason and goes on once the module is back", async (context) => {
  const { cli, path, child, data } = await waiting(context);
  const ended = cli.finished(child);
  child.kill("SIGKILL");
  await ended;
  writeFileSync(path, `${PLAN}\n// another`);
  const changed = await cli.run(data("resume", "last"));
  assert.match(changed.stderr, /DRV_RUN_PLAN_CHANGED/);
  assert.notEqual(changed.exitCode, 0);
  writeFileSync(path, PLAN);
  renameSync(path, `${path}.moved`);
  const moved = await cli.run(data("resume", "last"));
  assert.match(moved.stderr, /\[DRV_\w+\]/);
  assert.notEqual(moved.exitCode, 0);
  renameSync(`${path}.moved`, path);
  const broken = await cli.run(data("resume", "last"), { DEFECT: "load" });
  assert.match(broken.stderr, /the configuration is gone/);
  assert.notEqual(broken.exitCode, 0);
  assert.equal((await cli.run(data("approve", "last", "go"))).exitCode, 0);
  const resumed = await cli.run(data("resume", "last"));
  assert.equal(resumed.exitCode, 0, resumed.stderr);
});

const LINES = `
  import { ops, Plan } from ${JSON.stringify(LIBRARY)};
  export default function lines({ folder, mark = "one" }) {
    const plan = new Plan("lines", { target: "_any" });
    const line = (text) => ops.command.shell({ script: 'echo "$2" >> "$1/lines"', args: [folder, text] });
    const same = plan.task("same", line("same"));
    plan.task("marked", line("marked " + mark)).dependsOn(same);
    return plan;
  }
`;

test("given a run that has ended, when it is forked with an edited parameter, then only what that touches is done", async (context) => {
  const cli = new CliSandbox(context);
  const path = join(cli.folder, "lines.ts");
  writeFileSync(path, LINES);
  const data = ["--data", "data"];
  assert.equal((await cli.run(["run", path, `folder=${cli.folder}`, ...data])).exitCode, 0);
  const forked = await cli.run(["fork", "last", "mark=; two", ...data, "--output", "json"]);
  assert.equal(forked.exitCode, 0, forked.stderr);
  assert.equal(readFileSync(join(cli.folder, "lines"), "utf8"), "same\nmarked one\nmarked ; two\n");
  const listed = await cli.run(["runs", ...data]);
  assert.equal(listed.stdout.match(/ succeeded +lines\n/g)?.length, 2);
});
