import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RetryPolicy } from "../plan/compiled-plan.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";
import { isRetried, jitterDraw, retryDelayMs } from "./retry.ts";

const POLICY: RetryPolicy = { retries: 3, initialMs: 1_000, factor: 2, maxMs: 3_000, jitter: 0, on: "retryable" };

test("given factor 2, when retries follow each other, then delays double up to the maximum", () => {
  const delays = [1, 2, 3, 4].map((made) => retryDelayMs(POLICY, made, { draw: 0 }));
  assert.deepEqual(delays, [1_000, 2_000, 3_000, 3_000]);
});

test("given a maximum below the initial delay, when the first retry is due, then the maximum counts", () => {
  assert.equal(retryDelayMs({ ...POLICY, maxMs: 10 }, 1, { draw: 0 }), 10);
});

test("given no delay, when many retries follow each other, then there is none", () => {
  const never = { ...POLICY, initialMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
  assert.equal(retryDelayMs(never, 1_000, { draw: 0 }), 0);
});

test("given jitter, when a delay is drawn, then it is taken off", () => {
  assert.equal(retryDelayMs({ ...POLICY, jitter: 0.5 }, 1, { draw: 0.5 }), 750);
});

test("given any policy, when a delay is computed, then it is a whole number from 0 to the maximum", () => {
  const policy = fc.record({
    retries: fc.nat(1_000),
    initialMs: fc.nat(1_000_000),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    maxMs: fc.nat(100_000_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    on: fc.constantFrom("retryable", "any"),
  });
  const draw = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 1_000 }), draw, (some, made, drawn) => {
      const delayMs = retryDelayMs(some, made, { draw: drawn });
      return Number.isSafeInteger(delayMs) && delayMs >= 0 && delayMs <= some.maxMs;
    }),
  );
});

for (const [on, errorClass, isAgain] of [
  ["retryable", "retryable", true],
  ["retryable", "fatal", false],
  ["any", "retryable", true],
  ["any", "fatal", true],
] as const) {
  test(`given retries on ${on}, when the failure is ${errorClass}, then another attempt is made: ${isAgain}`, () => {
    assert.equal(isRetried({ ...POLICY, on }, failedOutcome({ errorClass }), 1), isAgain);
  });
}

test("given three retries, when four attempts were made, then there is no fifth", () => {
  const failure = failedOutcome();
  assert.deepEqual(
    [1, 2, 3, 4].map((made) => isRetried(POLICY, failure, made)),
    [true, true, true, false],
  );
});

test("given no policy, when an attempt fails, then it is not retried", () => {
  assert.equal(isRetried(undefined, failedOutcome(), 1), false);
});

test("given the same attempt, when jitter is drawn again, then it is the same and below 1", () => {
  const draw = jitterDraw(["run", "task", "host", 1, 1]);
  assert.equal(draw, jitterDraw(["run", "task", "host", 1, 1]));
  assert.notEqual(draw, jitterDraw(["run", "task", "host", 1, 2]));
  assert.ok(draw >= 0 && draw < 1);
});

test("given a delay with the failure, when it is retried, then that delay counts", () => {
  const run = givenRun(planFixture({ a: { policy: { retry: POLICY } } })).fails("a", { retryAfterMs: 60_000 });
  assert.deepEqual(
    run.eventsOf("retry.scheduled").map(({ at, dueMs }) => dueMs - at),
    [60_000],
  );
});

test("given several hosts, when one fails, then only that one is retried and its attempts are its own", () => {
  const plan = planFixture({ a: { target: "_all", policy: { retry: { ...POLICY, initialMs: 0 } } } });
  const run = givenRun(plan, { hosts: { _all: ["h1", "h2"] } })
    .fails("a@h1")
    .changes("a@h1")
    .changes("a@h2");
  assert.deepEqual(
    run.task("a").hostResults.map(({ attempts }) => attempts),
    [2, 1],
  );
});

test("given an executor that refuses twice, when attempts fail after it, then refusals cost no retries", () => {
  const run = givenRun(planFixture({ a: { policy: { retry: { ...POLICY, retries: 1, initialMs: 0 } } } }));
  for (let refusal = 0; refusal < 2; refusal++) {
    run.when({ type: "attemptNotStarted", ...run.attemptOf("a"), reason: "busy" }).untilDue();
  }
  run.fails("a");
  assert.equal(run.status("a"), "running");
  assert.equal(run.fails("a").status("a"), "failed");
});

test("given a retry that waits, when a sibling stops the run, then the last failure of the task counts", () => {
  const run = givenRun(planFixture({ a: { policy: { retry: POLICY } }, b: {} }))
    .fails("a")
    .fails("b");
  assert.equal(run.status("a"), "failed");
  assert.equal(run.view.phase, "finished");
});

test("given a refused unit that waits, when the run is cancelled, then it is cancelled", () => {
  const run = givenRun(planFixture({ a: {} }));
  run.when({ type: "attemptNotStarted", ...run.attemptOf("a"), reason: "busy" }).when({ type: "cancel" });
  assert.equal(run.status("a"), "cancelled");
});

test("given an attempt that ends as cancelled unasked, when it is judged, then it failed and may be retried", () => {
  const run = givenRun(planFixture({ a: {} })).isCancelled("a");
  assert.equal(run.task("a").error?.code, "DRV_TASK_CANCELLED_UNASKED");
});

test("given a retry that was due while there was no slot, when the clock goes back before there is one, then it is waited for again", () => {
  const retry = { retries: 1, initialMs: 1_000, factor: 2, maxMs: 5_000, jitter: 0, on: "retryable" } as const;
  const plan = planFixture({ a: { policy: { retry, priority: 1 } }, b: {}, c: {} }, { limits: { maxParallel: 1 } });
  const run = givenRun(plan).fails("a").after(1_000);
  run.nowMs -= 500;
  run.succeeds("b").succeeds("c");
  assert.equal(run.status("a"), "waiting");
  assert.equal(run.untilDue().dispatchOf("a").attempt, 2);
});
