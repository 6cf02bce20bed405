import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompiledPlan, GroupItem, GroupKeys } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { givenRun } from "../testing/run-specification.ts";
import { itemOf, taskOf } from "./task-access.ts";

// RunSpecification replays the log after every event: it must fold to the same state and owe the same effects.

type Tasks = Readonly<Record<string, TaskFixture>>;

const UNDO = { hasUndo: true } as const;

/** Keys with a body each. */
function bodies(items: Readonly<Record<string, Tasks>>): GroupKeys {
  return {
    kind: "fixed",
    items: Object.entries(items).map(([key, tasks]): GroupItem => ({ key, value: key, plan: planFixture(tasks) })),
  };
}

/** A group `each` whose copies have these bodies; its own body is that of none of them. */
function each(items: Readonly<Record<string, Tasks>>): TaskFixture {
  return { group: { tasks: { own: {} }, keys: bodies(items) } };
}

test("given a body for each item, when the group expands, then every copy has the tasks of its own", () => {
  const run = givenRun(planFixture({ each: each({ x: { a: {}, b: { after: ["a"] } }, y: { c: {} }, z: { a: {} } }) }));
  assert.deepEqual(run.running, ["each[x].a", "each[y].c", "each[z].a"]);
  run.changes("each[x].a").succeeds("each[x].b").succeeds("each[y].c");
  assert.equal(run.status("each"), "running");
  assert.equal(run.succeeds("each[z].a").status("each"), "changed");
  assert.equal(run.view.taskCount, 5);
});

test("given bodies with other operations, when their tasks are looked up, then each finds its own", () => {
  const operation = (name: string): Tasks => ({ t: { target: "h", operation: { name } } });
  const plan = planFixture({ each: each({ x: operation("op.x"), y: operation("op.y") }) });
  const run = givenRun(plan, { hosts: { h: ["h"] } });
  const names = ["x", "y"].map((key) => {
    const { body } = taskOf(run.state, run.index(`each[${key}].t`));
    return body.kind === "operation" ? body.operation : body.kind;
  });
  assert.deepEqual(names, ["op.x", "op.y"]);
});

test("given items with and without a body, when the group expands, then those without have that of the group", () => {
  const keys: GroupKeys = {
    kind: "fixed",
    items: [
      { key: "x", value: 1 },
      { key: "y", value: 2, plan: planFixture({ other: {} }) },
      { key: "z", value: 3 },
    ],
  };
  const run = givenRun(planFixture({ each: { group: { tasks: { own: {} }, keys } } }));
  assert.deepEqual(run.running, ["each[x].own", "each[y].other", "each[z].own"]);
  assert.equal(itemOf(run.state, run.index("each[z].own"))?.value, 3);
});

test("given neighbouring items with one body, when the group expands, then they share a block", () => {
  const plan = planFixture({ a: {} });
  const items = ["p", "q", "r"].map((key): GroupItem => ({ key, value: key, plan }));
  const keys: GroupKeys = {
    kind: "fixed",
    items: [...items, { key: "s", value: "s", plan: planFixture({ b: {} }) }],
  };
  const run = givenRun(planFixture({ each: { group: { tasks: {}, keys } } }));
  assert.deepEqual(
    run.state.blocks.map(({ base, items: copies }) => [base, copies.length]),
    [
      [1, 3],
      [4, 1],
    ],
  );
});

test("given items whose bodies have no tasks, when the group expands, then the others run", () => {
  const run = givenRun(planFixture({ each: each({ x: {}, y: { a: {} }, z: {} }) }));
  assert.deepEqual(run.running, ["each[y].a"]);
  assert.equal(run.succeeds("each[y].a").status("each"), "unchanged");
});

test("given only bodies without tasks, when the group starts, then it is unchanged", () => {
  assert.equal(givenRun(planFixture({ each: each({ x: {}, y: {} }) })).status("each"), "unchanged");
});

test("given groups inside bodies, when they expand, then each inner copy is that of its item", () => {
  const plan = planFixture({
    each: each({ x: { in: each({ 1: { p: {} }, 2: { q: {} } }) }, y: { in: each({ 1: { r: {} } }), s: {} } }),
  });
  const run = givenRun(plan);
  assert.deepEqual(run.running.toSorted(), ["each[x].in[1].p", "each[x].in[2].q", "each[y].in[1].r", "each[y].s"]);
  run.runsToEnd();
  assert.equal(run.status("each"), "unchanged");
});

test("given bodies of different length, when tasks fail, then the group names how many of all of them", () => {
  const goOn = { policy: { afterFailure: "continueRun" } } as const;
  const run = givenRun(
    planFixture({ each: { ...each({ x: { a: goOn, b: { after: ["a"] } }, y: { c: goOn } }), ...goOn } }),
  );
  run.succeeds("each[x].a").succeeds("each[x].b").fails("each[y].c");
  const { error, isChanged } = run.task("each");
  assert.match(error?.message ?? "", /1 of 3 tasks failed/);
  assert.equal(error?.cause?.code, "DRV_TASK_FUNCTION_FAILED");
  assert.equal(isChanged, false);
});

test("given a failure in one body, when the run stops, then the tasks of the others are cancelled or not run", () => {
  const run = givenRun(planFixture({ each: each({ x: { a: {} }, y: { b: {}, c: { after: ["b"] } } }) }));
  run.fails("each[x].a").isCancelled("each[y].b");
  assert.deepEqual([run.status("each[y].b"), run.status("each[y].c")], ["cancelled", "notRun"]);
  assert.equal(run.view.verdict, "failed");
});

test("given a group whose time is up, when its copies differ, then all of them are stopped", () => {
  const group = { ...each({ x: { a: {} }, y: { b: {}, c: { after: ["b"] } } }), policy: { totalTimeoutMs: 100 } };
  const run = givenRun(planFixture({ each: group })).after(100);
  assert.deepEqual(run.cancelling, ["abort each[x].a", "abort each[y].b"]);
  run.isCancelled("each[x].a").isCancelled("each[y].b");
  assert.equal(run.task("each").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
  assert.equal(run.status("each[y].c"), "notRun");
});

test("given bodies with undos, when the run fails, then every copy is undone by its own", () => {
  const group = each({ x: { a: UNDO, b: { after: ["a"], ...UNDO } }, y: { c: UNDO } });
  const run = givenRun(planFixture({ each: group, boom: { after: ["each"] } }, { rollback: "onFailure" }));
  for (const place of ["each[x].a", "each[x].b", "each[y].c"]) run.changes(place);
  run.fails("boom");
  assert.deepEqual(run.undoing, ["each[x].b", "each[y].c"]);
  run.undoEnds("each[x].b").undoEnds("each[y].c");
  assert.deepEqual(run.undoing, ["each[x].a"]);
  assert.equal(run.undoEnds("each[x].a").view.verdict, "rolledBack");
});

test("given a target only in a later body, when the run starts without its hosts, then it is refused", () => {
  const plan = planFixture({ each: each({ x: { t: { target: "h1" } }, y: { t: { target: "h2" } } }) });
  assert.throws(() => givenRun(plan, { hosts: { h1: ["h1"] } }), /DRV_RUN_HOSTS_MISSING.*"h2"/);
  assert.deepEqual(givenRun(plan, { hosts: { h1: ["h1"], h2: ["h2"] } }).running, ["each[x].t@h1", "each[y].t@h2"]);
});

test("given an operation that cannot be undone in a later body, when rollback is onFailure, then the start is refused", () => {
  const items = { x: { t: { target: "h", hasUndo: true } }, y: { u: { target: "h" } } } as const;
  const plan: CompiledPlan = planFixture({ each: each(items) }, { rollback: "onFailure" });
  assert.throws(() => givenRun(plan, { hosts: { h: ["h"] } }), /DRV_RUN_IRREVERSIBLE.*"u"/);
});

test("given ten thousand items with bodies of their own, when they run, then each task is found at once", () => {
  const items = Array.from({ length: 10_000 }, (_, index): GroupItem => ({
    key: `k${index}`,
    value: index,
    plan: planFixture({ [`t${index}`]: {} }),
  }));
  const group = { group: { tasks: {}, keys: { kind: "fixed", items } } } as const;
  const run = givenRun(planFixture({ each: group }, { limits: { maxParallel: 20_000 } }), {
    isReplayed: false,
    isSwept: false,
  });
  assert.equal(run.state.blocks.length, 10_000);
  assert.equal(run.name(10_000), "each[k9999].t9999");
});
