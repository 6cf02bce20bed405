import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";
import type { Command } from "./commands.ts";
import { preview } from "./preview.ts";
import { stateHash } from "./state-hash.ts";
import { attemptTokenOf } from "./token.ts";

const GO_ON = { policy: { afterFailure: "continueRun" } } as const;
const BY = { actor: "ada", reason: "disk replaced" } as const;

/** `build → test → ship`, and `lint` beside them. */
function chain(): RunSpecification {
  const tasks = { build: GO_ON, test: { after: ["build"], ...GO_ON }, ship: { after: ["test"] }, lint: {} };
  return givenRun(planFixture(tasks));
}

function failedChain(): RunSpecification {
  return chain().succeeds("lint").changes("build").fails("test");
}

// Versions

test("given two people who look at one run, when both act on what they saw, then the second is told", () => {
  const run = chain();
  assert.equal(run.view.controlVersion, 1);
  run.when({ type: "pause", expectedVersion: 1, ...BY });
  const error = run.rejected({ type: "cancel", expectedVersion: 1, actor: "bob" });
  assert.equal(error.code, "DRV_RUN_VERSION_CONFLICT");
  assert.match(error.message, /its control version is 2, and 1 was expected/);
  run.when({ type: "cancel", expectedVersion: 2, actor: "bob" });
  assert.equal(run.view.controlVersion, 3);
});

test("given a run that goes on by itself, when tasks end and fail, then its control version does not change", () => {
  assert.equal(failedChain().view.controlVersion, 1);
});

// Pause

test("given a paused run, when its attempts end, then nothing new starts until it is resumed", () => {
  const run = chain().when({ type: "pause", ...BY });
  run.succeeds("build").succeeds("lint");
  assert.deepEqual(run.running, []);
  assert.equal(run.view.phase, "running");
  assert.deepEqual(run.state.run.pause, { atMs: 1_000, ...BY });
  assert.deepEqual(run.when({ type: "resume", ...BY }).running, ["test"]);
});

test("given a paused run, when a retry and a gate come due, then they start when it is resumed", () => {
  const retry = { retries: 1, initialMs: 100, factor: 1, maxMs: 100, jitter: 0, on: "any" } as const;
  const run = givenRun(
    planFixture({ a: { policy: { retry } }, b: {}, gate: { after: ["b"], gate: { kind: "signal", name: "go" } } }),
  );
  run.fails("a").when({ type: "pause" }).succeeds("b").after(500);
  assert.deepEqual([run.status("a"), run.status("gate")], ["waiting", "ready"]);
  run.when({ type: "resume" });
  assert.deepEqual([run.status("a"), run.status("gate")], ["running", "waiting"]);
});

test("given a rollback that is paused, when an undo ends, then the next waits for the end of the pause", () => {
  const tasks = { a: { hasUndo: true }, b: { hasUndo: true, after: ["a"] }, c: { after: ["b"] } };
  const run = givenRun(planFixture(tasks, { rollback: "onFailure" }))
    .changes("a")
    .changes("b")
    .fails("c");
  run.when({ type: "pause" }).undoEnds("b");
  assert.deepEqual(run.undoing, []);
  assert.equal(run.view.phase, "undoing");
  run.when({ type: "resume" }).undoEnds("a");
  assert.equal(run.view.verdict, "rolledBack");
});

test("given a paused run, when it is cancelled, then it ends without being resumed", () => {
  const run = chain().when({ type: "pause" }).when({ type: "cancel" });
  run.isCancelled("build").isCancelled("lint");
  assert.equal(run.view.verdict, "cancelled");
});

// Retry

test("given a failed run, when what failed is retried, then successes stay and the rest is done again", () => {
  const run = failedChain();
  assert.equal(run.view.verdict, "failed");
  run.when({ type: "retryFailed", ...BY });
  assert.deepEqual(run.running, ["test"]);
  assert.deepEqual(run.statuses, { build: "changed", test: "running", ship: "pending", lint: "unchanged" });
  assert.deepEqual([run.task("test").generation, run.task("ship").generation, run.task("build").generation], [2, 2, 1]);
  assert.equal(run.succeeds("test").succeeds("ship").view.verdict, "succeeded");
});

test("given a task that begins anew, when a result of its earlier attempt comes, then it is stale and tokens differ", () => {
  const run = failedChain();
  const task = run.index("test");
  const before = attemptTokenOf(run.state, { task, unit: 0, attempt: 1, generation: 1 });
  run.when({ type: "retryFailed" });
  const old = {
    type: "attemptFinished",
    task,
    unit: 0,
    attempt: 1,
    generation: 1,
    outcome: { status: "changed" },
  } as const;
  assert.equal(run.rejected(old).code, "DRV_RUN_ATTEMPT_STALE");
  const { attempt, generation, unit } = run.attemptOf("test");
  assert.deepEqual([attempt, generation], [1, 2]);
  assert.notEqual(attemptTokenOf(run.state, { task, unit, attempt, generation }), before);
});

test("given a successful run, when it is retried from a task, then that and all behind it is done again", () => {
  const run = chain().succeeds("lint").changes("build").succeeds("test").succeeds("ship");
  run.when({ type: "retryFrom", task: run.index("test"), ...BY });
  assert.deepEqual(run.statuses, { build: "changed", test: "running", ship: "pending", lint: "unchanged" });
  assert.equal(run.rejected({ type: "retryFrom", task: run.index("test") }).code, "DRV_RUN_TASK_RUNNING");
});

test("given a run, when it is rewound to a task, then it stands before that task until it is resumed", () => {
  const run = failedChain().when({ type: "rewind", task: 1, ...BY });
  assert.deepEqual([run.running, run.status("test"), run.view.verdict], [[], "ready", undefined]);
  assert.deepEqual(run.when({ type: "resume" }).running, ["test"]);
});

test("given a run that was rolled back, when it is retried, then what was undone is done again", () => {
  const tasks = { a: { hasUndo: true }, b: { after: ["a"] }, other: {} };
  const run = givenRun(planFixture(tasks, { rollback: "onFailure" }))
    .succeeds("other")
    .changes("a")
    .fails("b")
    .undoEnds("a");
  assert.equal(run.view.verdict, "rolledBack");
  run.when({ type: "retryFailed" });
  assert.deepEqual(run.statuses, { a: "running", b: "pending", other: "unchanged" });
  assert.equal(run.task("a").isRolledBack, false);
});

test("given a change of an earlier generation, when the run is rolled back later, then that is undone too, newest first", () => {
  const tasks = { a: { hasUndo: true }, b: { after: ["a"] } };
  const run = givenRun(planFixture(tasks, { rollback: "manual" }))
    .changes("a")
    .succeeds("b");
  run.when({ type: "retryFrom", task: 0 }).changes("a").succeeds("b");
  run.when({ type: "undo", ...BY });
  assert.deepEqual(
    run.effects.map((effect) => effect.type === "undo" && [effect.generation, effect.undoOf]),
    [[2, 1]],
  );
  run.undoEnds("a");
  assert.deepEqual(
    run.effects.map((effect) => effect.type === "undo" && [effect.generation, effect.undoOf]),
    [[1, 1]],
  );
  assert.equal(run.undoEnds("a").view.verdict, "rolledBack");
});

// Groups

test("given a group of which one copy failed, when it is retried, then only that copy runs and the group is open again", () => {
  const group = { tasks: { x: GO_ON, y: { after: ["x"] } }, keys: ["p", "q"] };
  const run = givenRun(planFixture({ g: { group, ...GO_ON }, end: { after: ["g"] } }));
  run.succeeds("g[p].x").succeeds("g[p].y").fails("g[q].x");
  assert.equal(run.view.verdict, "failed");
  run.when({ type: "retryFailed" });
  assert.deepEqual(run.running, ["g[q].x"]);
  assert.equal(run.status("g"), "running");
  run.succeeds("g[q].x").succeeds("g[q].y").succeeds("end");
  assert.equal(run.view.verdict, "succeeded");
  assert.equal(run.view.taskCount, 6);
});

test("given a group that begins anew with other items, when it expands, then its old copies are left behind", () => {
  const keys = { kind: "result", task: "list", path: [] } as const;
  const run = givenRun(
    planFixture(
      { list: {}, g: { after: ["list"], group: { tasks: { x: { hasUndo: true } }, keys } } },
      { rollback: "manual" },
    ),
  );
  run.succeeds("list", ["p", "q"]).changes("g[p].x").succeeds("g[q].x");
  run.when({ type: "retryFrom", task: 0 }).succeeds("list", ["p", "r"]);
  assert.deepEqual(run.running, ["g[p].x", "g[r].x"]);
  assert.equal(run.attemptOf("g[p].x").generation, 2);
  run.changes("g[p].x").succeeds("g[r].x");
  assert.equal(run.view.verdict, "succeeded");
  run.when({ type: "undo" });
  assert.deepEqual(run.undoing, ["g[p].x", "g[p].x"]);
});

test("given a group that begins anew with the same items, when it expands, then its copies are where they were", () => {
  const run = givenRun(planFixture({ a: {}, g: { after: ["a"], group: { tasks: { x: {} }, keys: ["p", "q"] } } }));
  run.succeeds("a").runsToEnd();
  run.when({ type: "retryFrom", task: 0 });
  assert.equal(run.status("g[p].x"), "notRun");
  run.succeeds("a");
  assert.deepEqual([run.running, run.view.taskCount], [["g[p].x", "g[q].x"], 4]);
});

// Skip and mark

test("given a failed task, when a person skips it, then what depends on it runs", () => {
  const run = failedChain().when({ type: "skip", task: 1, ...BY });
  assert.deepEqual([run.task("test").skipCause, run.reason("test")], ["operator", "disk replaced"]);
  assert.equal(run.succeeds("ship").view.verdict, "succeeded");
});

test("given a failed task, when a person marks it as succeeded with data, then what depends on it finds the data", () => {
  const run = failedChain().when({ type: "markSucceeded", task: 1, data: { version: 2 }, ...BY });
  assert.deepEqual([run.status("test"), run.task("test").data], ["changed", { version: 2 }]);
  assert.deepEqual(run.running, ["ship"]);
});

test("given a skip and a mark, when the run is retried, then the word of the person stays", () => {
  const run = chain().when({ type: "skip", task: 1 }).succeeds("lint").fails("build");
  run.succeeds("ship").when({ type: "retryFailed" });
  assert.deepEqual(run.statuses, { build: "running", test: "skipped", ship: "unchanged", lint: "unchanged" });
});

test("given an outcome that is unknown when the run has ended, when a person decides, then the run goes on", () => {
  const run = givenRun(planFixture({ a: {}, b: { after: ["a"] } })).isLost("a");
  assert.equal(run.view.verdict, "needsDecision");
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "succeeded", ...BY });
  assert.deepEqual(run.statuses, { a: "changed", b: "running" });
});

// Preview

test("given a command, when it is previewed, then the tasks it touches are named and nothing is changed", () => {
  const run = failedChain();
  const before = stateHash(run.state);
  const seen = preview(run.state, { type: "retryFailed" }, run.nowMs);
  assert.deepEqual(seen.ok && seen.value, {
    controlVersion: 1,
    reset: ["test", "ship"],
    skipped: [],
    notRun: [],
    started: ["test"],
    cancelled: [],
    undone: [],
  });
  const refused = preview(run.state, { type: "retryFrom", task: 99 }, run.nowMs);
  assert.equal(refused.ok ? "" : refused.error.code, "DRV_RUN_TASK_UNKNOWN");
  assert.equal(stateHash(run.state), before);
});

// Cell by cell: which verb is allowed in which state of a task

const SEMANTICS = readFileSync(new URL("../../docs/semantics.md", import.meta.url), "utf8");

/** Task `t` in each state, in a run that goes on. */
const STATES: Readonly<Record<string, () => RunSpecification>> = {
  pending: () => givenRun(planFixture({ first: {}, t: { after: ["first"] } })),
  ready: () => givenRun(planFixture({ first: {}, t: {} }, { limits: { maxParallel: 1 } })),
  running: () => givenRun(planFixture({ first: {}, t: {} })),
  "waiting: gate": () => givenRun(planFixture({ first: {}, t: { gate: { kind: "signal", name: "go" } } })),
  "waiting: retry": () => {
    const retry = { retries: 1, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0, on: "any" } as const;
    return givenRun(planFixture({ first: {}, t: { policy: { retry } } })).fails("t");
  },
  unknown: () => givenRun(planFixture({ first: {}, t: {} })).isLost("t"),
  changed: () => givenRun(planFixture({ first: {}, t: {} })).changes("t"),
  unchanged: () => givenRun(planFixture({ first: {}, t: {} })).succeeds("t"),
  "skipped: guard": () => givenRun(planFixture({ first: {}, t: { guards: ["onlyIfFailed"] } })),
  "skipped: operator": () =>
    givenRun(planFixture({ first: {}, t: { after: ["first"] } })).when({ type: "skip", task: 1 }),
  "skipped: dependencyFailed": () =>
    givenRun(planFixture({ first: {}, t: { after: ["bad"] }, bad: GO_ON })).fails("bad"),
  failed: () => givenRun(planFixture({ first: {}, t: GO_ON })).ends("t", failedOutcome()),
};

const rows = must(SEMANTICS.split("\n## Words of people\n")[1], "The section")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| task is"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(([name = ""]) => Object.hasOwn(STATES, name));

test("given the page, when its states are counted, then every state has a row", () => {
  assert.deepEqual(
    rows.map(([name]) => name),
    Object.keys(STATES),
  );
});

for (const [name = "", ...cells] of rows) {
  for (const [column, type] of (["skip", "markSucceeded", "retryFrom", "retryFailed"] as const).entries()) {
    const expected = cells[column]?.replaceAll("`", "");
    test(`given a task that is ${name}, when a person says ${type}, then: ${expected}`, () => {
      const run = must(STATES[name], name)();
      const task = run.index("t");
      const command: Command = type === "retryFailed" ? { type } : { type, task };
      const seen = preview(run.state, command, run.nowMs);
      const generation = run.task("t").generation;
      if (seen.ok) run.when(command);
      const isAnew = run.task("t").generation > generation;
      assert.equal(seen.ok ? (isAnew ? "anew" : "yes") : seen.error.code, expected);
    });
  }
}

test("given a group that began anew and was not run, when something else is decided, then it stays as it ended", () => {
  const group = { tasks: { c: {} }, keys: ["a"] };
  const plan = planFixture({ first: {}, g: { after: ["first"], group }, other: {}, last: { after: ["other"] } });
  const run = givenRun(plan).succeeds("first").succeeds("g[a].c").isLost("other");
  run.when({ type: "retryFrom", task: 0 }).isLost("first");
  assert.equal(run.status("g"), "notRun");
  run.when({ type: "resolveUnknown", task: 2, unit: 0, decision: "succeeded" }).succeeds("last");
  assert.equal(run.status("g"), "notRun");
  assert.equal(run.view.verdict, "needsDecision");
});
