import assert from "node:assert/strict";
import { test } from "node:test";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun } from "../testing/run-specification.ts";

// What happens between a failure (or a cancel) and the end of the run.

const GO_ON = { policy: { afterFailure: "continueRun" } } as const;

test("given two failures in one command, when the first stops the run, then it is the one that is named", () => {
  const run = givenRun(planFixture({ a: {}, b: {} }));
  const outcome = { status: "failed", error: { code: "X", message: "x" }, errorClass: "fatal" } as const;
  run.when({ type: "attemptsFinished", results: ["b", "a"].map((name) => ({ ...run.attemptOf(name), outcome })) });
  assert.deepEqual(
    run.eventsOf("run.stopping").map(({ task }) => task),
    [1],
  );
});

test("given a failed run, when a branch waits for success of what ran, then it is not run", () => {
  const run = givenRun(planFixture({ a: {}, b: {}, c: { after: ["b"] } }))
    .fails("a")
    .succeeds("b");
  assert.equal(run.status("c"), "notRun");
});

test("given a failure branch with dependents, when the run stops, then they run after it", () => {
  const run = givenRun(planFixture({ a: {}, alarm: { after: ["a failure"] }, page: { after: ["alarm"] } })).fails("a");
  assert.deepEqual(run.succeeds("alarm").running, ["page"]);
});

test("given a failure branch that also needs a task never started, when the run stops, then it is not triggered", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"] }, alarm: { after: ["a failure", "b"] } });
  const run = givenRun(plan).fails("a");
  assert.equal(run.task("alarm").skipCause, "notTriggered");
});

test("given a guard for failures on an always edge, when the run stops, then it is judged in its branch", () => {
  const plan = planFixture({ a: {}, alarm: { after: ["a always"], guards: ["onlyIfFailed"] } });
  assert.deepEqual(givenRun(plan).fails("a").running, ["alarm"]);
});

test("given a cleanup after what succeeded, when another task stops the run, then it runs too", () => {
  const run = givenRun(planFixture({ a: {}, b: {}, cleanup: { after: ["a always", "b always"] } }))
    .changes("a")
    .fails("b");
  assert.deepEqual(run.running, ["cleanup"]);
});

test("given a failure branch that fails, when it has stopAll, then other branches still run", () => {
  const run = givenRun(planFixture({ a: {}, x: { after: ["a failure"] }, y: { after: ["a failure"] } }))
    .fails("a")
    .fails("x");
  assert.deepEqual(run.running, ["y"]);
  assert.deepEqual(run.cancelling, []);
});

test("given a task being evaluated, when the run stops, then the answer is not wanted any more", () => {
  const guards = [{ kind: "when", evaluate: () => true }] as const;
  const run = givenRun(planFixture({ a: {}, b: { guards } })).fails("a");
  const late = { type: "evaluated", task: 1, generation: 1, evaluation: {} } as const;
  assert.equal(run.rejected(late).code, "DRV_RUN_FINISHED");
  assert.equal(run.status("b"), "notRun");
});

test("given a failure branch with a function guard, when its phase begins, then it is evaluated", () => {
  const guards = [{ kind: "when", evaluate: () => true }] as const;
  const run = givenRun(planFixture({ a: {}, b: { after: ["a failure"], guards } })).fails("a");
  assert.deepEqual(run.evaluates("b").running, ["b"]);
});

test("given a half-started fan-out, when the run stops, then its other hosts never start", () => {
  const plan = planFixture({ a: { target: "_all" }, b: {} }, { limits: { maxParallel: 2 } });
  const run = givenRun(plan, { hosts: { _all: ["h1", "h2", "h3"] } });
  run.changes("a@h1").changes("a@h2").fails("b");
  assert.deepEqual(run.cancelling, ["abort a@h3"]);
  run.isCancelled("a@h3");
  assert.equal(run.status("a"), "cancelled");
  assert.equal(run.task("a").isChanged, true);
});

test("given a fan-out that had not started all its hosts, when the run is cancelled, then they say why", () => {
  const plan = planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 1 } });
  const run = givenRun(plan, { hosts: { _all: ["h1", "h2"] } }).when({ type: "cancel", reason: "enough" });
  run.isCancelled("a@h1");
  assert.deepEqual(
    run.task("a").hostResults.map(({ reason }) => reason),
    ["told to end", "not started: enough"],
  );
});

test("given a failure that is still stopping, when the run is cancelled, then the verdict is cancelled", () => {
  const run = givenRun(planFixture({ a: {}, b: {}, alarm: { after: ["a failure"] } })).fails("a");
  run.when({ type: "cancel" }).isCancelled("b");
  assert.equal(run.view.verdict, "cancelled");
  assert.equal(run.status("alarm"), "notRun");
});

test("given a run being cancelled, when it is cancelled again, then that is refused", () => {
  const run = givenRun(planFixture({ a: {} })).when({ type: "cancel" });
  assert.equal(run.rejected({ type: "cancel" }).code, "DRV_RUN_ALREADY_STOPPING");
});

test("given a cancel during failure branches, when cleanup has run, then it is not run twice", () => {
  const run = givenRun(planFixture({ a: {}, cleanup: { after: ["a always"] }, alarm: { after: ["a failure"] } })).fails(
    "a",
  );
  run.succeeds("cleanup").when({ type: "cancel" }).isCancelled("alarm");
  assert.equal(run.status("cleanup"), "unchanged");
  assert.equal(run.view.verdict, "cancelled");
});

test("given an abort that is not answered, when the grace period passes twice, then abort and kill were asked for", () => {
  const run = givenRun(planFixture({ a: {}, b: { policy: { killGraceMs: 50 } } })).fails("a");
  run.after(50).after(50);
  assert.deepEqual(
    run.eventsOf("attempt.cancelRequested").map(({ strength }) => strength),
    ["abort", "kill"],
  );
  assert.equal(run.status("b"), "unknown");
  assert.equal(run.view.verdict, "needsDecision");
});

test("given an unknown outcome while stopping, when its policy is rerun, then it is settled before branches run", () => {
  const plan = planFixture({ a: {}, b: { unknownPolicy: "rerun" }, alarm: { after: ["a failure"] } });
  const run = givenRun(plan).isLost("b").fails("a");
  assert.deepEqual(run.running, ["b"]);
  assert.deepEqual(run.cancelling, []);
  assert.deepEqual(run.changes("b").running, ["alarm"]);
});

test("given gates that wait, when the run stops, then they are cancelled", () => {
  const run = givenRun(planFixture({ a: {}, gate: { gate: { kind: "signal", name: "go" } } })).fails("a");
  assert.equal(run.status("gate"), "cancelled");
});

test("given a tolerated failure with stopAll, when it happens, then the run does not stop", () => {
  const run = givenRun(planFixture({ a: { policy: { isTolerated: true } }, b: {}, c: { after: ["a"] } })).fails("a");
  assert.deepEqual(run.running, ["b"]);
  assert.equal(run.task("c").skipCause, "dependencyFailed");
});

test("given continueRun, when a task fails, then a later stopAll failure still stops the run", () => {
  const run = givenRun(planFixture({ a: GO_ON, b: {}, c: {} }))
    .fails("a")
    .fails("b");
  assert.deepEqual(run.cancelling, ["abort c"]);
});

test("given level barriers, when the run stops, then held tasks are not run and branches are not held", () => {
  const plan = planFixture(
    { a: {}, slow: {}, b: { after: ["a"] }, c: { after: ["b"] }, alarm: { after: ["a always"] } },
    { hasLevelBarriers: true },
  );
  const run = givenRun(plan).succeeds("a").fails("slow");
  assert.deepEqual(run.running, ["alarm"]);
  assert.deepEqual([run.status("b"), run.status("c")], ["notRun", "notRun"]);
});

test("given an unknown outcome to be settled behind another task on its host, when the run stops, then it is settled after that", () => {
  const onHost = { target: "h1", unknownPolicy: "rerun" } as const;
  const plan = planFixture({
    a: onHost,
    b: { after: ["first"], ...onHost, policy: { priority: 1 } },
    boom: {},
    first: {},
  });
  const run = givenRun(plan, { hosts: { h1: ["h1"] } })
    .succeeds("first")
    .isLost("a@h1");
  assert.deepEqual(run.running, ["boom", "b@h1"]);
  run.fails("boom").succeeds("b@h1");
  assert.deepEqual(run.running, ["a@h1"]);
});
