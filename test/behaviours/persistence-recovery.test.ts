import assert from "node:assert/strict";
import { test } from "node:test";
import { jobOf, LastingWorld, settled, started, viewOf } from "./persistence-kit.ts";

// Recovery: a process is gone without a word, and another goes on with its runs.

/** A job, then another, and the first controller dies while the first job runs. */
async function crashed() {
  const world = new LastingWorld((plan) => {
    const first = jobOf(plan, "first");
    jobOf(plan, "second").dependsOn(first);
  });
  const run = await world.start(await world.controller());
  await settled();
  const next = await world.controller();
  return { world, run, next };
}

test("given a process that died, when another opens the log, then it knows the run", async () => {
  const { run, next } = await crashed();
  assert.equal(next.record(run.runId)?.plan, "site");
});

test("given a process that died, when another opens the log, then nothing is driven yet", async () => {
  const { run, next } = await crashed();
  assert.equal(next.isLoaded(run.runId), false);
});

test("given a run whose process died, when it is resumed, then a job that runs is not begun again", async () => {
  const { world, run, next } = await crashed();
  await next.resume(run.runId);
  await settled();
  assert.equal(world.host.begun.length, 1);
});

test("given a run whose process died, when its job ends after the resumption, then the next task begins", async () => {
  const { world, run, next } = await crashed();
  await next.resume(run.runId);
  world.host.answer("first");
  await settled();
  assert.deepEqual(
    world.host.begun.map(({ task }) => task),
    ["first", "second"],
  );
});

test("given a job that ended while nobody listened, when the run is resumed, then its result is taken", async () => {
  const { world, run, next } = await crashed();
  world.host.answer("first");
  await next.resume(run.runId);
  await settled();
  assert.equal((await viewOf(next, run)).statusOf(0), "changed");
});

test("given a run that is resumed twice, when its jobs are counted, then none was begun twice", async () => {
  const { world, run, next } = await crashed();
  await Promise.all([next.resume(run.runId), next.resume(run.runId)]);
  await settled();
  assert.equal(world.host.begun.length, 1);
});

test("given three crashes in a row, when the run is resumed at last, then it ends well", async () => {
  const { world, run } = await crashed();
  await (await world.controller()).resume(run.runId);
  const last = await world.controller();
  const resumed = started(await last.resume(run.runId));
  world.host.answer("first");
  await settled();
  world.host.answer("second");
  assert.equal((await resumed.ended).verdict, "succeeded");
});

test("given all runs, when they are resumed, then those that are finished stay as they are", async () => {
  const world = new LastingWorld((plan, { called }) => void called(plan, "f"));
  const run = await world.start(await world.controller());
  await run.ended;
  const next = await world.controller();
  await next.resumeAll();
  assert.equal(next.isLoaded(run.runId), false);
});

test("given a run that is finished, when it is resumed, then that is refused", async () => {
  const world = new LastingWorld((plan, { called }) => void called(plan, "f"));
  const run = await world.start(await world.controller());
  await run.ended;
  const refused = await (await world.controller()).resume(run.runId);
  assert.equal(refused.ok ? "" : refused.error[0]?.code, "DRV_RUN_FINISHED");
});

test("given a plan that was changed, when a run of the old one is resumed, then that is refused", async () => {
  const { world, run, next } = await crashed();
  world.replacePlan((plan) => void jobOf(plan, "other"));
  const refused = await next.resume(run.runId);
  assert.equal(refused.ok ? "" : refused.error[0]?.code, "DRV_RUN_PLAN_CHANGED");
});

test("given a plan that was changed, when a run of the old one is looked at, then it is told by the old one", async () => {
  const { world, run, next } = await crashed();
  world.replacePlan((plan) => void jobOf(plan, "other"));
  assert.equal((await viewOf(next, run)).task(0).name, "first");
});

test("given a function that ran when its process died, when the run is resumed, then its outcome is unknown", async () => {
  const world = new LastingWorld((plan) => void plan.taskFunc("f", () => new Promise<{ changed: boolean }>(() => {})));
  const run = await world.start(await world.controller());
  await settled();
  const resumed = started(await (await world.controller()).resume(run.runId));
  assert.equal((await resumed.ended).statusOf(0), "unknown");
});

test("given a delay that passed while nobody was there, when the run is resumed, then it opens", async () => {
  const world = new LastingWorld((plan) => void plan.delay("wait", "1h"));
  const run = await world.start(await world.controller());
  world.clock.jumpWallClock(7_200_000);
  const resumed = started(await (await world.controller()).resume(run.runId));
  await world.clock.advance(1);
  assert.equal((await resumed.ended).verdict, "succeeded");
});

test("given an approval that was given while nobody drove the run, when it is resumed, then it goes on", async () => {
  const world = new LastingWorld((plan, { called }) => {
    const gate = plan.approval("ok");
    called(plan, "after").dependsOn(gate);
  });
  const run = await world.start(await world.controller());
  const next = await world.controller();
  await next.commandOffline(run.runId, { type: "approve", task: 0, actor: "ada" });
  const resumed = started(await next.resume(run.runId));
  await resumed.ended;
  assert.deepEqual(world.calls, ["after"]);
});

test("given a controller that was thought dead, when another has taken over, then it can write nothing", async () => {
  const world = new LastingWorld((plan) => void plan.approval("ok"));
  const old = await world.controller();
  const run = await world.start(old);
  await world.controller();
  const refused = await old.command(run.runId, { type: "approve", task: 0, actor: "ada" });
  assert.equal(refused?.code, "DRV_LOG_LANE_LOST");
});

test("given a key of a run whose process died, when the plan is started with it again, then it is that run", async () => {
  const world = new LastingWorld((plan) => void plan.approval("ok"));
  const run = await world.start(await world.controller(), { idempotencyKey: "release-7" });
  const again = await world.start(await world.controller(), { idempotencyKey: "release-7" });
  assert.deepEqual([again.runId, again.isNew], [run.runId, false]);
});
