import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ok } from "../base/result.ts";
import type { RunEvent } from "../engine/events.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { DurableRuns } from "./durable-runs.ts";
import { localFleet } from "./local-fleet.ts";
import { Plan } from "./plan.ts";
import { ops } from "../operation/ops.ts";

test("given a plan that is found again with an observer, when its run goes on, then the observer is told", async () => {
  const log = new MemoryLog({ keepsEvents: true });
  const clock = new FakeClock();
  const plan = new Plan("p");
  plan.approval("release");
  const before = await DurableRuns.open({ log, clock, fleet: localFleet() });
  const started = await before.start(plan);
  assert.ok(started.ok);
  const { runId } = started.value;
  // The process is gone: what it held in memory never acts again, for another has claimed the lane.
  const types: RunEvent["type"][] = [];
  const observer = { onEvents: (events: readonly RunEvent[]) => types.push(...events.map(({ type }) => type)) };
  await using after = await DurableRuns.open({
    log,
    clock,
    fleet: localFleet(),
    findPlan: async () => ok({ plan, observer }),
  });
  const resumed = await after.resume(runId);
  assert.ok(resumed.ok);
  assert.equal(await after.command(runId, { type: "approve", task: 0, actor: "ada" }), undefined);
  assert.equal((await resumed.value.report).verdict, "succeeded");
  assert.deepEqual(types, ["approval.given", "task.completed", "run.completed"]);
});

test("given a command that runs when its runs are closed, when the run is resumed, then the command was left alone and ends once", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "drover-runs-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = new KeptLog({ keepsEvents: true });
  const script = 'echo began | tee -a "$1/ledger"; while [ ! -e "$1/go" ]; do sleep 0.02; done';
  const plan = new Plan("p", { target: "_any" });
  plan.task("slow", ops.command.shell({ script, args: [folder] }));
  const open = () => DurableRuns.open({ log, fleet: localFleet({ journalFolder: join(folder, "journal") }) });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  const before = await open();
  const started = await before.start(plan, { observer: { onOutput: () => resolve() } });
  assert.ok(started.ok);
  await began;
  await before[Symbol.asyncDispose]();
  await using after = await open();
  const resumed = await after.resume(started.value.runId);
  assert.ok(resumed.ok);
  writeFileSync(join(folder, "go"), "");
  assert.equal((await resumed.value.report).verdict, "succeeded");
  assert.equal(readFileSync(join(folder, "ledger"), "utf8"), "began\n");
});

/** A log that two holders have one after the other. */
class KeptLog extends MemoryLog {
  override async [Symbol.asyncDispose](): Promise<void> {}
}
