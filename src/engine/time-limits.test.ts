import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetryPolicy } from "../plan/compiled-plan.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";
import { nextDueMs } from "./due-times.ts";

const RETRY: RetryPolicy = { retries: 2, initialMs: 0, factor: 2, maxMs: 0, jitter: 0, on: "retryable" };
const HOSTS = { hosts: { _all: ["h1", "h2", "h3"], h: ["h"] } } as const;

test("given nothing that is due, when asked for the next instant, then there is only the total time", () => {
  const run = givenRun(planFixture({ a: {} }));
  assert.equal(nextDueMs(run.state), run.nowMs + 86_400_000);
});

test("given several limits, when asked for the next instant, then it is the earliest that still counts", () => {
  const run = givenRun(
    planFixture({ a: { policy: { attemptTimeoutMs: 300 } }, b: { policy: { attemptTimeoutMs: 500 } } }),
  );
  assert.equal(nextDueMs(run.state), run.nowMs + 300);
  run.succeeds("a");
  assert.equal(nextDueMs(run.state), run.nowMs + 500);
});

test("given a finished run, when asked for the next instant, then there is none", () => {
  assert.equal(nextDueMs(givenRun(planFixture({ a: {} })).succeeds("a").state), undefined);
});

test("given a tick before anything is due, when it comes, then nothing is written", () => {
  const run = givenRun(planFixture({ a: { policy: { attemptTimeoutMs: 300 } } }));
  const before = run.events.length;
  run.after(299);
  assert.equal(run.events.length, before);
});

test("given a clock that jumps back, when events are written, then their times do not", () => {
  const run = givenRun(planFixture({ a: {}, b: { after: ["a"] } }));
  run.nowMs -= 500;
  run.succeeds("a");
  assert.ok(run.events.every(({ at }) => at === 1_000));
});

test("given a queue timeout, when the task starts in time, then it is no more", () => {
  const run = givenRun(planFixture({ a: { policy: { queueTimeoutMs: 100 } } })).after(1_000);
  assert.deepEqual(run.running, ["a"]);
});

test("given a queue timeout, when it is up, then the host the task waited for goes to the next", () => {
  const plan = planFixture(
    {
      a: { target: "h", policy: { priority: 2 } },
      b: { target: "h", policy: { priority: 1, queueTimeoutMs: 100, afterFailure: "continueRun" } },
      c: { target: "h" },
    },
    {},
  );
  const run = givenRun(plan, HOSTS).after(100);
  assert.equal(run.status("b"), "failed");
  assert.deepEqual(run.changes("a").running, ["c@h"]);
});

test("given an attempt timeout, when the attempt fails after it, then its error is kept as cause", () => {
  const run = givenRun(planFixture({ a: { policy: { attemptTimeoutMs: 100 } } }))
    .after(100)
    .fails("a");
  assert.equal(run.task("a").error?.cause?.code, "DRV_TASK_FUNCTION_FAILED");
});

test("given an attempt timeout, when the attempt succeeds late, then it has succeeded", () => {
  const run = givenRun(planFixture({ a: { policy: { attemptTimeoutMs: 100 } } }))
    .after(100)
    .changes("a");
  assert.equal(run.status("a"), "changed");
});

test("given an attempt timeout and retries, when the attempt has ended, then the next one has its own time", () => {
  const run = givenRun(planFixture({ a: { policy: { attemptTimeoutMs: 100, retry: RETRY } } }));
  run.after(100).isCancelled("a");
  assert.equal(run.dispatchOf("a").attempt, 2);
  assert.equal(nextDueMs(run.state), run.nowMs + 100);
});

test("given a function that never settles, when abort and kill are not answered, then it fails with its timeout", () => {
  const run = givenRun(planFixture({ a: { policy: { attemptTimeoutMs: 100, killGraceMs: 50 } } }));
  run.after(100).after(50).after(50);
  assert.equal(run.task("a").error?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
});

test("given an operation whose executor never answers, when it was killed, then its outcome is unknown", () => {
  const run = givenRun(planFixture({ a: { target: "h", policy: { attemptTimeoutMs: 100, killGraceMs: 50 } } }), HOSTS);
  run.after(100).after(50).after(50);
  assert.equal(run.reason("a"), "no answer within 50ms after it was told to end at once");
});

test("given a heartbeat timeout, when the executor falls silent, then the attempt fails with it", () => {
  const run = givenRun(planFixture({ a: { policy: { heartbeatTimeoutMs: 100 } } }))
    .after(100)
    .isCancelled("a");
  assert.equal(run.task("a").error?.code, "DRV_TASK_HEARTBEAT_TIMEOUT");
});

test("given a heartbeat of a task that does not run, when it comes, then nothing is remembered", () => {
  const run = givenRun(planFixture({ a: {} })).when({ type: "heartbeat", task: 5, unit: 5 });
  assert.equal(run.state.queues.heartbeats.size, 0);
});

test("given a total timeout, when it is up during an attempt, then no retry follows", () => {
  const run = givenRun(planFixture({ a: { policy: { totalTimeoutMs: 100, retry: RETRY } } })).after(100);
  assert.deepEqual(run.cancelling, ["abort a"]);
  run.ends("a", failedOutcome());
  assert.equal(run.task("a").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
});

test("given a total timeout of several hosts, when it is up, then all are told to end and the task fails", () => {
  const run = givenRun(planFixture({ a: { target: "_all", policy: { totalTimeoutMs: 100 } } }), HOSTS);
  run.changes("a@h1").after(100);
  assert.deepEqual(run.cancelling, ["abort a@h2", "abort a@h3"]);
  run.isCancelled("a@h2").isCancelled("a@h3");
  assert.equal(run.task("a").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
});

test("given a total timeout of several hosts, when all succeed late, then the task has succeeded", () => {
  const run = givenRun(planFixture({ a: { target: "_all", policy: { totalTimeoutMs: 100 } } }), HOSTS).after(100);
  run.changes("a@h1").changes("a@h2").changes("a@h3");
  assert.equal(run.status("a"), "changed");
});

test("given a total timeout of an approval, when it is up, then the gate fails", () => {
  const run = givenRun(
    planFixture({ gate: { gate: { kind: "approval", quorum: 1 }, policy: { totalTimeoutMs: 100 } } }),
  );
  assert.equal(run.after(100).task("gate").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
});

test("given a delay longer than the total time, when it has passed, then it opens all the same", () => {
  const run = givenRun(
    planFixture({ gate: { gate: { kind: "delay", delayMs: 500 }, policy: { totalTimeoutMs: 100 } } }),
  );
  assert.equal(run.after(500).status("gate"), "unchanged");
});

test("given a total timeout of a group, when it is up, then its tasks are cancelled or not run and it fails", () => {
  const group = {
    keys: ["x"],
    tasks: { a: {}, b: { after: ["a"] }, inner: { group: { keys: ["1"], tasks: { p: {}, q: { after: ["p"] } } } } },
  };
  const run = givenRun(planFixture({ each: { group, policy: { totalTimeoutMs: 100 } } })).after(100);
  assert.deepEqual(run.cancelling, ["abort each[x].a", "abort each[x].inner[1].p"]);
  run.isCancelled("each[x].a").isCancelled("each[x].inner[1].p");
  assert.equal(run.status("each[x].b"), "notRun");
  assert.equal(run.status("each[x].inner[1].q"), "notRun");
  assert.equal(run.task("each").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
});

test("given a held unit, when a person decides days later to run it again, then its total time begins anew", () => {
  const run = givenRun(planFixture({ a: {} }), { options: { onUnknownHeld: "wait" } }).isLost("a");
  assert.equal(nextDueMs(run.state), undefined);
  run.after(5 * 86_400_000);
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "rerun" });
  assert.equal(nextDueMs(run.state), run.nowMs + 86_400_000);
  assert.equal(run.succeeds("a").status("a"), "unchanged");
});

test("given units that wait for the held one before them, when the total time is up in that moment, then the run ends for a decision", () => {
  const policy = { totalTimeoutMs: 240, killGraceMs: 100, attemptTimeoutMs: 50 };
  const run = givenRun(planFixture({ a: { target: "_all", policy } }, { limits: { maxParallel: 1 } }), HOSTS);
  // Abort at 50, kill at 150, unknown at 250, and only then somebody looks at the total time.
  run.after(50).after(100).after(100);
  assert.equal(run.view.verdict, "needsDecision");
});
