import assert from "node:assert/strict";
import { test } from "node:test";

import { Actor } from "../../src/actor/actor.ts";
import type { ActorProtocol } from "../../src/actor/protocol.ts";
import { service } from "../../src/actor/service.ts";
import { Supervisor } from "../../src/actor/supervisor.ts";
import { TurnQueue } from "../../src/actor/turn-queue.ts";
import { codedError, DroverError } from "../../src/base/coded-error.ts";
import { codeOf, Family, NO_LIMIT, slowStart } from "./actor-family.ts";

// Row numbers refer to the feature table of the design: what each row promises is shown by at least one test.

const DISK_FULL = new DroverError([codedError("DRV_LOG_WRITE_FAILED", "Cannot write the log: no space left")]);

// Strategies

test("given three children one for one, when one fails, then it alone is started again (row 39)", async () => {
  const family = await new Family().add("a").add("b").add("c").fails("b");
  await family.passes(100);
  assert.deepEqual(family.log, ["+a", "+b", "+c", "+b"]);
});

test("given a thousand children one for one, when one fails, then no other one is touched", async () => {
  const family = new Family();
  for (let index = 0; index < 1_000; index++) family.add(`child ${index}`);
  await (await family.fails("child 500")).passes(100);
  assert.deepEqual(family.log.slice(1_000), ["+child 500"]);
});

test("given two children that fail together one for one, when time passes, then each is started again once", async () => {
  const family = new Family().add("a").add("b");
  await Promise.all([family.fails("a"), family.fails("b")]);
  await family.passes(100);
  assert.deepEqual([family.starts("a"), family.starts("b")], [2, 2]);
});

test("given three children one for all, when one fails, then all are started again once, in order (row 40)", async () => {
  const family = await new Family({ strategy: "oneForAll" }).add("a").add("b").add("c").fails("b");
  await family.passes(100);
  assert.deepEqual(family.log.slice(-3), ["+a", "+b", "+c"]);
});

test("given three children one for all, when one fails, then the others are stopped in reverse order (row 40)", async () => {
  const family = await new Family({ strategy: "oneForAll" }).add("a").add("b").add("c").fails("b");
  assert.deepEqual(family.log.slice(3), ["-c", "-a"]);
});

test("given children one for all, when one fails, then only its own restarts are counted", async () => {
  const family = await new Family({ strategy: "oneForAll" }).add("a").add("b").fails("a");
  await family.passes(100);
  assert.equal(family.supervisor.child("b")?.recentRestarts, 0);
});

test("given children one for all, when two fail before the restart, then all are started again once", async () => {
  const family = new Family({ strategy: "oneForAll" }).add("a").add("b").add("c");
  await Promise.all([family.fails("a"), family.fails("b")]);
  await family.passes(3_200);
  assert.deepEqual(family.log.slice(-3), ["+a", "+b", "+c"]);
});

test("given dependants rest for one, when a child fails, then they are started again after it (row 41)", async () => {
  const family = new Family({ strategy: "restForOne" })
    .add("a")
    .add("b", { dependsOn: ["a"] })
    .add("c");
  await (await family.fails("a")).passes(100);
  assert.deepEqual(family.log.slice(3), ["-b", "+a", "+b"]);
});

test("given dependants of dependants rest for one, when a child fails, then they are started again too (row 41)", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a");
  family.add("b", { dependsOn: ["a"] }).add("c", { dependsOn: ["b"] });
  await (await family.fails("a")).passes(100);
  assert.deepEqual(family.log.slice(3), ["-c", "-b", "+a", "+b", "+c"]);
});

test("given children rest for one, when a dependant fails, then what it depends on goes on (row 41)", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a").add("b", { dependsOn: ["a"] });
  await (await family.fails("b")).passes(100);
  assert.deepEqual(family.log, ["+a", "+b", "+b"]);
});

test("given ids with colons rest for one, when a child fails, then its dependants are found (row 41)", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a:b").add("c:d", { dependsOn: ["a:b"] });
  await (await family.fails("a:b")).passes(100);
  assert.equal(family.starts("c:d"), 2);
});

test("given dependants one for one, when what they depend on fails, then they go on", async () => {
  const family = new Family().add("a").add("b", { dependsOn: ["a"] });
  await (await family.fails("a")).passes(100);
  assert.equal(family.starts("b"), 1);
});

test("given a dependant in back-off rest for one, when its parent fails too, then both are started once more", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a").add("b", { dependsOn: ["a"] });
  await family.fails("b");
  await (await family.fails("a")).passes(3_200);
  assert.deepEqual(family.log.slice(2), ["+a", "+b"]);
});

// What leads to a restart

test("given a transient child, when it exits, then it is forgotten", async () => {
  const { supervisor } = await new Family().add("a").exits("a");
  assert.equal(supervisor.childCount, 0);
});

test("given a permanent child, when it exits, then it is started again", async () => {
  const family = await new Family().add("a", { restart: "permanent" }).exits("a");
  await family.passes(100);
  assert.equal(family.starts("a"), 2);
});

test("given a permanent child, when it exits, then no restart is counted (row 45)", async () => {
  const family = await new Family().add("a", { restart: "permanent" }).exits("a");
  await family.passes(100);
  assert.equal(family.supervisor.child("a")?.recentRestarts, 0);
});

test("given a temporary child, when it fails, then it is forgotten", async () => {
  const family = await new Family().add("a", { restart: "temporary" }).fails("a");
  await family.passes(3_200);
  assert.equal(family.supervisor.childCount, 0);
});

test("given a start that throws, when the child is added, then that is a fault of the child", () => {
  const family = new Family().add("a", { start: () => assert.fail("boom") });
  assert.equal(family.state("a"), "waiting");
});

test("given a start that rejects, when it does, then that is a fault of the child", async () => {
  const family = new Family().add("a", { start: () => Promise.reject(new Error("boom")) });
  await family.passes(0);
  assert.equal(family.state("a"), "waiting");
});

test("given a child that was started before, when it is started again, then its start is told how often", async () => {
  const starts: number[] = [];
  const family = new Family();
  family.add("a", { start: (context) => (starts.push(context.starts), family.instance("a")) });
  await (await family.fails("a")).passes(100);
  assert.deepEqual(starts, [0, 1]);
});

test("given a child that failed, when it has ended, then the signal of its instance has aborted", async () => {
  const signals: AbortSignal[] = [];
  const family = new Family();
  family.add("a", { start: ({ signal }) => (signals.push(signal), family.instance("a")) });
  await family.fails("a");
  assert.equal(signals[0]?.aborted, true);
});

// Giving up

test("given three restarts in a minute, when the child fails once more, then it is in quarantine (row 42)", async () => {
  const family = await new Family().add("a").failsAndRestarts("a", 4);
  assert.equal(family.state("a"), "quarantined");
});

test("given three restarts a minute ago, when the child fails once more, then it is started again (row 42)", async () => {
  const family = await new Family().add("a").failsAndRestarts("a", 3);
  await family.passes(60_000);
  await family.failsAndRestarts("a", 1);
  assert.equal(family.state("a"), "running");
});

test("given a child that always fails, when time passes, then it has run four times (row 46)", async () => {
  let runs = 0;
  const family = new Family().add("a", { start: () => assert.fail(`run ${++runs}`) });
  await family.passes(3_600_000);
  assert.equal(runs, 4);
});

test("given a child in quarantine, when it is shown, then its reason has what happened last", async () => {
  const { supervisor } = await new Family().add("a").failsAndRestarts("a", 4);
  assert.match(supervisor.child("a")?.reason?.cause?.message ?? "", /boom/);
});

test("given a child in quarantine, when a sibling works, then it goes on", async () => {
  const family = await new Family().add("a").add("b").failsAndRestarts("a", 4);
  assert.equal(family.state("b"), "running");
});

test("given a child in quarantine, when it is released, then it runs again with all of its restarts", async () => {
  const family = await new Family().add("a").failsAndRestarts("a", 4);
  family.supervisor.releaseChild("a");
  assert.deepEqual([family.state("a"), family.supervisor.child("a")?.recentRestarts], ["running", 0]);
});

test("given a running child, when it is to be released, then that is refused", () => {
  assert.equal(codeOf(new Family().add("a").supervisor.releaseChild("a")), "DRV_SUPERVISOR_CHILD_NOT_FOUND");
});

test("given a parent in quarantine rest for one, when its dependants are looked at, then they are held", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a").add("b", { dependsOn: ["a"] });
  await family.failsAndRestarts("a", 4);
  assert.equal(family.state("b"), "held");
});

test("given held dependants, when their parent is released, then they run again", async () => {
  const family = new Family({ strategy: "restForOne" }).add("a").add("b", { dependsOn: ["a"] });
  await family.failsAndRestarts("a", 4);
  family.supervisor.releaseChild("a");
  assert.equal(family.state("b"), "running");
});

test("given a child that escalates, when it is given up, then the supervisor ends with the reason", async () => {
  const family = await new Family().add("a", { whenExhausted: "escalate" }).failsAndRestarts("a", 4);
  assert.equal((await family.supervisor.ended)?.error.code, "DRV_SUPERVISOR_ESCALATED");
});

test("given a child that escalates, when it is given up, then its siblings are stopped", async () => {
  const family = new Family().add("b").add("a", { whenExhausted: "escalate" });
  await family.failsAndRestarts("a", 4);
  assert.equal(family.log.at(-1), "-b");
});

test("given a judge that gives up, when the child fails, then it is in quarantine at once", async () => {
  const family = await new Family({ judge: () => "giveUp" }).add("a").fails("a");
  assert.equal(family.state("a"), "quarantined");
});

test("given a judge that calls an error fatal, when a child has it, then the supervisor ends with it", async () => {
  const family = new Family({ judge: ({ code }) => (code === "DRV_LOG_WRITE_FAILED" ? "fatal" : "restart") });
  await family.add("a").add("b").fails("a", DISK_FULL);
  assert.equal((await family.supervisor.ended)?.error.code, "DRV_LOG_WRITE_FAILED");
});

test("given a judge that throws, when a child fails, then it is restarted", async () => {
  const family = await new Family({ judge: () => assert.fail("bad judge") }).add("a").fails("a");
  assert.equal(family.state("a"), "waiting");
});

// Adding and removing

test("given a child, when another one of its name is added, then that is refused", () => {
  const { supervisor } = new Family().add("a");
  assert.equal(codeOf(supervisor.startChild({ id: "a", start: unused })), "DRV_SUPERVISOR_CHILD_EXISTS");
});

for (const id of ["", "  ", "a\nb", "a\0b", "x".repeat(201), "x".repeat(10_000_000)]) {
  test(`given the odd id ${JSON.stringify(id.slice(0, 8))}, when a child has it, then it is refused shortly`, () => {
    const added = new Family().supervisor.startChild({ id, start: unused });
    assert.ok(codeOf(added) === "DRV_SUPERVISOR_CHILD_INVALID" && JSON.stringify(added).length < 1_000);
  });
}

for (const id of ["__proto__", "; rm -rf /", "--flag", "größer 漢字 🐑"]) {
  test(`given the odd id ${JSON.stringify(id)}, when a child has it, then it is a child like any other`, () => {
    assert.equal(new Family().add(id).state(id), "running");
  });
}

function unused(): never {
  return assert.fail("not started");
}

test("given an unknown dependency, when a child has it, then it is refused", () => {
  const added = new Family().supervisor.startChild({ id: "a", dependsOn: ["b"], start: unused });
  assert.equal(codeOf(added), "DRV_SUPERVISOR_CHILD_NOT_FOUND");
});

test("given a parent that takes time to start, when a dependant is added, then it is held until then", async () => {
  const family = new Family();
  const slow = slowStart(family, "a");
  family.add("a", { start: slow.start }).add("b", { dependsOn: ["a"] });
  slow.open();
  await family.passes(0);
  assert.deepEqual(family.log, ["+a", "+b"]);
});

test("given a chain of ten thousand dependants, when its first one starts, then all do", async () => {
  const family = new Family();
  const slow = slowStart(family, "0");
  family.add("0", { start: slow.start });
  for (let index = 1; index < 10_000; index++) family.add(String(index), { dependsOn: [String(index - 1)] });
  slow.open();
  await family.passes(0);
  assert.equal(family.log.length, 10_000);
});

test("given a running child, when it is stopped, then it is forgotten and not started again", async () => {
  const family = new Family().add("a", { restart: "permanent" });
  await family.supervisor.stopChild("a");
  await family.passes(3_200);
  assert.deepEqual([family.log, family.supervisor.childCount], [["+a", "-a"], 0]);
});

test("given a child in back-off, when it is stopped, then it is not started again", async () => {
  const family = await new Family().add("a").fails("a");
  await family.supervisor.stopChild("a");
  await family.passes(3_200);
  assert.equal(family.starts("a"), 1);
});

test("given a child that takes time to start, when it is stopped, then its start is called off", async () => {
  const family = new Family();
  const slow = slowStart(family, "a");
  family.add("a", { start: slow.start });
  void family.supervisor.stopChild("a");
  assert.equal(slow.signals[0]?.aborted, true);
});

test("given a start that comes through although it was called off, when it does, then the instance is stopped", async () => {
  const family = new Family();
  const slow = slowStart(family, "a");
  family.add("a", { start: slow.start });
  const stopped = family.supervisor.stopChild("a");
  slow.open();
  await stopped;
  assert.deepEqual(family.log, ["+a", "-a"]);
});

test("given a start that comes through although it was called off, when it does, then it is not told as started", async () => {
  const family = new Family();
  const slow = slowStart(family, "a");
  family.add("a", { start: slow.start });
  const stopped = family.supervisor.stopChild("a");
  slow.open();
  await stopped;
  assert.deepEqual(family.types("a"), ["stopped"]);
});

test("given a stopped child, when one of its name is added, then it starts", async () => {
  const family = new Family().add("a");
  await family.supervisor.stopChild("a");
  assert.equal(family.add("a").starts("a"), 2);
});

test("given a dependant, when what it depends on is to be stopped, then that is refused", async () => {
  const { supervisor } = new Family().add("a").add("b", { dependsOn: ["a"] });
  assert.equal(codeOf(await supervisor.stopChild("a")), "DRV_SUPERVISOR_CHILD_NEEDED");
});

test("given no such child, when it is to be stopped, then that is refused", async () => {
  assert.equal(codeOf(await new Family().supervisor.stopChild("a")), "DRV_SUPERVISOR_CHILD_NOT_FOUND");
});

test("given a child that does not stop, when its time is up, then it is in quarantine and not started twice", async () => {
  const family = new Family({ strategy: "oneForAll" })
    .add("a")
    .add("b", { with: { stop: () => new Promise(() => {}) } });
  await (await family.fails("a")).passes(10_000);
  assert.deepEqual([family.state("b"), family.starts("b")], ["quarantined", 1]);
});

// Trees, actors, services, events

test("given a supervisor of supervisors, when an inner one gives up, then it is made anew", async () => {
  const family = new Family();
  let made = 0;
  const inner = () => {
    made++;
    const supervisor = new Supervisor({ name: "inner", clock: family.clock });
    supervisor.startChild({ id: "x", whenExhausted: "escalate", start: () => assert.fail("boom") });
    return supervisor;
  };
  family.add("inner", { start: inner });
  await family.passes(800);
  assert.equal(made, 2);
});

test("given an actor as a child, when it faults, then a fresh one takes its place", async () => {
  const family = new Family();
  const turns = new TurnQueue(family.clock);
  const actors: Actor<ActorProtocol>[] = [];
  const handlers = { onCommand: () => assert.fail("boom"), queries: {} };
  family.add("actor", { start: () => (actors.push(new Actor({ name: "actor", turns, handlers })), last(actors)) });
  last(actors).tell("go");
  await family.passes(100);
  assert.deepEqual([actors.length, last(actors).isAccepting], [2, true]);
});

function last<Item>(items: readonly Item[]): Item {
  return items.at(-1) ?? assert.fail("there is one");
}

test("given a service, when it is stopped, then its signal aborts and its end is waited for", async () => {
  const family = new Family();
  const work = async (signal: AbortSignal): Promise<void> => {
    await family.clock.sleep(60_000, signal).catch(() => undefined);
    family.log.push("ended");
  };
  family.add("service", { start: service(work) });
  await family.supervisor.stopChild("service");
  assert.deepEqual(family.log, ["ended"]);
});

test("given a service, when it throws, then it is started again", async () => {
  let runs = 0;
  const family = new Family().add("service", { start: service(() => Promise.reject(new Error(`run ${++runs}`))) });
  await family.passes(100);
  assert.equal(runs, 2);
});

test("given a child that fails once, when it is watched, then its story is told in order", async () => {
  const family = await new Family().add("a").fails("a");
  await family.passes(100);
  assert.deepEqual(family.types("a"), ["started", "faulted", "restarting", "restarted"]);
});

test("given an observer that throws, when a child fails, then it is started again all the same", async () => {
  const family = await new Family({ observer: () => assert.fail("bad observer") }).add("a").fails("a");
  await family.passes(100);
  assert.equal(family.state("a"), "running");
});

test("given the same faults at the same times, when they happen twice, then the same is told", async () => {
  const told = async () => (await new Family(NO_LIMIT).add("a").add("b").failsAndRestarts("a", 7)).events;
  assert.deepEqual(JSON.stringify(await told()), JSON.stringify(await told()));
});
