import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../testing/fake-clock.ts";
import { DueTimer } from "./due-timer.ts";

const HOUR_MS = 3_600_000;

test("given a wall clock that jumps past the instant, when a minute has passed, then the timer has fired", async () => {
  const clock = new FakeClock();
  let fired = 0;
  using timer = new DueTimer(clock, () => (fired += 1));
  timer.arm(clock.nowMs() + 8 * HOUR_MS);
  await clock.advance(HOUR_MS);
  clock.jumpWallClock(10 * HOUR_MS);
  assert.equal(fired, 0);
  await clock.advance(60_000);
  assert.equal(fired, 1);
  assert.equal(timer.isArmed, false);
});

test("given a wall clock that jumps back, when the delay has passed, then the timer fires at the instant and not before", async () => {
  const clock = new FakeClock();
  let firedAtMs = 0;
  using timer = new DueTimer(clock, () => (firedAtMs = clock.nowMs()));
  const dueMs = clock.nowMs() + 10_000;
  timer.arm(dueMs);
  clock.jumpWallClock(-HOUR_MS);
  await clock.advance(10_000);
  assert.equal(firedAtMs, 0);
  await clock.advance(HOUR_MS);
  assert.equal(firedAtMs, dueMs);
});

test("given a timer that is disposed, when its instant comes, then nothing fires and nothing ticks", async () => {
  const clock = new FakeClock();
  const timer = new DueTimer(clock, () => assert.fail("it was disposed"));
  timer.arm(clock.nowMs() + HOUR_MS);
  await clock.advance(120_000);
  timer[Symbol.dispose]();
  assert.equal(clock.pendingTimerCount, 0);
});
