import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupItem, GroupKeys } from "../plan/compiled-plan.ts";
import { planFixture, VALUE_FUNCTION_FIXTURE } from "../testing/plan-fixture.ts";
import { givenRun } from "../testing/run-specification.ts";
import { itemOf } from "./task-access.ts";

const RESULT: GroupKeys = { kind: "result", task: "list", path: ["hosts"] };
const FUNCTION: GroupKeys = { kind: "function", list: VALUE_FUNCTION_FIXTURE };
const GO_ON = { policy: { afterFailure: "continueRun" } } as const;

test("given the single key that is empty, when the group expands, then names have no brackets", () => {
  const run = givenRun(planFixture({ sub: { group: { keys: [""], tasks: { a: {} } } } }));
  assert.deepEqual(run.running, ["sub.a"]);
});

test("given a group without items, when it starts, then it is unchanged and what follows runs", () => {
  const run = givenRun(planFixture({ each: { group: { keys: [], tasks: { a: {} } } }, next: { after: ["each"] } }));
  assert.equal(run.status("each"), "unchanged");
  assert.deepEqual(run.running, ["next"]);
});

test("given a group without tasks, when it starts, then it is unchanged", () => {
  assert.equal(givenRun(planFixture({ each: { group: { keys: ["x"], tasks: {} } } })).status("each"), "unchanged");
});

test("given edges inside a group, when it runs, then each copy follows them by itself", () => {
  const group = { keys: ["x", "y"], tasks: { a: {}, b: { after: ["a"] } } };
  const run = givenRun(planFixture({ each: { group } })).succeeds("each[y].a");
  assert.deepEqual(run.running, ["each[x].a", "each[y].b"]);
});

test("given a list in a result, when the group starts, then its texts, numbers and names are the keys", () => {
  const group = { keys: RESULT, tasks: { a: {} } };
  const run = givenRun(planFixture({ list: {}, each: { after: ["list"], group } }));
  run.succeeds("list", { hosts: ["web", 7, { name: "db" }] });
  assert.deepEqual(run.running, ["each[web].a", "each[7].a", "each[db].a"]);
  assert.deepEqual(itemOf(run.state, run.index("each[db].a")), { key: "db", value: { name: "db" } });
});

test("given a list in the result of one host, when the group starts, then it is found", () => {
  const group = { keys: RESULT, tasks: { a: {} } };
  const run = givenRun(planFixture({ list: { target: "h" }, each: { after: ["list"], group } }), {
    hosts: { h: ["h"] },
  });
  run.succeeds("list", { hosts: ["web"] });
  assert.deepEqual(run.running, ["each[web].a"]);
});

for (const [problem, data] of [
  ["no list", { hosts: "web" }],
  ["nothing at the path", {}],
  ["a key twice", { hosts: ["a", "a"] }],
  ["__proto__ as the path of nothing", { __proto__: { hosts: ["a"] } }],
] as const) {
  test(`given a result with ${problem}, when the group starts, then it fails and says so`, () => {
    const group = { keys: RESULT, tasks: { a: {} } };
    const run = givenRun(planFixture({ list: {}, each: { after: ["list"], group } })).succeeds("list", data);
    assert.equal(run.task("each").error?.code, "DRV_TASK_GROUP_KEYS_INVALID");
  });
}

test("given __proto__ as a key, when the group starts, then it is a key like any other", () => {
  const group = { keys: RESULT, tasks: { a: {} } };
  const run = givenRun(planFixture({ list: {}, each: { after: ["list"], group } }));
  run.succeeds("list", { hosts: ["__proto__"] });
  assert.deepEqual(run.running, ["each[__proto__].a"]);
});

test("given more items than a run may have tasks, when the group starts, then it fails before anything is made", () => {
  const keys: GroupItem[] = Array.from({ length: 3_000 }, (_, index) => ({ key: `k${index}`, value: index }));
  const tasks = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`t${index}`, {}]));
  const run = givenRun(planFixture({ each: { group: { keys: { kind: "fixed", items: keys }, tasks } } }));
  assert.equal(run.task("each").error?.code, "DRV_TASK_GROUP_TOO_LARGE");
  assert.equal(run.view.taskCount, 1);
});

test("given keys from a function, when the group is reached, then the world is asked and its items are used", () => {
  const run = givenRun(planFixture({ each: { group: { keys: FUNCTION, tasks: { a: {} } } } }));
  assert.equal(run.needs("each").keys, true);
  run.evaluates("each", { keys: [{ key: "one", value: { port: 1 } }] });
  assert.deepEqual(itemOf(run.state, run.index("each[one].a"))?.value, { port: 1 });
});

test("given groups in groups, when they expand, then names and items are those of the whole way", () => {
  const inner = { after: ["a"], group: { keys: ["1", "2"], tasks: { p: {} } } };
  const run = givenRun(
    planFixture({ each: { group: { keys: ["x"], tasks: { a: {}, inner, z: { after: ["inner"] } } } } }),
  );
  run.succeeds("each[x].a");
  assert.deepEqual(run.running, ["each[x].inner[1].p", "each[x].inner[2].p"]);
  run.changes("each[x].inner[1].p").succeeds("each[x].inner[2].p");
  assert.deepEqual(run.running, ["each[x].z"]);
  run.succeeds("each[x].z");
  assert.equal(run.status("each"), "changed");
  assert.equal(run.status("each[x].inner"), "changed");
});

test("given a list in a result inside a group, when an inner group uses it, then it is the one of its own copy", () => {
  const keys: GroupKeys = { kind: "result", task: "list", path: [] };
  const tasks = { list: {}, inner: { after: ["list"], group: { keys, tasks: { p: {} } } } };
  const run = givenRun(planFixture({ each: { group: { keys: ["x", "y"], tasks } } }));
  run.succeeds("each[x].list", ["1"]).succeeds("each[y].list", ["2", "3"]);
  assert.deepEqual(run.running, ["each[x].inner[1].p", "each[y].inner[2].p", "each[y].inner[3].p"]);
});

test("given a task of a group that fails with stopAll, when it does, then the run stops and the group has failed", () => {
  const run = givenRun(planFixture({ each: { group: { keys: ["x", "y"], tasks: { a: {} } } }, other: {} }));
  run.fails("each[x].a");
  assert.deepEqual(run.cancelling, ["abort other", "abort each[y].a"]);
  run.isCancelled("other").isCancelled("each[y].a");
  assert.equal(run.task("each").error?.code, "DRV_TASK_GROUP_FAILED");
});

test("given a failure branch of a group, when a task inside stops the run, then the branch runs", () => {
  const group = { keys: ["x"], tasks: { a: {}, b: { after: ["a"] } } };
  const run = givenRun(planFixture({ each: { group }, alarm: { after: ["each failure"] } })).fails("each[x].a");
  assert.equal(run.status("each"), "failed");
  assert.deepEqual(run.running, ["alarm"]);
});

test("given a failure branch of an outer group, when a task of an inner one stops the run, then the branch runs", () => {
  const inner = { group: { keys: ["1"], tasks: { p: {}, q: { after: ["p"] } } } };
  const plan = planFixture({ each: { group: { keys: ["x"], tasks: { inner } } }, alarm: { after: ["each failure"] } });
  assert.deepEqual(givenRun(plan).fails("each[x].inner[1].p").running, ["alarm"]);
});

test("given a failure branch inside a group, when its trigger stops the run, then it runs before the group ends", () => {
  const group = { keys: ["x"], tasks: { a: {}, fix: { after: ["a failure"] } } };
  const run = givenRun(planFixture({ each: { group } })).fails("each[x].a");
  assert.deepEqual(run.running, ["each[x].fix"]);
  assert.equal(run.status("each"), "running");
});

test("given a group as a failure branch, when the run stops, then its tasks run", () => {
  const cleanup = { after: ["a failure"], group: { keys: ["x", "y"], tasks: { p: {}, q: { after: ["p"] } } } };
  const run = givenRun(planFixture({ a: {}, cleanup })).fails("a");
  assert.deepEqual(run.running, ["cleanup[x].p", "cleanup[y].p"]);
  run.runsToEnd();
  assert.equal(run.status("cleanup"), "unchanged");
});

test("given continueRun inside a group, when a task fails, then the group fails by its own strategy when the rest has ended", () => {
  const run = givenRun(
    planFixture({ each: { ...GO_ON, group: { keys: ["x", "y"], tasks: { a: GO_ON } } }, next: { after: ["each"] } }),
  );
  run.fails("each[x].a");
  assert.equal(run.status("each"), "running");
  run.changes("each[y].a");
  assert.equal(run.status("each"), "failed");
  assert.equal(run.task("each").isChanged, true);
  assert.equal(run.task("next").skipCause, "dependencyFailed");
});

test("given a tolerated group, when a task inside fails, then neither stops the run", () => {
  const run = givenRun(
    planFixture({ each: { policy: { isTolerated: true }, group: { keys: ["x"], tasks: { a: {} } } }, b: {} }),
  );
  run.fails("each[x].a").succeeds("b");
  assert.equal(run.view.verdict, "succeeded");
});

test("given a tolerated task inside a group, when it fails, then the group does not", () => {
  const tasks = { a: { policy: { isTolerated: true } } };
  const run = givenRun(planFixture({ each: { group: { keys: ["x"], tasks } } })).fails("each[x].a");
  assert.equal(run.status("each"), "unchanged");
});

test("given a cancelled run, when tasks of a group are told to end, then the group is cancelled", () => {
  const run = givenRun(planFixture({ each: { group: { keys: ["x"], tasks: { a: {}, b: { after: ["a"] } } } } }));
  run.when({ type: "cancel" }).isCancelled("each[x].a");
  assert.equal(run.status("each"), "cancelled");
});

test("given tasks of groups, when slots are short, then their priority counts like that of any task", () => {
  const tasks = { a: {}, urgent: { policy: { priority: 3 } } };
  const plan = planFixture({ each: { group: { keys: ["x"], tasks } } }, { limits: { maxParallel: 1 } });
  assert.deepEqual(givenRun(plan).running, ["each[x].urgent"]);
});

test("given targets inside groups, when the run starts without their hosts, then it is refused", () => {
  const plan = planFixture({ each: { group: { keys: ["x"], tasks: { a: { target: "web1" } } } } });
  assert.throws(() => givenRun(plan), /DRV_RUN_HOSTS_MISSING/);
});
