import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupKeys } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture, VALUE_FUNCTION_FIXTURE } from "../testing/plan-fixture.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";

function dryRun(tasks: Record<string, TaskFixture>): RunSpecification {
  const hosts = { h: ["h"], _all: ["h1", "h2"] };
  return givenRun(planFixture(tasks, { rollback: "onFailure" }), { hosts, options: { isDryRun: true } });
}

const RETRY = { retries: 3, initialMs: 0, factor: 1, maxMs: 0, jitter: 0, on: "any" } as const;

test("given an operation, when the run is dry, then its hosts are inspected", () => {
  assert.equal(dryRun({ a: { target: "h" } }).dispatchOf("a").mode, "inspect");
});

test("given a function, when the run is dry, then it is not called and is conditional", () => {
  const run = dryRun({ a: {} });
  assert.deepEqual([run.status("a"), run.task("a").isConditional], ["unchanged", true]);
  assert.equal(run.view.verdict, "succeeded");
});

for (const [kind, fixture] of [
  ["a script", { script: "true" }],
  ["a script on hosts", { script: "true", target: "_all" }],
  ["a gate", { gate: { kind: "approval", quorum: 1 } }],
  ["an operation whose parameters are a function", { operation: { params: VALUE_FUNCTION_FIXTURE } }],
  [
    "an operation on any host whose parameters are a function",
    { target: "_any", operation: { params: VALUE_FUNCTION_FIXTURE } },
  ],
  [
    "a group whose keys are a function",
    { group: { keys: { kind: "function", list: VALUE_FUNCTION_FIXTURE }, tasks: { p: {} } } },
  ],
] as const) {
  test(`given ${kind}, when the run is dry, then it is unchanged and conditional`, () => {
    const run = dryRun({ a: fixture });
    assert.deepEqual([run.status("a"), run.task("a").isConditional], ["unchanged", true]);
  });
}

test("given target any, when the run is dry, then a host is still chosen to look at", () => {
  const run = dryRun({ a: { target: "_any" } });
  assert.deepEqual(run.needs("a"), { guards: [], params: false, placement: true, keys: false });
  assert.deepEqual(run.evaluates("a", { host: "h9" }).running, ["a@h9"]);
});

test("given a function guard, when the run is dry, then it passes conditionally without being asked", () => {
  const run = dryRun({ a: { target: "h", guards: [{ kind: "when", evaluate: () => false }] } });
  assert.deepEqual(run.running, ["a@h"]);
  assert.equal(run.task("a").isConditional, true);
});

test("given a guard about changes and a conditional dependency, when the run is dry, then it passes conditionally", () => {
  const run = dryRun({ f: {}, a: { target: "h", after: ["f"], guards: ["onlyIfChanged"] } });
  assert.deepEqual([run.status("a"), run.task("a").isConditional], ["running", true]);
});

test("given a guard about changes and a certain dependency, when the run is dry, then it is judged", () => {
  const run = dryRun({ f: { target: "h" }, a: { target: "h", after: ["f"], guards: ["onlyIfChanged"] } }).succeeds("f");
  assert.deepEqual([run.status("a"), run.task("a").isConditional], ["skipped", false]);
});

test("given a guard about failures and a conditional dependency, when the run is dry, then it is judged", () => {
  const run = dryRun({ f: {}, a: { after: ["f always"], guards: ["onlyIfFailed"] } });
  assert.equal(run.status("a"), "skipped");
});

test("given a task without guards behind a conditional one, when the run is dry, then it is certain", () => {
  const run = dryRun({ f: {}, a: { target: "h", after: ["f"] } }).changes("a");
  assert.equal(run.task("a").isConditional, false);
});

test("given an inspection that depends on something unknown, when it says so, then the task is conditional", () => {
  const run = dryRun({ a: { target: "h" } }).ends("a", { status: "changed", isConditional: true });
  assert.equal(run.task("a").isConditional, true);
});

test("given an inspection that fails, when the task has retries and stopAll, then nothing is retried, stopped or undone", () => {
  const run = dryRun({ a: { target: "h", policy: { retry: RETRY } }, b: { target: "h" }, c: { after: ["a"] } }).fails(
    "a",
  );
  assert.deepEqual(run.running, ["b@h"]);
  assert.equal(run.task("c").skipCause, "dependencyFailed");
  assert.equal(run.succeeds("b").view.verdict, "failed");
  assert.equal(run.eventsOf("undo.started").length, 0);
});

test("given two tasks that write to one host, when the run is dry, then both look at it at once", () => {
  assert.deepEqual(dryRun({ a: { target: "h" }, b: { target: "h" } }).running, ["a@h", "b@h"]);
});

test("given fixed items, when the run is dry, then the group expands", () => {
  assert.deepEqual(dryRun({ each: { group: { keys: ["x"], tasks: { p: { target: "h" } } } } }).running, [
    "each[x].p@h",
  ]);
});

test("given items from a result, when the run is dry, then the group expands only if the result is certain", () => {
  const keys: GroupKeys = { kind: "result", task: "list", path: [] };
  const each = { after: ["list"], group: { keys, tasks: { p: { target: "h" } } } };
  assert.equal(dryRun({ list: {}, each }).task("each").isConditional, true);
  assert.deepEqual(dryRun({ list: { target: "h" }, each }).succeeds("list", ["x"]).running, ["each[x].p@h"]);
});

test("given a dry run, when a person asks to undo it, then that is refused", () => {
  assert.equal(dryRun({ a: { target: "h" } }).rejected({ type: "undo" }).code, "DRV_RUN_ROLLBACK_OFF");
});
