import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetryPolicy } from "../plan/compiled-plan.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";

const UNDO = { hasUndo: true } as const;
const RESTORES = { operation: { isReversible: true } } as const;
const HOSTS = { hosts: { _all: ["h1", "h2"], h1: ["h1"] } } as const;
const RETRY: RetryPolicy = { retries: 1, initialMs: 1_000, factor: 2, maxMs: 5_000, jitter: 0, on: "retryable" };

/** The tasks, then one that fails last. */
function failing(tasks: Record<string, TaskFixture>): RunSpecification {
  const after = Object.keys(tasks);
  return givenRun(planFixture({ ...tasks, boom: { after } }, { rollback: "onFailure" }), HOSTS);
}

test("given a pre-image, when the run fails, then undo is generated from the attempt that made it", () => {
  const run = failing({ a: { target: "h1", ...RESTORES } });
  run.ends("a", { status: "changed", isReversible: true }).fails("boom");
  const { source, undoOf, attempt, host } = run.undoOf("a");
  assert.deepEqual({ source, undoOf, attempt, host }, { source: "generated", undoOf: 1, attempt: 2, host: "h1" });
});

test("given no pre-image but a declared undo, when the run fails, then the declared one runs", () => {
  assert.equal(failing({ a: UNDO }).changes("a").fails("boom").undoOf("a").source, "declared");
});

test("given an unchanged task, when the run fails, then it is not undone", () => {
  const run = failing({ a: UNDO }).succeeds("a").fails("boom");
  assert.equal(run.view.verdict, "failed");
});

test("given a task that failed half-way, when it has an undo, then it is undone as well", () => {
  const run = givenRun(planFixture({ a: UNDO }, { rollback: "onFailure" })).fails("a");
  assert.deepEqual(run.undoing, ["a"]);
});

test("given a failed attempt that kept a pre-image, when the run fails, then it is restored", () => {
  const run = givenRun(planFixture({ a: { target: "h1", ...RESTORES } }, { rollback: "onFailure" }), HOSTS);
  run.ends("a", failedOutcome({ changed: true, isReversible: true }));
  assert.equal(run.undoOf("a").source, "generated");
});

test("given a cancelled operation that can restore, when the run fails, then its executor is asked to undo", () => {
  const run = givenRun(planFixture({ a: { target: "h1", ...RESTORES }, boom: {} }, { rollback: "onFailure" }), HOSTS);
  run.fails("boom").isCancelled("a");
  assert.equal(run.undoOf("a").source, "generated");
});

test("given an unreachable host, when the run fails, then nothing is undone there", () => {
  const run = givenRun(planFixture({ a: { target: "h1", hasUndo: true } }, { rollback: "onFailure" }), HOSTS);
  run.fails("a", { failure: "unreachable" });
  assert.deepEqual(run.undoing, []);
});

test("given a diamond, when it is undone, then the join goes first, both sides next and the root last", () => {
  const run = failing({
    root: UNDO,
    left: { after: ["root"], ...UNDO },
    right: { after: ["root"], ...UNDO },
    join: { after: ["left", "right"], ...UNDO },
  });
  run.changes("root").changes("left").changes("right").changes("join").fails("boom");
  assert.deepEqual(run.undoing, ["join"]);
  assert.deepEqual(run.undoEnds("join").undoing, ["left", "right"]);
  assert.deepEqual(run.undoEnds("left").undoing, ["right"]);
  assert.deepEqual(run.undoEnds("right").undoing, ["root"]);
});

test("given a task without an undo between two that have one, when they are undone, then order passes through it", () => {
  const run = failing({ a: UNDO, b: { after: ["a"] }, c: { after: ["b"], ...UNDO } });
  run.changes("a").succeeds("b").changes("c").fails("boom");
  assert.deepEqual(run.undoing, ["c"]);
  assert.deepEqual(run.undoEnds("c").undoing, ["a"]);
});

test("given several hosts, when a task is undone, then each host that changed is undone", () => {
  const run = failing({ a: { target: "_all", hasUndo: true } });
  run.changes("a@h1").succeeds("a@h2").fails("boom");
  assert.deepEqual(run.undoing, ["a@h1"]);
  run.undoEnds("a@h1");
  assert.deepEqual(
    run.task("a").hostResults.map(({ rolledBack }) => rolledBack === true),
    [true, false],
  );
});

test("given two tasks on one host, when both may be undone, then one follows the other", () => {
  const run = failing({ a: { target: "h1", hasUndo: true }, b: { target: "h1", hasUndo: true } });
  run.changes("a").changes("b").fails("boom");
  assert.deepEqual(run.undoing, ["a@h1"]);
  assert.deepEqual(run.undoEnds("a").undoing, ["b@h1"]);
});

test("given an undo that fails, when the policy retries, then it is made again after the delay", () => {
  const run = failing({ a: { ...UNDO, policy: { retry: RETRY } } });
  run.changes("a").fails("boom").undoEnds("a", failedOutcome());
  assert.deepEqual(run.effects, []);
  run.after(1_000);
  assert.equal(run.undoOf("a").attempt, 3);
  assert.equal(run.undoEnds("a").view.verdict, "rolledBack");
});

test("given an undo that fails for good, when others wait behind it, then they are still undone and the run has failed", () => {
  const run = failing({ a: UNDO, b: { after: ["a"], ...UNDO } });
  run.changes("a").changes("b").fails("boom").undoEnds("b", failedOutcome()).undoEnds("a");
  assert.equal(run.view.verdict, "failed");
  assert.equal(run.task("b").undoError?.code, "DRV_TASK_FUNCTION_FAILED");
  assert.deepEqual([run.task("a").isRolledBack, run.task("b").isRolledBack], [true, false]);
});

test("given an undo of unknown end, when it is reported, then it counts as failed", () => {
  const run = failing({ a: UNDO });
  run.changes("a").fails("boom").undoEnds("a", { status: "unknown", reason: "lost" });
  assert.equal(run.task("a").undoError?.code, "DRV_TASK_UNDO_UNKNOWN");
});

test("given an undo that takes too long, when it does not answer, then it is told to end and given up", () => {
  const run = failing({ a: { ...UNDO, policy: { attemptTimeoutMs: 500, killGraceMs: 100 } } });
  run.changes("a").fails("boom").after(500);
  assert.deepEqual(run.cancelling, ["abort a"]);
  run.after(100).after(100);
  assert.equal(run.task("a").undoError?.code, "DRV_TASK_UNDO_UNKNOWN");
  assert.equal(run.view.phase, "finished");
});

test("given an undo whose time was up, when it answers as cancelled, then it failed with its timeout", () => {
  const run = failing({ a: { ...UNDO, policy: { attemptTimeoutMs: 500 } } });
  run.changes("a").fails("boom").after(500).undoEnds("a", { status: "cancelled", reason: "told to end" });
  assert.equal(run.task("a").undoError?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
});

test("given something changed that cannot be undone, when the rest is undone, then the run has failed", () => {
  const run = failing({ a: UNDO, b: {} });
  run.changes("a").changes("b").fails("boom").undoEnds("a");
  assert.equal(run.view.verdict, "failed");
});

test("given an unknown outcome, when the run fails, then what it depends on is not undone but the rest is", () => {
  const run = failing({ a: UNDO, b: { after: ["a"] }, c: UNDO, d: { after: ["c"] } });
  run.changes("a").changes("c").isLost("b").fails("d");
  assert.deepEqual(run.undoing, ["c"]);
  assert.equal(run.undoEnds("c").view.verdict, "needsDecision");
});

test("given tasks inside a group, when the run fails, then they are undone before what the group depends on", () => {
  const each = { after: ["a"], group: { keys: ["x", "y"], tasks: { p: UNDO, q: { after: ["p"], ...UNDO } } } };
  const run = failing({ a: UNDO, each });
  run.changes("a");
  for (const place of ["each[x].p", "each[y].p", "each[x].q", "each[y].q"]) run.changes(place);
  run.fails("boom");
  assert.deepEqual(run.undoing, ["each[x].q", "each[y].q"]);
  run.undoEnds("each[x].q").undoEnds("each[y].q").undoEnds("each[x].p");
  assert.deepEqual(run.undoing, ["each[y].p"]);
  assert.deepEqual(run.undoEnds("each[y].p").undoing, ["a"]);
});

test("given failure branches, when the run fails, then they run before anything is undone", () => {
  const plan = planFixture(
    { a: UNDO, b: { after: ["a"] }, alarm: { after: ["b failure"] } },
    { rollback: "onFailure" },
  );
  const run = givenRun(plan).changes("a").fails("b");
  assert.deepEqual([run.running, run.undoing], [["alarm"], []]);
  assert.deepEqual(run.succeeds("alarm").undoing, ["a"]);
});

test("given continueRun, when a task has failed, then the rest ends before the rollback", () => {
  const goOn = { policy: { afterFailure: "continueRun" } } as const;
  const run = givenRun(planFixture({ a: UNDO, b: goOn, c: {} }, { rollback: "onFailure" }))
    .changes("a")
    .fails("b");
  assert.deepEqual(run.undoing, []);
  assert.deepEqual(run.succeeds("c").undoing, ["a"]);
});

test("given a tolerated failure, when the run ends, then nothing is undone", () => {
  const plan = planFixture({ a: UNDO, b: { policy: { isTolerated: true } } }, { rollback: "onFailure" });
  assert.equal(givenRun(plan).changes("a").fails("b").view.verdict, "succeeded");
});

test("given a cancelled run, when it ends, then nothing is undone", () => {
  const run = failing({ a: UNDO }).changes("a").when({ type: "cancel" }).isCancelled("boom");
  assert.equal(run.view.verdict, "cancelled");
});

test("given rollback off, when the run fails, then nothing is undone and nobody can ask for it", () => {
  const run = givenRun(planFixture({ a: UNDO, b: { after: ["a"] }, c: {} })).changes("a");
  assert.equal(run.rejected({ type: "undo" }).code, "DRV_RUN_ROLLBACK_OFF");
});

test("given rollback manual, when a person asks for it, then the run stops and is undone", () => {
  const run = givenRun(planFixture({ a: UNDO, b: { after: ["a"] } }, { rollback: "manual" })).changes("a");
  run.when({ type: "undo", actor: "ada" }).isCancelled("b");
  assert.deepEqual(run.undoing, ["a"]);
  assert.equal(run.undoEnds("a").view.verdict, "rolledBack");
});

test("given rollback manual, when the run fails, then nothing is undone by itself", () => {
  const plan = planFixture({ a: UNDO, b: { after: ["a"] } }, { rollback: "manual" });
  assert.equal(givenRun(plan).changes("a").fails("b").view.verdict, "failed");
});

test("given a rollback under way, when a cancel or another undo comes, then both are refused", () => {
  const run = failing({ a: UNDO }).changes("a").fails("boom");
  assert.equal(run.rejected({ type: "cancel" }).code, "DRV_RUN_PHASE_OVER");
  assert.equal(run.rejected({ type: "undo" }).code, "DRV_RUN_PHASE_OVER");
});

test("given an undo that has ended, when its result comes again, then it is refused", () => {
  const run = failing({ a: UNDO, b: UNDO }).changes("a").changes("b").fails("boom");
  const { task, unit, attempt, generation } = run.undoOf("a");
  run.undoEnds("a");
  const again = { type: "undoFinished", task, unit, attempt, generation, outcome: { status: "changed" } } as const;
  assert.equal(run.rejected(again).code, "DRV_RUN_ATTEMPT_STALE");
});

test("given a long chain, when it is undone, then it is walked without recursion", () => {
  const size = 20_000;
  const tasks: Record<string, TaskFixture> = { t0: UNDO };
  for (let index = 1; index < size; index++) tasks[`t${index}`] = { after: [`t${index - 1}`] };
  const plan = planFixture(tasks, { rollback: "onFailure", limits: { maxParallel: 1 } });
  const run = givenRun(plan, { isReplayed: false, isSwept: false });
  run.changes("t0");
  for (let index = 1; index < size - 1; index++) run.succeeds(`t${index}`);
  run.fails(`t${size - 1}`);
  assert.deepEqual(run.undoing, ["t0"]);
});

test("given a script that claims to hold a pre-image, when the run fails, then nothing tries to restore from it", () => {
  const plan = planFixture({ a: { script: "true" }, boom: { after: ["a"] } }, { rollback: "onFailure" });
  const run = givenRun(plan, { options: { allowIrreversible: true } });
  run.ends("a", { status: "changed", isReversible: true }).fails("boom");
  assert.deepEqual(run.undoing, []);
  assert.equal(run.view.verdict, "failed");
});
