import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { must } from "../../src/base/assert.ts";
import type { RunId } from "../../src/base/ids.ts";
import { DurableRuns, localFleet, ops, Plan } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";
import { CliSandbox } from "../golden/cli-process.ts";

/** A run that waits for an approval, then leaves a line. */
async function start(runs: DurableRuns, name: string, ledger: string): Promise<RunId> {
  const plan = new Plan(name, { target: "_any" });
  const go = plan.approval("go");
  plan.task("line", ops.command.shell({ script: 'echo "$2" >> "$1"', args: [ledger, name] })).dependsOn(go);
  const started = await runs.start(plan);
  assert.ok(started.ok);
  return started.value.runId;
}

const POISONS: readonly (readonly [string, unknown])[] = [
  ["an event of a type nobody knows", { type: "task.exploded", v: 1, at: 1, task: 0 }],
  ["an event of a later version", { type: "task.completed", v: 99, at: 1, task: 0 }],
  ["a text", "rm -rf /"],
];

for (const [what, poison] of POISONS) {
  test(`given a log in which one run holds ${what}, when it is opened, then that run is set aside, and the others go on`, async (context) => {
    const { folder } = new CliSandbox(context);
    const { data, well, poisoned, ledger } = await given(folder, poison);
    await using runs = await DurableRuns.open({ log: await openSqliteLog(data), fleet: localFleet() });
    const record = runs.list().find(({ runId }) => runId === poisoned);
    assert.equal(record?.quarantine?.code, "DRV_RUN_EVENT_UNKNOWN");
    const refused = await runs.resume(poisoned);
    assert.equal(refused.ok ? undefined : refused.error[0]?.code, "DRV_RUN_EVENT_UNKNOWN");
    const resumed = await runs.resume(well);
    assert.ok(resumed.ok);
    assert.equal(await runs.command(well, { type: "approve", task: 0, actor: "ada" }), undefined);
    assert.equal((await resumed.value.report).verdict, "succeeded");
    assert.equal(readFileSync(ledger, "utf8"), "well\n");
  });
}

test("given a run that is set aside, when it is listed, shown and resumed by people, then each says so, and the others go on", async (context) => {
  const cli = new CliSandbox(context);
  const { data, well, poisoned, ledger } = await given(cli.folder, POISONS[0]?.[1]);
  const listed = await cli.run(["runs", "--data", data]);
  assert.equal(listed.exitCode, 0, listed.stderr);
  assert.match(listed.stdout, / quarantined +ill\n/);
  assert.match(listed.stdout, / unfinished +well\n/);
  const shown = await cli.run(["show", poisoned, "--data", data]);
  assert.match(shown.stdout, /plan "ill" {2}quarantined\n.*\nset aside: .*the other runs go on/);
  assert.match(shown.stderr, /\[DRV_RUN_EVENT_UNKNOWN\]/);
  for (const words of [
    ["resume", poisoned],
    ["approve", poisoned, "go"],
  ]) {
    const refused = await cli.run([...words, "--data", data]);
    assert.notEqual(refused.exitCode, 0, words[0]);
    assert.match(refused.stderr, /\[DRV_RUN_EVENT_UNKNOWN\]/);
  }
  assert.equal((await cli.run(["approve", well, "go", "--data", data])).exitCode, 0);
  const resumed = await cli.run(["resume", well, "--data", data]);
  assert.equal(resumed.exitCode, 0, resumed.stderr);
  assert.equal(readFileSync(ledger, "utf8"), "well\n");
  const after = await cli.run(["runs", "--data", data]);
  assert.match(after.stdout, / quarantined +ill\n.* succeeded +well\n/);
});

interface Given {
  readonly data: string;
  readonly ledger: string;
  readonly well: RunId;
  readonly poisoned: RunId;
}

/** A log with two runs, one of which holds what nobody can read. */
async function given(folder: string, poison: unknown): Promise<Given> {
  const data = join(folder, "data");
  const ledger = join(folder, "ledger");
  const before = await DurableRuns.open({ log: await openSqliteLog(data), fleet: localFleet() });
  const well = await start(before, "well", ledger);
  await before.shutdown();
  return { data, ledger, well, poisoned: await poisonedRun(data, ledger, poison) };
}

/** A run into whose log something came that nobody wrote. */
async function poisonedRun(data: string, ledger: string, poison: unknown): Promise<RunId> {
  const log = await openSqliteLog(data);
  const runs = await DurableRuns.open({ log, fleet: localFleet() });
  const runId = await start(runs, "ill", ledger);
  const { newest } = must(
    runs.list().find((record) => record.runId === runId),
    "a run",
  );
  await runs.shutdown();
  await using again = await openSqliteLog(data);
  const row = { stream: `run/${runId}`, previousPosition: newest, events: [poison] };
  const outcome = await again.append(0, again.tail(0), { batchId: "poison", rows: [row] });
  assert.equal(outcome.outcome, "appended");
  return runId;
}
