import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetryPolicy } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";

const WAITS = { options: { onUnknownHeld: "wait" } } as const;
const RETRY: RetryPolicy = { retries: 1, initialMs: 0, factor: 2, maxMs: 0, jitter: 0, on: "retryable" };

test("given a host, when its outcome is unknown and settled by another attempt, then it stays on that host", () => {
  const run = givenRun(planFixture({ a: { target: "_any", unknownPolicy: "rerun" } }));
  run.evaluates("a", { host: "h1" }).isLost("a");
  assert.deepEqual(run.running, ["a@h1"]);
});

test("given a probe, when the goal is reached, then the task has succeeded", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "probe" } }))
    .isLost("a")
    .changes("a");
  assert.equal(run.status("a"), "changed");
});

test("given a probe, when the goal is not reached, then it counts as the failed attempt", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "probe", policy: { retry: RETRY } } })).isLost("a");
  run.fails("a");
  assert.equal(run.dispatchOf("a").mode, "apply");
  assert.equal(run.fails("a").status("a"), "failed");
});

test("given a probe, when it cannot tell either, then a person decides", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "probe" } }), WAITS)
    .isLost("a")
    .isLost("a");
  assert.equal(run.status("a"), "unknown");
});

test("given attempts that keep getting lost, when three have been made to settle it, then a person decides", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "rerun" } }), WAITS);
  for (let lost = 0; lost < 4; lost++) run.isLost("a");
  assert.equal(run.status("a"), "unknown");
  assert.equal(run.task("a").attempts, 4);
});

test("given a held task, when a person wants it made again, then it is, with a fresh budget", () => {
  const run = givenRun(planFixture({ a: { policy: { retry: RETRY } } }), WAITS).isLost("a");
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "rerun" });
  assert.equal(run.fails("a").status("a"), "running");
});

test("given a held task, when a person says it failed, then the run fails with their word", () => {
  const run = givenRun(planFixture({ a: {} }), WAITS).isLost("a");
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "failed", reason: "saw it" });
  assert.equal(run.task("a").error?.code, "DRV_TASK_DECLARED_FAILED");
});

test("given one held host among several, when the others have ended, then the task is unknown until it is decided", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), { hosts: { _all: ["h1", "h2"] }, ...WAITS });
  run.isLost("a@h1");
  assert.equal(run.status("a"), "running");
  run.changes("a@h2");
  assert.equal(run.status("a"), "unknown");
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "succeeded" });
  assert.equal(run.status("a"), "changed");
});

test("given a held host, when other hosts are not started, then the next batch waits for the decision", () => {
  const policy = { batches: [{ hosts: 1 }] };
  const run = givenRun(planFixture({ a: { target: "_all", policy } }), { hosts: { _all: ["h1", "h2"] }, ...WAITS });
  run.isLost("a@h1");
  assert.deepEqual(run.running, []);
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "succeeded" });
  assert.deepEqual(run.running, ["a@h2"]);
});

test("given a task whose outcome is known, when a decision comes, then it is refused", () => {
  const run = givenRun(planFixture({ a: {}, b: {} })).changes("a");
  const decision = { type: "resolveUnknown", unit: 0, decision: "succeeded" } as const;
  assert.equal(run.rejected({ ...decision, task: 0 }).code, "DRV_RUN_NOT_UNKNOWN");
  assert.equal(run.rejected({ ...decision, task: 1, unit: 7 }).code, "DRV_RUN_NOT_UNKNOWN");
  assert.equal(run.rejected({ ...decision, task: 7 }).code, "DRV_RUN_TASK_UNKNOWN");
});

test("given a held task, when the run is stopping, then it cannot be made again but can be declared", () => {
  const run = givenRun(planFixture({ a: {}, b: {}, c: {} }))
    .isLost("a")
    .fails("b");
  const decision = { type: "resolveUnknown", task: 0, unit: 0 } as const;
  assert.equal(run.rejected({ ...decision, decision: "rerun" }).code, "DRV_RUN_PHASE_OVER");
  run.when({ ...decision, decision: "succeeded" }).isCancelled("c");
  assert.equal(run.view.verdict, "failed");
});

test("given a cancelled run, when an attempt is lost, then nothing is made again", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "rerun" } }))
    .when({ type: "cancel" })
    .isLost("a");
  assert.equal(run.status("a"), "unknown");
  assert.equal(run.view.verdict, "cancelled");
});

test("given an attempt that settles an unknown outcome, when the run is cancelled, then it is told to end", () => {
  const run = givenRun(planFixture({ a: { unknownPolicy: "rerun" } }))
    .isLost("a")
    .when({ type: "cancel" });
  assert.deepEqual(run.cancelling, ["abort a"]);
});

for (const target of [undefined, "h"]) {
  const tasks = (): Record<string, TaskFixture> => ({
    a: { unknownPolicy: "rerun", ...(target === undefined ? {} : { target }) },
    pause: { gate: { kind: "delay", delayMs: 10 } },
    urgent: { after: ["pause"], policy: { priority: 1 } },
  });

  test(`given an unsettled outcome (target ${target}) that waits for a slot, when the run is cancelled, then it stays unknown`, () => {
    const run = givenRun(planFixture(tasks(), { limits: { maxParallel: 1 } }), { hosts: { h: ["h"] } });
    run.after(10).isLost("a");
    assert.deepEqual(run.running, ["urgent"]);
    run.when({ type: "cancel" }).isCancelled("urgent");
    assert.equal(run.status("a"), "unknown");
  });

  test(`given an unsettled outcome (target ${target}) that waits for a slot, when another task fails, then it is settled`, () => {
    const run = givenRun(planFixture(tasks(), { limits: { maxParallel: 1 } }), { hosts: { h: ["h"] } });
    run.after(10).isLost("a").fails("urgent");
    assert.equal(run.running.length, 1);
    assert.equal(run.changes("a").status("a"), "changed");
  });
}

test("given an unknown inspection in a dry run, when it is reported, then it is not repeated", () => {
  const run = givenRun(planFixture({ a: { target: "h", unknownPolicy: "rerun" } }), {
    hosts: { h: ["h"] },
    options: { isDryRun: true },
  });
  assert.equal(run.isLost("a").status("a"), "unknown");
});

test("given a group with a held task, when nothing else is left, then the group is unknown and what follows is not run", () => {
  const plan = planFixture({
    each: { group: { keys: ["x"], tasks: { a: {}, b: { after: ["a"] } } } },
    next: { after: ["each"] },
  });
  const run = givenRun(plan).isLost("each[x].a");
  assert.deepEqual(run.statuses, { each: "unknown", next: "notRun", "each[x].a": "unknown", "each[x].b": "notRun" });
  assert.equal(run.view.verdict, "needsDecision");
});

test("given a failure and a held task, when a later answer for a lost attempt comes, then it is refused", () => {
  const run = givenRun(planFixture({ a: {} }), WAITS);
  const attempt = run.attemptOf("a");
  run.isLost("a");
  assert.equal(
    run.rejected({ type: "attemptFinished", ...attempt, outcome: failedOutcome() }).code,
    "DRV_RUN_ATTEMPT_STALE",
  );
});

for (const how of ["succeeded", "rerun", "marked"] as const) {
  test(`given a run that ended with two unknown outcomes, when they are settled one after the other (${how}), then what waited for either is run`, () => {
    const tasks = { a: {}, b: {}, c: { after: ["a"] }, d: { after: ["b"] }, e: { after: ["c", "d"] } };
    const run = givenRun(planFixture(tasks)).isLost("a").isLost("b");
    assert.equal(run.view.verdict, "needsDecision");
    for (const name of ["a", "b"]) {
      const task = run.index(name);
      if (how === "marked") run.when({ type: "markSucceeded", task });
      else run.when({ type: "resolveUnknown", task, unit: 0, decision: how });
    }
    if (how === "rerun") run.changes("a").changes("b");
    run.changes("c").changes("d").changes("e");
    assert.equal(run.view.verdict, "succeeded");
  });
}

test("given tasks that wait for one host, when one that can never use it is looked at between them, then none is forgotten", () => {
  const busy = { target: "both", policy: { totalTimeoutMs: 100, killGraceMs: 10, priority: 0 } };
  const tasks = {
    first: { target: "h1", policy: { priority: 3 } },
    second: { target: "h1", policy: { priority: 2 } },
    late: { ...busy, unknownPolicy: "hold" as const },
  };
  const plan = planFixture(tasks, { limits: { maxWritingPerHost: 1 } });
  const run = givenRun(plan, { hosts: { h1: ["h1"], both: ["h1", "h2"] } });
  assert.deepEqual(run.running, ["first@h1", "late@h2"]);
  // Time is up for `late`: nobody knows what became of it on h2, and on h1 it does not begin any more.
  run.after(100).after(10).after(10);
  assert.equal(run.status("late"), "unknown");
  // Everything that could start is looked at again, while h1 is taken.
  run.when({ type: "pause" }).when({ type: "resume" });
  run.succeeds("first@h1");
  assert.deepEqual(run.running, ["second@h1"]);
});
