import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError, DroverError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import { authorCode } from "../library/author-code.ts";
import { Plan } from "../library/plan.ts";
import { ops } from "../operation/ops.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { LastingFleet } from "../testing/lasting-fleet.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import type { PlanSource } from "./plan-source.ts";
import { RunHost, type RunHostOptions } from "./run-host.ts";
import type { StartRequest } from "./start-request.ts";

interface World {
  readonly log: MemoryLog;
  readonly clock: FakeClock;
  readonly fleet: LastingFleet;
  readonly plan: Plan;
  readonly open: (options?: Partial<RunHostOptions>) => Promise<RunHost>;
  readonly request: (more?: Partial<StartRequest>) => StartRequest;
}

let seed = 1;

function world(build: (plan: Plan) => void, options: ConstructorParameters<typeof Plan>[1] = {}): World {
  const log = new MemoryLog({ keepsEvents: true });
  const clock = new FakeClock();
  const fleet = new LastingFleet();
  const plan = new Plan("p", { target: "one", ...options });
  build(plan);
  const parts = () => ({ plan: plan.compile(), fleet, userCode: authorCode });
  const plans: PlanSource = { load: async () => ok(parts()) };
  return {
    log,
    clock,
    fleet,
    plan,
    open: (more) => RunHost.open({ log, clock, random: new SeededRandom(seed++), plans, ...more }),
    request: (more) => ({ parts: parts(), params: {}, options: {}, source: { kind: "test" }, ...more }),
  };
}

/** Everything that can happen without time passing has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

const exec = (name: string) => ops.command.exec({ command: name });

test("given a run whose process ends while a job runs, when it is resumed, then the job is asked for by its token and runs once", async () => {
  const { open, request, fleet } = world((plan) => {
    const first = plan.task("first", exec("a"));
    plan.task("second", exec("b")).dependsOn(first);
  });
  const before = await open();
  const started = await before.start(request());
  assert.ok(started.ok);
  await settled();
  // The process is gone: nobody hears of it again.
  const after = await open();
  const resumed = await after.resume(started.value.runId);
  assert.ok(resumed.ok);
  fleet.answer("first");
  await settled();
  fleet.answer("second");
  const view = await resumed.value.ended;
  assert.equal(view.verdict, "succeeded");
  assert.deepEqual(
    fleet.begun.map(({ task }) => task),
    ["first", "second"],
  );
});

test("given an attempt whose outcome nobody knows, when it is probed, then the probe names the token of the attempt that was lost", async () => {
  const { open, request, fleet } = world((plan) => {
    plan.task("look", ops.docker.start({ container: "web" }));
  });
  await using host = await open();
  const started = await host.start(request());
  assert.ok(started.ok);
  await settled();
  const [lost] = fleet.begun;
  assert.ok(lost !== undefined);
  const unknown = { status: "unknown", reason: "nobody heard of it" } as const;
  fleet.end(lost, unknown);
  await settled();
  const probe = fleet.begun[1];
  assert.equal(probe?.mode, "probe");
  assert.equal(probe.probeOf, lost.token);
  assert.notEqual(probe.token, lost.token);
  fleet.end(probe, { status: "changed" });
  assert.equal((await started.value.ended).verdict, "succeeded");
});

test("given a run whose process ends while a function runs, when it is resumed, then its outcome is unknown and it is not called again", async () => {
  let calls = 0;
  const { open, request } = world((plan) => {
    plan.taskFunc("f", () => {
      calls += 1;
      return new Promise<{ changed: boolean }>(() => {});
    });
  });
  const started = await (await open()).start(request());
  assert.ok(started.ok);
  await settled();
  const after = await open();
  const resumed = await after.resume(started.value.runId);
  assert.ok(resumed.ok);
  const view = await resumed.value.ended;
  assert.equal(view.verdict, "needsDecision");
  assert.match(view.task(0).reason ?? "", /the process that had started it ended/);
  assert.equal(calls, 1);
});

test("given a run that waits for time, when its process ends and the time passes, then the overdue gate opens at once", async () => {
  const { open, request, clock } = world((plan) => void plan.delay("wait", "1h"));
  const started = await (await open()).start(request());
  assert.ok(started.ok);
  clock.jumpWallClock(2 * 3_600_000);
  const after = await open();
  const resumed = await after.resume(started.value.runId);
  assert.ok(resumed.ok);
  await clock.advance(1);
  assert.equal((await resumed.value.ended).verdict, "succeeded");
});

test("given a run that waits, when nothing happens for a while, then it leaves memory, and time brings it back", async () => {
  const { open, request, clock } = world((plan) => void plan.delay("wait", "1h"));
  const host = await open({ idleMs: 1_000 });
  const started = await host.start(request());
  assert.ok(started.ok);
  assert.equal(host.isLoaded(started.value.runId), true);
  await clock.advance(2_500);
  assert.equal(host.isLoaded(started.value.runId), false);
  await clock.advance(3_600_000);
  assert.equal((await started.value.ended).verdict, "succeeded");
});

test("given a run that left memory, when it gets a command, then it is as if it had never left", async () => {
  const { open, request, clock } = world((plan) => void plan.approval("ok"));
  const host = await open({ idleMs: 1_000 });
  const started = await host.start(request());
  assert.ok(started.ok);
  await clock.advance(2_500);
  assert.equal(host.isLoaded(started.value.runId), false);
  assert.equal(clock.pendingTimerCount, 1, "nothing ticks for it but the end of its total time");
  assert.equal(await host.command(started.value.runId, { type: "approve", task: 0, actor: "ann" }), undefined);
  assert.equal((await started.value.ended).verdict, "succeeded");
});

test("given a run that nobody drives, when it gets a command, then it is written down and followed by whoever resumes it", async () => {
  const { open, request, fleet } = world((plan) => {
    const gate = plan.approval("ok");
    plan.task("after", exec("a")).dependsOn(gate);
  });
  const started = await (await open()).start(request());
  assert.ok(started.ok);
  const offline = await open();
  assert.equal(
    await offline.commandOffline(started.value.runId, { type: "approve", task: 0, actor: "ann" }),
    undefined,
  );
  assert.equal(fleet.begun.length, 0);
  const resumed = await offline.resume(started.value.runId);
  assert.ok(resumed.ok);
  await settled();
  fleet.answer("after");
  assert.equal((await resumed.value.ended).verdict, "succeeded");
});

test("given two starts with one idempotency key, when they come at the same time, then there is one run", async () => {
  const { open, request } = world((plan) => void plan.delay("wait", "1h"));
  const host = await open();
  const [one, other] = await Promise.all([
    host.start(request({ idempotencyKey: "k" })),
    host.start(request({ idempotencyKey: "k" })),
  ]);
  assert.ok(one.ok && other.ok);
  assert.equal(one.value.runId, other.value.runId);
  assert.deepEqual([one.value.isNew, other.value.isNew], [true, false]);
  const conflict = await host.start(request({ idempotencyKey: "k", params: { other: 1 } satisfies JsonObject }));
  assert.ok(!conflict.ok);
  assert.equal(conflict.error[0]?.code, "DRV_RUN_KEY_CONFLICT");
});

test("given a plan with functions and no source, when it is started, then it is refused before anything has happened", async () => {
  const { open, request, log } = world((plan) => void plan.taskFunc("f", () => ({ changed: false })));
  const host = await open();
  const { source: _source, ...rest } = request();
  const started = await host.start(rest);
  assert.ok(!started.ok);
  assert.equal(started.error[0]?.code, "DRV_RUN_NOT_DURABLE");
  assert.equal(log.tail(0), 1, "only the claim is in the log");
});

test("given a module that gives another plan, when its run is resumed, then it is refused and the run stays as it is", async () => {
  const { open, request, fleet } = world((plan) => void plan.task("a", exec("a")));
  const started = await (await open()).start(request());
  assert.ok(started.ok);
  const other = new Plan("p", { target: "one" });
  other.task("b", exec("b"));
  const plans: PlanSource = { load: async () => ok({ plan: other.compile(), fleet, userCode: authorCode }) };
  const host = await open({ plans });
  const refused = await host.resume(started.value.runId);
  assert.ok(!refused.ok);
  assert.equal(refused.error[0]?.code, "DRV_RUN_PLAN_CHANGED");
  const view = await host.view(started.value.runId);
  assert.ok(view.ok);
  assert.equal(view.value.task(0).name, "a");
});

test("given a run with snapshots, when it is loaded again, then its state is that of all its events", async () => {
  const { open, request } = world((plan) => {
    for (let index = 0; index < 300; index++) plan.taskFunc(`f${index}`, () => ({ changed: true, data: { index } }));
    plan.approval("wait");
  });
  const host = await open({ checkpoints: { events: 250 } });
  const started = await host.start(request());
  assert.ok(started.ok);
  await settled();
  const live = await host.view(started.value.runId);
  assert.ok(live.ok);
  await host[Symbol.asyncDispose]();
  const again = await open();
  const told = await again.view(started.value.runId);
  assert.ok(told.ok);
  assert.deepEqual(told.value.counts, live.value.counts);
  assert.deepEqual(told.value.task(7).data, { index: 7 });
});

test("given an event too large for the log, when the run is loaded again, then nothing of it is missing", async () => {
  const data = { text: "x".repeat(100_000) };
  const { open, request } = world((plan) => void plan.taskFunc("f", () => ({ changed: true, data })));
  const host = await open();
  const started = await host.start(request());
  assert.ok(started.ok);
  await started.value.ended;
  const told = await (await open()).view(started.value.runId);
  assert.ok(told.ok);
  assert.deepEqual(told.value.task(0).data, data);
});

test("given a host that is shut down, when it gets commands, then they are refused and the log goes to the next", async () => {
  const { open, request } = world((plan) => void plan.delay("wait", "1h"));
  const host = await open();
  const started = await host.start(request());
  assert.ok(started.ok);
  const report = await host.shutdown();
  assert.deepEqual(report.problems, []);
  assert.equal((await host.command(started.value.runId, { type: "cancel" }))?.code, "DRV_RUN_HOST_CLOSED");
  await assert.rejects(started.value.ended, { name: "DroverError" });
  const next = await open();
  assert.equal((await next.resume(started.value.runId)).ok, true);
});

test("given a log that cannot be written, when a run is started, then the host says that the process should end", async () => {
  const { open, request, log } = world((plan) => void plan.delay("wait", "1h"));
  const host = await open();
  log.append = () => {
    throw new DroverError([codedError("DRV_LOG_WRITE_FAILED", "the disk is full")]);
  };
  await assert.rejects(host.start(request()), { code: "DRV_LOG_WRITE_FAILED" });
  assert.equal((await host.failed).code, "DRV_LOG_WRITE_FAILED");
});

test("given a finished run, when two commands come at once of which the first opens it again, then the second is judged after it", async () => {
  const { open, request, fleet } = world((plan) => void plan.task("a", exec("a")));
  const host = await open();
  const started = await host.start(request());
  assert.ok(started.ok);
  await settled();
  fleet.answer("a");
  await started.value.ended;
  const { runId } = started.value;
  const again = { type: "retryFrom", task: 0 } as const;
  const [one, other] = await Promise.all([host.command(runId, again), host.command(runId, again)]);
  assert.equal(one, undefined);
  assert.equal(other?.code, "DRV_RUN_TASK_RUNNING");
});

test("given a finished run that a command opens and that ends again at once, when another command follows, then it is judged after that end", async () => {
  const calls: number[] = [];
  const { open, request, log } = world((plan) => void plan.taskFunc("a", () => ({ changed: calls.push(1) > 0 })));
  const host = await open();
  const started = await host.start(request());
  assert.ok(started.ok);
  await started.value.ended;
  const { runId } = started.value;
  const append = log.append.bind(log);
  const appendLater = async (...given: Parameters<typeof append>) => {
    await settled();
    return append(...given);
  };
  Object.assign(log, { append: appendLater });
  const again = { type: "retryFrom", task: 0 } as const;
  const answers = await Promise.all([host.command(runId, again), host.command(runId, again)]);
  assert.deepEqual(answers, [undefined, undefined]);
  assert.equal(calls.length, 3);
});

test("given a run that left memory and whose plan is missing for a while, when it gets a command, then it is set aside and not forgotten", async () => {
  const { open, request, clock, plan, fleet } = world((made) => void made.delay("wait", "1h"));
  let isMissing = false;
  const missing = err([codedError("DRV_RUN_PLAN_MISSING", "its module is gone")]);
  const plans: PlanSource = {
    load: async () => (isMissing ? missing : ok({ plan: plan.compile(), fleet, userCode: authorCode })),
  };
  const host = await open({ plans, idleMs: 1_000 });
  const started = await host.start(request());
  assert.ok(started.ok);
  const { runId } = started.value;
  await clock.advance(2_500);
  isMissing = true;
  assert.equal((await host.command(runId, { type: "pause" }))?.code, "DRV_RUN_PLAN_MISSING");
  assert.equal(host.record(runId)?.quarantine?.code, "DRV_RUN_PLAN_MISSING");
  isMissing = false;
  assert.equal((await host.resume(runId)).ok, true);
});
