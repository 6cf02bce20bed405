import assert from "node:assert/strict";
import { test } from "node:test";

import { Actor } from "../../src/actor/actor.ts";
import type { RunningChild } from "../../src/actor/child-spec.ts";
import { Supervisor } from "../../src/actor/supervisor.ts";
import { TurnQueue } from "../../src/actor/turn-queue.ts";
import { codeOf, Family, slowStart } from "./actor-family.ts";

// How everything ends in order (row 52).

const never = (): Promise<void> => new Promise(() => {});

/** A child that tells which phases it goes through. */
function talkative(family: Family, id: string): Partial<RunningChild> {
  return {
    stopAccepting: () => void family.log.push(`accepts no more: ${id}`),
    drain: () => void family.log.push(`drained: ${id}`),
    checkpoint: () => void family.log.push(`kept: ${id}`),
  };
}

test("given an idle family, when it is shut down, then that takes no time (row 52)", async () => {
  const report = await new Family().add("a").add("b").supervisor.shutdown();
  assert.deepEqual(report, { durationMs: 0, children: 2, problems: [], abandoned: [] });
});

test("given no children, when the supervisor is shut down, then that takes no time", async () => {
  assert.equal((await new Family().supervisor.shutdown()).durationMs, 0);
});

test("given children, when they are shut down, then they stop in reverse order (row 52)", async () => {
  const family = new Family().add("a").add("b").add("c");
  await family.supervisor.shutdown();
  assert.deepEqual(family.log.slice(3), ["-c", "-b", "-a"]);
});

test("given a dependant that is slow to stop, when they are shut down, then what it needs stops after it", async () => {
  const family = new Family().add("a");
  const stop = () => family.clock.sleep(1_000).then(() => void family.log.push("-b"));
  family.add("b", { dependsOn: ["a"], with: { stop } });
  const shutdown = family.supervisor.shutdown();
  await family.passes(1_000);
  await shutdown;
  assert.deepEqual(family.log.slice(2), ["-b", "-a"]);
});

test("given a child, when it is shut down, then it goes through all phases in order (row 52)", async () => {
  const family = new Family();
  await family.add("a", { with: talkative(family, "a") }).supervisor.shutdown();
  assert.deepEqual(family.log, ["+a", "accepts no more: a", "drained: a", "kept: a", "-a"]);
});

test("given a child that is slow to drain, when they are shut down, then no checkpoint is kept before it is done", async () => {
  const family = new Family();
  family.add("a", { with: talkative(family, "a") }).add("b", { with: { drain: () => family.clock.sleep(3_000) } });
  void family.supervisor.shutdown();
  await family.passes(2_999);
  assert.equal(family.log.includes("kept: a"), false);
});

test("given a shutdown, when it is asked for again, then there is one shutdown (row 52)", async () => {
  const { supervisor } = new Family().add("a");
  assert.equal(supervisor.shutdown(), supervisor.shutdown({ totalMs: 1 }));
});

test("given a shutdown under way, when it is asked for again, then no phase begins again (row 52)", async () => {
  const family = new Family().add("a", { with: { drain: () => family.clock.sleep(1_000) } });
  void family.supervisor.shutdown();
  await family.passes(500);
  void family.supervisor.shutdown();
  await family.passes(500);
  assert.deepEqual(
    family.events.flatMap((event) => (event.type === "phase" ? [event.phase] : [])),
    ["stopAccepting", "drain", "checkpoint", "stop"],
  );
});

test("given a shutdown under way, when a child is added, then that is refused", () => {
  const { supervisor } = new Family();
  void supervisor.shutdown();
  assert.equal(
    codeOf(supervisor.startChild({ id: "a", start: () => ({ ended: never(), stop: never }) })),
    "DRV_SUPERVISOR_STOPPING",
  );
});

test("given a child in back-off, when the supervisor is shut down, then it is not started again", async () => {
  const family = await new Family().add("a").fails("a");
  await family.supervisor.shutdown();
  await family.passes(60_000);
  assert.equal(family.starts("a"), 1);
});

test("given a child that takes time to start, when the supervisor is shut down, then its start is called off", async () => {
  const family = new Family();
  const slow = slowStart(family, "a");
  void family.add("a", { start: slow.start }).supervisor.shutdown();
  await family.passes(0);
  assert.equal(slow.signals[0]?.aborted, true);
});

test("given a checkpoint that takes 20 s, when they are shut down, then it is waited for (row 52)", async () => {
  const family = new Family().add("a", { with: { checkpoint: () => family.clock.sleep(20_000) } });
  const shutdown = family.supervisor.shutdown();
  await family.passes(20_000);
  assert.deepEqual((await shutdown).problems, []);
});

test("given a checkpoint that never ends, when 25 s are over, then the rest is stopped (row 52)", async () => {
  const family = new Family().add("a", { with: { checkpoint: never } });
  const shutdown = family.supervisor.shutdown();
  await family.passes(25_000);
  assert.equal((await shutdown).durationMs, 25_000);
});

test("given a checkpoint that never ends, when they are shut down, then the report names the child", async () => {
  const family = new Family().add("a", { with: { checkpoint: never } }).add("b");
  const shutdown = family.supervisor.shutdown();
  await family.passes(25_000);
  const { problems } = await shutdown;
  assert.deepEqual(
    problems.map(({ child, phase, error }) => [child, phase, error.code]),
    [["a", "checkpoint", "DRV_SUPERVISOR_PHASE_LATE"]],
  );
});

test("given a checkpoint that fails, when they are shut down, then the report says why and others are kept", async () => {
  const family = new Family().add("a", { with: { checkpoint: () => Promise.reject(new Error("disk full")) } });
  const { problems } = await family.add("b", { with: talkative(family, "b") }).supervisor.shutdown();
  assert.deepEqual(
    [problems.length, problems[0]?.error.message, family.log.includes("kept: b")],
    [1, 'Cannot checkpoint "a": disk full', true],
  );
});

test("given a checkpoint with a time limit, when that is up, then its signal aborts", async () => {
  const signals: AbortSignal[] = [];
  const checkpoint = (signal: AbortSignal): Promise<void> => (signals.push(signal), never());
  const family = new Family().add("a", { with: { checkpoint } });
  void family.supervisor.shutdown();
  await family.passes(25_000);
  assert.equal(signals[0]?.aborted, true);
});

test("given a child that never stops, when its time is up, then it is abandoned and reported (row 52)", async () => {
  const family = new Family().add("a").add("b", { with: { stop: never } });
  const shutdown = family.supervisor.shutdown();
  await family.passes(5_000);
  assert.deepEqual((await shutdown).abandoned, ["b"]);
});

test("given a sibling that is stuck in a restart, when they are shut down, then it is reported too", async () => {
  const family = new Family({ strategy: "oneForAll" }).add("a").add("b", { with: { stop: never } });
  await family.fails("a");
  const shutdown = family.supervisor.shutdown();
  await family.passes(5_000);
  assert.deepEqual((await shutdown).abandoned, ["b"]);
});

test("given children that never end anything, when they are shut down, then that takes 30 s (row 52)", async () => {
  const family = new Family().add("a", {
    with: { drain: never, checkpoint: never, stop: never },
    stopTimeoutMs: 60_000,
  });
  const shutdown = family.supervisor.shutdown();
  await family.passes(30_000);
  assert.equal((await shutdown).durationMs, 30_000);
});

test("given a child that fails while it drains, when they are shut down, then it is reported and not started", async () => {
  const family = new Family().add("a", { with: { drain: never } });
  const shutdown = family.supervisor.shutdown();
  await family.passes(0);
  await family.fails("a");
  const { problems } = await shutdown;
  assert.deepEqual([problems.map(({ phase }) => phase), family.starts("a")], [["drain"], 1]);
});

test("given an actor with waiting messages, when it is shut down, then they are handled first", async () => {
  const family = new Family();
  const heard: unknown[] = [];
  const turns = new TurnQueue(family.clock);
  const onCommand = (command: unknown): void => void heard.push(command);
  const actor = new Actor({ name: "actor", turns, handlers: { onCommand, queries: {} } });
  family.add("actor", { start: () => actor });
  actor.tell("a");
  await family.supervisor.shutdown();
  assert.deepEqual(heard, ["a"]);
});

test("given a supervisor of supervisors, when it is shut down, then the inner children go through all phases", async () => {
  const family = new Family();
  const inner = new Supervisor({ name: "inner", clock: family.clock });
  inner.startChild({ id: "x", start: () => family.instance("x", talkative(family, "x")) });
  await family.add("inner", { start: () => inner }).supervisor.shutdown();
  assert.deepEqual(family.log, ["+x", "accepts no more: x", "drained: x", "kept: x", "-x"]);
});

test("given a shorter time, when a child never ends anything, then the phases are shorter too", async () => {
  const family = new Family().add("a", { with: { drain: never, checkpoint: never, stop: never } });
  const shutdown = family.supervisor.shutdown({ totalMs: 3_000 });
  await family.passes(3_000);
  assert.equal((await shutdown).durationMs, 3_000);
});

test("given a shutdown, when it is over, then nobody is there, no timer is left, and that was no fault", async () => {
  const family = new Family().add("a").add("b");
  await family.supervisor.shutdown();
  assert.deepEqual(
    [family.supervisor.childCount, family.clock.pendingTimerCount, await family.supervisor.ended],
    [0, 0, undefined],
  );
});

test("given a supervisor in a block, when the block is left, then its children are stopped", async () => {
  const family = new Family().add("a");
  {
    await using _supervisor = family.supervisor;
  }
  assert.deepEqual(family.log, ["+a", "-a"]);
});
