import assert from "node:assert/strict";
import { test } from "node:test";

import { Supervisor } from "../../src/actor/supervisor.ts";
import { codeOf, Family, NO_LIMIT } from "./actor-family.ts";

// What becomes of a supervisor whose children fail more often than restarting can help (row 44).

test("given sixty failures in a minute, when the last one comes, then the supervisor ends for that reason (row 44)", async () => {
  const family = await new Family().fallsApart(60, 1_000);
  assert.equal((await family.supervisor.ended)?.error.code, "DRV_SUPERVISOR_MELTDOWN");
});

test("given sixty failures in a minute, when the last one comes, then all other children are stopped (row 44)", async () => {
  const family = await new Family().add("a").add("b").fallsApart(60, 1_000);
  assert.deepEqual(family.log.slice(-2), ["-b", "-a"]);
});

test("given sixty failures in a minute, when they come from one child, then the supervisor ends too (row 44)", async () => {
  const family = new Family({ ...NO_LIMIT, backOff: { firstMs: 100, maxMs: 900 } });
  family.add("a", { start: () => assert.fail("boom") });
  await family.passes(60_000);
  assert.equal((await family.supervisor.ended)?.error.code, "DRV_SUPERVISOR_MELTDOWN");
});

test("given fifty-nine failures in a minute, when it is over, then the supervisor goes on", async () => {
  const family = await new Family().fallsApart(59, 1_000);
  assert.equal(codeOf(family.supervisor.startChild({ id: "a", start: () => family.instance("a") })), undefined);
});

test("given failures a little slower than one a second, when they go on for long, then the supervisor goes on", async () => {
  const family = await new Family().fallsApart(300, 1_017);
  assert.equal(family.types().includes("meltdown"), false);
});

test("given half as many failures, when the thirtieth comes, then there is a warning (row 44)", async () => {
  const family = await new Family().fallsApart(30, 1_000);
  assert.deepEqual(family.types().filter((type) => type === "warning").length, 1);
});

test("given fewer than half as many failures, when a minute is over, then there is no warning", async () => {
  const family = await new Family().fallsApart(29, 2_000);
  assert.equal(family.types().includes("warning"), false);
});

test("given a warning, when failures go on at that rate, then it is not repeated", async () => {
  const family = await new Family().fallsApart(100, 1_900);
  assert.equal(family.types().filter((type) => type === "warning").length, 1);
});

test("given a warning and a calm minute, when failures are frequent again, then there is another warning", async () => {
  const family = await new Family().fallsApart(30, 1_000);
  await family.passes(60_000);
  await family.fallsApart(30, 1_000);
  assert.equal(family.types().filter((type) => type === "warning").length, 2);
});

test("given hundreds of normal exits in a minute, when it is over, then nothing is said of failures", async () => {
  const family = new Family();
  for (let index = 0; index < 300; index++) await family.add("a").exits("a");
  assert.deepEqual([...new Set(family.types())], ["started", "exited"]);
});

test("given a supervisor without a limit, when failures are frequent, then it goes on", async () => {
  const family = await new Family({ meltdown: "never" }).fallsApart(300, 10);
  assert.equal(family.types().includes("meltdown"), false);
});

test("given children that are given up at once, when many of them fail, then that is no meltdown", async () => {
  const family = new Family({ judge: () => "giveUp" });
  for (let index = 0; index < 100; index++) await family.add(`poisoned ${index}`).fails(`poisoned ${index}`);
  assert.equal(family.supervisor.childCount, 100);
});

test("given a limit of one's own, when failures reach it, then the supervisor ends", async () => {
  const meltdown = { failuresPerSecond: 3, warningPerSecond: 2, windowMs: 1_000 };
  const family = await new Family({ meltdown }).fallsApart(3, 100);
  assert.equal(family.types().at(-1), "ended");
});

test("given a meltdown, when a child is added, then that is refused", async () => {
  const family = await new Family().fallsApart(60, 1_000);
  const added = family.supervisor.startChild({ id: "a", start: () => family.instance("a") });
  assert.equal(codeOf(added), "DRV_SUPERVISOR_STOPPING");
});

test("given a meltdown, when it is over, then no child and no timer is left", async () => {
  const family = await new Family().add("a").fallsApart(60, 1_000);
  assert.deepEqual([family.supervisor.childCount, family.clock.pendingTimerCount], [0, 0]);
});

test("given a meltdown in an inner supervisor, when it ends, then the outer one counts one failure of it", async () => {
  const family = new Family();
  family.add("inner", {
    start: () => {
      const inner = new Supervisor({ name: "inner", clock: family.clock });
      for (let index = 0; index < 60; index++) {
        inner.startChild({ id: String(index), restart: "temporary", start: () => assert.fail("boom") });
      }
      return inner;
    },
  });
  await family.passes(0);
  assert.deepEqual(family.types(), ["started", "faulted", "restarting"]);
});
