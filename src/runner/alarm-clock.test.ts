import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeClock } from "../testing/fake-clock.ts";
import { AlarmClock } from "./alarm-clock.ts";

const HOUR_MS = 3_600_000;

test("given alarms, when time passes, then each rings once, at its time, in the order of their times", async () => {
  const clock = new FakeClock(0);
  const rung: string[] = [];
  using alarms = new AlarmClock<string>(clock, (key) => rung.push(`${key} at ${clock.nowMs()}`));
  alarms.set("b", 200);
  alarms.set("a", 100);
  alarms.set("c", 300);
  assert.equal(clock.pendingTimerCount, 1, "One timer wakes all");
  await clock.advance(250);
  assert.deepEqual(rung, ["a at 100", "b at 200"]);
  assert.equal(alarms.size, 1);
  await clock.advance(HOUR_MS);
  assert.deepEqual(rung, ["a at 100", "b at 200", "c at 300"]);
  assert.equal(clock.pendingTimerCount, 0);
});

test("given an alarm that is set anew or cleared, when its old time comes, then it is silent", async () => {
  const clock = new FakeClock(0);
  const rung: string[] = [];
  using alarms = new AlarmClock<string>(clock, (key) => rung.push(key));
  alarms.set("moved", 100);
  alarms.set("moved", 500);
  alarms.set("cleared", 100);
  alarms.clear("cleared");
  alarms.clear("never set");
  await clock.advance(400);
  assert.deepEqual(rung, []);
  await clock.advance(200);
  assert.deepEqual(rung, ["moved"]);
});

test("given an alarm whose ringing sets it again, when time passes, then it rings again and others are not forgotten", async () => {
  const clock = new FakeClock(0);
  const rung: string[] = [];
  using alarms = new AlarmClock<string>(clock, (key) => {
    rung.push(key);
    if (rung.length < 3) alarms.set("again", clock.nowMs() + 10);
  });
  alarms.set("again", 10);
  alarms.set("other", 25);
  await clock.advance(100);
  assert.deepEqual(rung, ["again", "again", "other", "again"]);
});

for (const byMs of [HOUR_MS, -HOUR_MS]) {
  test(`given an alarm, when the wall clock jumps by ${byMs} ms, then it rings by the new time`, async () => {
    const clock = new FakeClock(10 * HOUR_MS);
    const rung: number[] = [];
    using alarms = new AlarmClock<string>(clock, () => rung.push(clock.nowMs()));
    const dueMs = clock.nowMs() + 2 * HOUR_MS;
    alarms.set("a", dueMs);
    clock.jumpWallClock(byMs);
    await clock.advance(4 * HOUR_MS);
    assert.equal(rung.length, 1);
    assert.ok((rung[0] ?? 0) >= dueMs, "Never before its time");
    assert.ok((rung[0] ?? 0) <= dueMs + HOUR_MS, "Not long after it");
  });
}

test("given any alarms set and cleared, when time has passed, then exactly those that are left have rung, by time", async () => {
  const step = fc.record({ key: fc.nat(8), dueMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new FakeClock(0);
      const rung: number[] = [];
      using alarms = new AlarmClock<number>(clock, (key) => rung.push(key));
      const wanted = new Map<number, number>();
      for (const { key, dueMs } of steps) {
        if (dueMs === undefined) {
          alarms.clear(key);
          wanted.delete(key);
        } else {
          alarms.set(key, dueMs);
          wanted.set(key, dueMs);
        }
      }
      await clock.advance(60);
      assert.deepEqual(
        rung.map((key) => wanted.get(key) ?? -1),
        [...wanted.values()].sort((one, other) => one - other),
      );
    }),
    { numRuns: 100 },
  );
});
