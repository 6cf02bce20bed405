import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock, systemRandom } from "./system.ts";

test("given a timer, when it is disposed, then it never fires; else it fires once", async () => {
  let firedCount = 0;
  systemClock.setTimer(0, () => firedCount++)[Symbol.dispose]();
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.setTimer(1, () => {
    firedCount++;
    resolve();
  });
  await promise;
  assert.equal(firedCount, 1);
});

test("given a delay longer than one timer of Node can wait, when set, then it does not fire at once", async () => {
  let isFired = false;
  using _timer = systemClock.setTimer(2 ** 40, () => (isFired = true));
  await systemClock.sleep(2);
  assert.equal(isFired, false);
});

test("given a sleep, when its signal aborts, then it rejects with the reason, also when it had aborted before", async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(60_000, stop.signal);
  stop.abort(new Error("woken"));
  await assert.rejects(slept, /woken/);
  await assert.rejects(systemClock.sleep(60_000, stop.signal), /woken/);
});

test("given the clock and randomness, when asked twice, then time does not go back and bytes differ", () => {
  const first = systemClock.monotonicMs();
  assert.ok(systemClock.monotonicMs() >= first);
  assert.ok(Math.abs(systemClock.nowMs() - Date.now()) < 1_000);
  assert.notDeepEqual(systemRandom.bytes(16), systemRandom.bytes(16));
  assert.equal(systemRandom.bytes(5).length, 5);
});
