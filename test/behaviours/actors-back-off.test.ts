import assert from "node:assert/strict";
import { test } from "node:test";

import { Family, NO_LIMIT } from "./actor-family.ts";

// How long a child that failed waits before it is started again (row 43).

test("given a child that keeps failing, when it waits, then each time twice as long, up to 3.2 s (row 43)", async () => {
  const family = await new Family(NO_LIMIT).add("a").failsAndRestarts("a", 8);
  assert.deepEqual(family.delays, [100, 200, 400, 800, 1_600, 3_200, 3_200, 3_200]);
});

test("given a child that failed, when its back-off is not over, then it is not started", async () => {
  const family = await new Family().add("a").fails("a");
  await family.passes(99);
  assert.equal(family.starts("a"), 1);
});

test("given a child that failed, when its back-off is over, then it is started at that moment", async () => {
  const family = await new Family().add("a").fails("a");
  await family.passes(100);
  assert.equal(family.starts("a"), 2);
});

test("given a child that ran well for a minute, when it fails, then its back-off is the first again", async () => {
  const family = await new Family().add("a").failsAndRestarts("a", 3);
  await family.passes(60_000);
  await family.fails("a");
  assert.equal(family.delays.at(-1), 100);
});

test("given a restart less than a minute ago, when the child fails, then its back-off is the second", async () => {
  const family = await new Family().add("a").fails("a");
  await family.passes(59_999);
  await family.fails("a");
  assert.deepEqual(family.delays, [100, 200]);
});

test("given a child with a long back-off, when another one fails, then that one has a back-off of its own", async () => {
  const family = await new Family(NO_LIMIT).add("a").add("b").failsAndRestarts("a", 5);
  await family.fails("b");
  assert.equal(family.delays.at(-1), 100);
});

test("given a start that fails, when it fails again, then the back-off grows as for any other fault", async () => {
  const family = new Family().add("a", { start: () => assert.fail("boom") });
  await family.passes(10_000);
  assert.deepEqual(family.delays, [100, 200, 400]);
});

test("given a permanent child that exits at once, when it does so again and again, then it waits each time", async () => {
  const family = new Family();
  family.add("a", { restart: "permanent", start: () => ({ ...family.instance("a"), ended: Promise.resolve() }) });
  await family.passes(1_000);
  assert.equal(family.starts("a"), 11);
});

test("given children one for all, when one fails, then all wait for its back-off", async () => {
  const family = await new Family({ strategy: "oneForAll" }).add("a").add("b").fails("a");
  await family.passes(99);
  assert.deepEqual([family.state("a"), family.state("b")], ["waiting", "waiting"]);
});

test("given a sibling that is slow to stop one for all, when it has stopped, then the back-off begins", async () => {
  const family = new Family({ strategy: "oneForAll" }).add("a");
  family.add("b", { with: { stop: () => family.clock.sleep(1_000) } });
  await (await family.fails("a")).passes(1_099);
  assert.equal(family.starts("a"), 1);
});

test("given a child in back-off, when the wall clock jumps, then it waits as long as before", async () => {
  const family = await new Family().add("a").fails("a");
  family.clock.jumpWallClock(-86_400_000);
  await family.passes(100);
  assert.equal(family.starts("a"), 2);
});

test("given restarts in the window, when the wall clock jumps ahead, then they still count", async () => {
  const family = await new Family().add("a").failsAndRestarts("a", 3);
  family.clock.jumpWallClock(86_400_000);
  await family.fails("a");
  assert.equal(family.state("a"), "quarantined");
});

test("given a back-off of one's own, when a child keeps failing, then it is kept to", async () => {
  const family = await new Family({ ...NO_LIMIT, backOff: { firstMs: 5, maxMs: 12 } })
    .add("a")
    .failsAndRestarts("a", 4);
  assert.deepEqual(family.delays, [5, 10, 12, 12]);
});

test("given a child in back-off, when the supervisor stops, then no timer is left", async () => {
  const family = await new Family().add("a").fails("a");
  await family.supervisor.stop();
  assert.equal(family.clock.pendingTimerCount, 0);
});
