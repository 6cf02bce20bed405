import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planFixture, POLICY_FIXTURE } from "../testing/plan-fixture.ts";
import { givenRun } from "../testing/run-specification.ts";
import { batchEnds, createFanOut, releasedCount, sizeOf } from "./fan-out.ts";

const FIVE = { hosts: { _all: ["h1", "h2", "h3", "h4", "h5"] } } as const;

test("given percentages, when sizes are computed, then they round up", () => {
  assert.deepEqual(
    [1, 10, 34, 50, 100].map((percent) => sizeOf({ percent }, 5)),
    [1, 1, 2, 3, 5],
  );
});

test("given cumulative batches, when they are laid out, then they rise, stay within the hosts and end with all", () => {
  assert.deepEqual(batchEnds([{ hosts: 1 }, { percent: 10 }, { percent: 50 }], 10), [1, 5, 10]);
  assert.deepEqual(batchEnds(undefined, 3), [3]);
  assert.deepEqual(batchEnds([{ hosts: 99 }], 3), [3]);
  assert.deepEqual(batchEnds([], 0), []);
});

test("given any batches, when they are laid out, then they are strictly rising and end with the number of hosts", () => {
  const size = fc.oneof(fc.record({ hosts: fc.nat(20) }), fc.record({ percent: fc.integer({ min: 0, max: 100 }) }));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (batches, hosts) => {
      const ends = batchEnds(batches, hosts);
      return ends.at(-1) === hosts && ends.every((end, index) => end > (ends[index - 1] ?? 0));
    }),
  );
});

test("given batches, when a fan-out is made, then only the first batch may start", () => {
  const fan = createFanOut([0, 1, 2], { ...POLICY_FIXTURE, batches: [{ hosts: 1 }] });
  assert.equal(releasedCount(fan), 1);
});

test("given all hosts skipped, when the task ends, then it is skipped as unsupported with their reason", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), { hosts: { _all: ["h1", "h2"] } });
  run.skips("a@h1", "no systemd").skips("a@h2");
  assert.deepEqual([run.task("a").skipCause, run.reason("a")], ["unsupported", "no systemd"]);
});

test("given some hosts skipped, when the others are unchanged, then the task is unchanged", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), { hosts: { _all: ["h1", "h2"] } });
  assert.equal(run.skips("a@h1").succeeds("a@h2").status("a"), "unchanged");
});

test("given one host, when it fails, then the task has its error", () => {
  const run = givenRun(planFixture({ a: { target: "web1" } }), { hosts: { web1: ["web1"] } }).fails("a");
  assert.equal(run.task("a").error?.code, "DRV_TASK_FUNCTION_FAILED");
});

test("given one host, when it ends, then the task shows its data", () => {
  const run = givenRun(planFixture({ a: { target: "web1" } }), { hosts: { web1: ["web1"] } }).changes("a", { size: 1 });
  assert.deepEqual(run.task("a").data, { size: 1 });
});

test("given several hosts, when one fails, then the error of the task has its error as cause", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), { hosts: { _all: ["h1", "h2"] } });
  run.changes("a@h1").fails("a@h2");
  assert.equal(run.task("a").error?.code, "DRV_TASK_HOSTS_FAILED");
  assert.equal(run.task("a").error?.cause?.code, "DRV_TASK_FUNCTION_FAILED");
  assert.equal(run.task("a").isChanged, true);
});

test("given maxFail and batches, when failures add up over batches, then the one past the limit stops the rest", () => {
  const policy = { batches: [{ hosts: 2 }, { hosts: 4 }], maxFail: { hosts: 1 } };
  const run = givenRun(planFixture({ a: { target: "_all", policy } }), FIVE)
    .fails("a@h1")
    .changes("a@h2");
  assert.deepEqual(run.running, ["a@h3", "a@h4"]);
  run.fails("a@h3").changes("a@h4");
  assert.equal(run.status("a"), "failed");
  assert.deepEqual(
    run.task("a").hostResults.map(({ status }) => status),
    ["failed", "changed", "failed", "changed", "cancelled"],
  );
});

test("given a failure inside a batch, when its other hosts run, then they go on to their end", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 2 } }), FIVE).fails("a@h1");
  assert.deepEqual(run.running, ["a@h2", "a@h3"]);
});

test("given fewer slots than hosts, when a host ends, then the next one in order starts", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 2 } }), FIVE);
  assert.deepEqual(run.running, ["a@h1", "a@h2"]);
  assert.deepEqual(run.changes("a@h2").running, ["a@h1", "a@h3"]);
});

test("given a host named twice in a target, when the task starts, then it has one unit", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), { hosts: { _all: ["h1", "h1"] } });
  assert.deepEqual(run.running, ["a@h1"]);
});

test("given one busy host among several, when the task starts, then the free hosts start and the busy one follows", () => {
  const plan = planFixture({ first: { target: "h2", policy: { priority: 1 } }, a: { target: "_all" } });
  const run = givenRun(plan, { hosts: { ...FIVE.hosts, h2: ["h2"] } });
  assert.deepEqual(run.running, ["first@h2", "a@h1", "a@h3", "a@h4", "a@h5"]);
  assert.equal(run.reason("a"), "waiting for host h2");
  assert.ok(run.changes("first").running.includes("a@h2"));
});

test("given a key with two slots, when a task on five hosts has it, then two hosts run at a time", () => {
  const plan = planFixture(
    { a: { target: "_all", policy: { concurrencyKey: "k" } } },
    { limits: { keys: new Map([["k", 2]]) } },
  );
  const run = givenRun(plan, FIVE);
  assert.deepEqual(run.running, ["a@h1", "a@h2"]);
  assert.deepEqual(run.changes("a@h1").running, ["a@h2", "a@h3"]);
});

test("given a task that waits for its key, when another waits behind it for the same host, then the host is used", () => {
  const keyed = { policy: { concurrencyKey: "k", priority: 5 } } as const;
  const tasks = {
    holder: keyed,
    gate: { target: "web1", policy: { priority: 9 } },
    a: { target: "web1", ...keyed },
    b: { target: "web1" },
  };
  const run = givenRun(planFixture(tasks), { hosts: { web1: ["web1"] } });
  assert.deepEqual(run.running, ["gate@web1", "holder"]);
  assert.deepEqual(run.changes("gate").running, ["holder", "b@web1"]);
});

test("given more units than one step has room for, when a task on many hosts starts, then all of them start", () => {
  const hosts = Array.from({ length: 2_000 }, (_, index) => `h${index}`);
  const plan = planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 5_000 } });
  const run = givenRun(plan, { hosts: { _all: hosts }, isReplayed: false });
  assert.equal(run.running.length, 2_000);
  assert.equal(run.eventsOf("task.dispatched").length, 1);
});
