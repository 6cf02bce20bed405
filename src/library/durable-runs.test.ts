import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../base/result.ts";
import type { RunEvent } from "../engine/events.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { DurableRuns } from "./durable-runs.ts";
import { localFleet } from "./local-fleet.ts";
import { Plan } from "./plan.ts";

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
