import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "./fake-clock.ts";
import { SeededRandom } from "./seeded-random.ts";

test("given timers in any order, when time passes, then they fire by deadline and then by age", async () => {
  const clock = new FakeClock(1_000);
  const fired: string[] = [];
  const note = (name: string) => (): void => void fired.push(`${name}@${clock.monotonicMs()}`);
  clock.setTimer(30, note("late"));
  clock.setTimer(10, note("first"));
  clock.setTimer(10, note("second"));
  clock.setTimer(20, note("disposed"))[Symbol.dispose]();
  await clock.advance(9);
  assert.deepEqual(fired, []);
  await clock.advance(21);
  assert.deepEqual(fired, ["first@10", "second@10", "late@30"]);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs(), clock.pendingTimerCount], [1_030, 30, 0]);
});

test("given a chain of sleeps, when time passes at once, then every link gets its turn at its time", async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const chain = (async () => {
    for (let count = 0; count < 5; count++) {
      await clock.sleep(100);
      times.push(clock.monotonicMs());
    }
  })();
  await clock.advance(1_000);
  await chain;
  assert.deepEqual(times, [100, 200, 300, 400, 500]);
});

test("given pending timers, when run until idle, then all time they need has passed", async () => {
  const clock = new FakeClock();
  const slept = clock.sleep(3_600_000).then(() => clock.sleep(1));
  assert.equal(await clock.runUntilIdle(), 3_600_001);
  await slept;
});

test("given a sleep, when its signal aborts, then it rejects with the reason and leaves no timer", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const slept = clock.sleep(100, stop.signal);
  stop.abort(new Error("woken"));
  await assert.rejects(slept, /woken/);
  await assert.rejects(clock.sleep(100, stop.signal), /woken/);
  assert.equal(clock.pendingTimerCount, 0);
});

test("given a wall clock that jumps, when deadlines are measured, then they do not move", async () => {
  const clock = new FakeClock(5_000);
  let isFired = false;
  clock.setTimer(10, () => (isFired = true));
  clock.jumpWallClock(-100_000);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [-95_000, 0]);
  await clock.advance(10);
  assert.ok(isFired);
});

test("given a seed, when drawn from, then the numbers are the same again and evenly spread", () => {
  const draw = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 20_000 }, () => random.integer(10));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  const counts = new Map<number, number>();
  for (const number of draw(1)) counts.set(number, (counts.get(number) ?? 0) + 1);
  assert.equal(counts.size, 10);
  for (const count of counts.values()) assert.ok(count > 1_800 && count < 2_200);
  assert.equal(new SeededRandom(1).bytes(16).length, 16);
});
