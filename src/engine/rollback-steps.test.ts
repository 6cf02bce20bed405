import assert from "node:assert/strict";
import { test } from "node:test";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";

// RunSpecification replays the log after every event: it must fold to the same state and owe the same effects.

const UNDO = { hasUndo: true } as const;
const STEP = { isRollbackStep: true } as const;
const GO_ON = { policy: { afterFailure: "continueRun" } } as const;
const ON_FAILURE = { rollback: "onFailure" } as const;

/** A run of `tasks` that has failed, with everything undone, so that its rollback steps are next. */
function rolledBack(steps: Record<string, TaskFixture>): RunSpecification {
  const run = givenRun(planFixture({ a: UNDO, boom: { after: ["a"] }, ...steps }, ON_FAILURE));
  return run.changes("a", { release: 7 }).fails("boom").undoEnds("a");
}

function phasesOf(run: RunSpecification): readonly string[] {
  return run.eventsOf("phase.entered").map(({ phase }) => phase);
}

test("given rollback steps, when the run succeeds, then they are skipped at its end and nobody waited for them", () => {
  const run = givenRun(planFixture({ a: {}, step: STEP, next: { after: ["step"], ...STEP } }, ON_FAILURE));
  assert.deepEqual(run.running, ["a"]);
  run.changes("a");
  assert.equal(run.view.verdict, "succeeded");
  for (const name of ["step", "next"]) {
    const { status, skipCause, reason } = run.task(name);
    assert.deepEqual([status, skipCause, reason], ["skipped", "notTriggered", "no rollback was needed"]);
  }
  assert.deepEqual(
    run.eventsOf("tasks.skipped").map(({ ranges, cause, reason }) => [ranges, cause, reason]),
    [[[[1, 2]], "notTriggered", "no rollback was needed"]],
  );
});

test("given steps that wait for steps however they end, when the run succeeds, then none of them is started or asked", () => {
  const when = { kind: "when", evaluate: () => true } as const;
  const run = givenRun(planFixture({ a: {}, s: STEP, t: { after: ["s always"], guards: [when], ...STEP } }));
  run.succeeds("a");
  assert.deepEqual([run.running, run.evaluating, run.status("t")], [[], [], "skipped"]);
  assert.equal(run.view.verdict, "succeeded");
});

test("given more steps than one event may skip, when the run succeeds, then all are skipped and none is judged", () => {
  const tasks: Record<string, TaskFixture> = { a: {}, s0: STEP };
  for (let index = 1; index < 5_000; index++) tasks[`s${index}`] = { after: [`s${index - 1} always`], ...STEP };
  const run = givenRun(planFixture(tasks), { isReplayed: false, isSwept: false }).succeeds("a");
  assert.equal(run.view.verdict, "succeeded");
  assert.equal(run.eventsOf("tasks.skipped").length, 2);
  assert.equal(run.view.counts.skipped, 5_000);
});

test("given a plan of nothing but steps, when it runs, then it succeeds without them", () => {
  const run = givenRun(planFixture({ s: STEP }, ON_FAILURE));
  assert.deepEqual([run.view.verdict, run.status("s")], ["succeeded", "skipped"]);
});

test("given a waiting step, when people ask why, then it says what it waits for", () => {
  const run = givenRun(planFixture({ a: {}, s: STEP }));
  assert.deepEqual([run.status("s"), run.reason("s")], ["pending", "runs only when the run is rolled back"]);
});

test("given a failed run with undos, when it is rolled back, then steps run after the last undo, in their order", () => {
  const tasks = { a: UNDO, b: { after: ["a"], ...UNDO }, boom: { after: ["b"] } };
  const steps = { s: STEP, t: { after: ["s"], ...STEP }, u: STEP };
  const run = givenRun(planFixture({ ...tasks, ...steps }, ON_FAILURE));
  run.changes("a").changes("b").fails("boom").undoEnds("b");
  assert.deepEqual([run.running, run.undoing, run.view.phase], [[], ["a"], "undoing"]);
  run.undoEnds("a");
  assert.deepEqual([run.running, run.view.phase], [["s", "u"], "rollbackSteps"]);
  run.changes("u").changes("s");
  assert.deepEqual(run.running, ["t"]);
  assert.equal(run.succeeds("t").view.verdict, "rolledBack");
  assert.deepEqual(phasesOf(run), ["failureBranches", "undoing", "rollbackSteps"]);
});

test("given nothing to undo, when the run fails, then its steps run and it is rolled back by them", () => {
  const run = givenRun(planFixture({ a: {}, boom: { after: ["a"] }, s: STEP }, ON_FAILURE));
  run.succeeds("a").fails("boom");
  assert.deepEqual(run.running, ["s"]);
  assert.equal(run.changes("s").view.verdict, "rolledBack");
});

test("given a change that cannot be undone, when the steps have run, then the run has failed all the same", () => {
  const run = givenRun(planFixture({ a: {}, boom: { after: ["a"] }, s: STEP }, ON_FAILURE));
  assert.equal(run.changes("a").fails("boom").changes("s").view.verdict, "failed");
});

test("given a failure branch, an undo and a step, when the run fails, then they run one after the other", () => {
  const plan = planFixture(
    { a: UNDO, boom: { after: ["a"] }, alarm: { after: ["boom failure"] }, s: STEP },
    ON_FAILURE,
  );
  const run = givenRun(plan).changes("a").fails("boom");
  assert.deepEqual([run.running, run.undoing], [["alarm"], []]);
  run.succeeds("alarm");
  assert.deepEqual([run.running, run.undoing], [[], ["a"]]);
  run.undoEnds("a");
  assert.deepEqual([run.running, run.undoing], [["s"], []]);
  assert.equal(run.succeeds("s").view.verdict, "rolledBack");
});

test("given a step, when the results of the run are looked at, then they are there, also of what was undone", () => {
  const run = rolledBack({ s: STEP });
  assert.deepEqual(
    [run.task("a").data, run.task("a").isRolledBack, run.status("boom")],
    [{ release: 7 }, true, "failed"],
  );
});

test("given a step that fails, when others do not depend on it, then they run and the rollback is incomplete", () => {
  const run = rolledBack({ s: STEP, t: { after: ["s"], ...STEP }, u: STEP }).fails("s");
  assert.equal(run.task("t").skipCause, "dependencyFailed");
  assert.deepEqual(run.running, ["u"]);
  assert.equal(run.succeeds("u").view.verdict, "failed");
});

test("given a tolerated step that fails, when the others are done, then the run is rolled back", () => {
  const run = rolledBack({ s: { ...STEP, policy: { isTolerated: true } }, u: STEP })
    .fails("s")
    .succeeds("u");
  assert.equal(run.view.verdict, "rolledBack");
  assert.equal(run.task("s").isTolerated, true);
});

test("given a step with a failure branch, when it fails, then the branch runs", () => {
  const run = rolledBack({ s: STEP, fallback: { after: ["s failure"], ...STEP } }).fails("s");
  assert.deepEqual(run.running, ["fallback"]);
});

test("given a step for the failure of another, when that succeeds, then it is not triggered and says so", () => {
  const run = rolledBack({ s: STEP, fallback: { after: ["s failure"], ...STEP } }).succeeds("s");
  assert.match(run.reason("fallback") ?? "", /^not triggered/);
});

test("given a step with retries, when it fails, then it is tried again after the delay", () => {
  const retry = { retries: 1, initialMs: 1_000, factor: 2, maxMs: 5_000, jitter: 0, on: "retryable" } as const;
  const run = rolledBack({ s: { ...STEP, policy: { retry } } }).fails("s");
  assert.deepEqual(run.running, []);
  run.after(1_000);
  assert.equal(run.dispatchOf("s").attempt, 2);
  assert.equal(run.succeeds("s").view.verdict, "rolledBack");
});

test("given a step that takes too long, when it is told to end and answers, then it failed with its timeout", () => {
  const run = rolledBack({ s: { ...STEP, policy: { attemptTimeoutMs: 500 } } }).after(500);
  assert.deepEqual(run.cancelling, ["abort s"]);
  run.isCancelled("s");
  assert.equal(run.task("s").error?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
});

test("given an operation as a step that does not answer, when it was killed, then its outcome is unknown and a person decides", () => {
  const policy = { attemptTimeoutMs: 500, killGraceMs: 100 };
  const step = { ...STEP, target: "h", policy, unknownPolicy: "hold" } as const;
  const run = givenRun(planFixture({ boom: {}, s: step, t: { after: ["s"], ...STEP } }, ON_FAILURE), {
    hosts: { h: ["h"] },
  });
  run.fails("boom").after(500).after(100).after(100);
  assert.deepEqual([run.status("s"), run.status("t"), run.view.verdict], ["unknown", "notRun", "needsDecision"]);
});

test("given a step of unknown outcome, when a person says it succeeded, then the steps behind it run", () => {
  const run = rolledBack({ s: STEP, t: { after: ["s"], ...STEP }, u: STEP }).isLost("s");
  run.when({ type: "resolveUnknown", task: run.index("s"), unit: 0, decision: "succeeded" });
  assert.deepEqual(run.running, ["u", "t"]);
});

test("given an unknown outcome from before, when steps run, then it cannot be settled any more", () => {
  const tasks = { a: UNDO, lost: { after: ["a"] }, boom: GO_ON, s: STEP };
  const run = givenRun(planFixture(tasks, ON_FAILURE)).changes("a").isLost("lost").fails("boom");
  assert.deepEqual([run.undoing, run.running], [[], ["s"]]);
  const command = { type: "resolveUnknown", task: run.index("lost"), unit: 0, decision: "succeeded" } as const;
  assert.equal(run.rejected(command).code, "DRV_RUN_PHASE_OVER");
  assert.equal(run.succeeds("s").view.verdict, "needsDecision");
});

test("given guards on steps, when their phase comes, then they are judged over the steps before", () => {
  const run = rolledBack({ s: STEP, t: { after: ["s"], guards: ["onlyIfChanged"], ...STEP } }).succeeds("s");
  assert.deepEqual([run.status("t"), run.task("t").skipCause], ["skipped", "guard"]);
});

test("given a function guard on a step, when its phase comes, then user code is asked, and not before", () => {
  const when = { kind: "when", evaluate: () => true } as const;
  const run = givenRun(planFixture({ boom: {}, s: { guards: [when], ...STEP } }, ON_FAILURE));
  assert.deepEqual(run.evaluating, []);
  run.fails("boom");
  assert.deepEqual(run.evaluating, ["s"]);
  assert.equal(run.evaluates("s", { failedGuard: { guard: 0 } }).status("s"), "skipped");
  assert.equal(run.view.verdict, "failed");
});

test("given a group as a step, when its phase comes, then its copies run, and not before", () => {
  const each = { ...STEP, group: { keys: ["x", "y"], tasks: { p: {}, q: { after: ["p"] } } } };
  const run = rolledBack({ each, last: { after: ["each"], ...STEP } });
  assert.deepEqual(run.running, ["each[x].p", "each[y].p"]);
  assert.equal(run.task("each[x].p").isRollbackStep, true);
  run.changes("each[x].p").succeeds("each[y].p").succeeds("each[x].q").succeeds("each[y].q");
  assert.deepEqual([run.status("each"), run.running], ["changed", ["last"]]);
});

test("given a group as a step, when a task in it fails, then the rest of it goes on and the rollback is incomplete", () => {
  const each = { ...STEP, group: { keys: ["x", "y"], tasks: { p: {} } } };
  const run = rolledBack({ each }).fails("each[x].p");
  assert.deepEqual(run.running, ["each[y].p"]);
  assert.equal(run.succeeds("each[y].p").status("each"), "failed");
  assert.equal(run.view.verdict, "failed");
});

test("given gates as steps, when their phase comes, then they wait, and a signal or time opens them", () => {
  const gates = {
    pause: { gate: { kind: "delay", delayMs: 500 }, ...STEP },
    go: { gate: { kind: "signal", name: "go" }, ...STEP },
  } as const;
  const run = rolledBack(gates);
  run.after(500).when({ type: "signal", name: "go", id: "1" });
  assert.equal(run.view.verdict, "rolledBack");
});

test("given hosts and slots, when steps run, then both hold for them too", () => {
  const steps = { s: { target: "h", ...STEP }, t: { target: "h", ...STEP }, u: STEP, v: STEP };
  const plan = planFixture({ boom: {}, ...steps }, { ...ON_FAILURE, limits: { maxParallel: 2 } });
  const run = givenRun(plan, { hosts: { h: ["h"] } }).fails("boom");
  assert.deepEqual(run.running, ["s@h", "u"]);
  assert.deepEqual(run.changes("s").running, ["u", "t@h"]);
});

test("given the target of a step without hosts, when the run starts, then it is refused before anything happened", () => {
  const plan = planFixture({ a: {}, s: { target: "gone", ...STEP } });
  assert.throws(() => givenRun(plan), /DRV_RUN_HOSTS_MISSING/);
});

test("given steps that cannot be undone themselves, when rollback is onFailure, then the run starts", () => {
  const each = { ...STEP, group: { keys: ["x"], tasks: { p: { target: "h" } } } };
  const plan = planFixture({ a: {}, s: { target: "h", ...STEP }, each }, ON_FAILURE);
  assert.deepEqual(givenRun(plan, { hosts: { h: ["h"] } }).running, ["a"]);
});

test("given rollback off, when the run fails, then its steps are skipped", () => {
  const run = givenRun(planFixture({ a: {}, b: { after: ["a"] }, s: STEP })).fails("a");
  assert.deepEqual(run.statuses, { a: "failed", b: "notRun", s: "skipped" });
  assert.equal(run.view.verdict, "failed");
});

test("given a tolerated failure, when the run ends, then its steps are skipped", () => {
  const run = givenRun(planFixture({ a: { policy: { isTolerated: true } }, s: STEP }, ON_FAILURE)).fails("a");
  assert.deepEqual([run.status("s"), run.view.verdict], ["skipped", "succeeded"]);
});

test("given rollback manual, when a person asks for it, then undo and steps run and the run is rolled back", () => {
  const run = givenRun(planFixture({ a: UNDO, b: { after: ["a"] }, s: STEP }, { rollback: "manual" })).changes("a");
  run.when({ type: "undo" }).isCancelled("b").undoEnds("a");
  assert.deepEqual(run.running, ["s"]);
  assert.equal(run.succeeds("s").view.verdict, "rolledBack");
});

test("given a rollback a person asked for, when a step fails, then the run has failed with its error", () => {
  const run = givenRun(planFixture({ a: {}, s: STEP }, { rollback: "manual" }));
  run.when({ type: "undo" }).isCancelled("a").fails("s");
  assert.equal(run.view.verdict, "failed");
  assert.equal(run.view.error?.code, "DRV_TASK_FUNCTION_FAILED");
});

test("given an undo that failed, when the others are through, then the steps run all the same", () => {
  const run = givenRun(planFixture({ a: UNDO, boom: { after: ["a"] }, s: STEP }, ON_FAILURE));
  run.changes("a").fails("boom").undoEnds("a", failedOutcome());
  assert.deepEqual(run.running, ["s"]);
  assert.equal(run.succeeds("s").view.verdict, "failed");
});

test("given a cancelled run, when it ends, then its steps are skipped", () => {
  const run = givenRun(planFixture({ a: UNDO, b: { after: ["a"] }, s: STEP }, ON_FAILURE)).changes("a");
  run.when({ type: "cancel" }).isCancelled("b");
  assert.deepEqual([run.view.verdict, run.status("s")], ["cancelled", "skipped"]);
});

test("given running steps, when a cancel or another undo comes, then both are refused", () => {
  const run = rolledBack({ s: STEP });
  assert.equal(run.rejected({ type: "cancel" }).code, "DRV_RUN_PHASE_OVER");
  assert.equal(run.rejected({ type: "undo" }).code, "DRV_RUN_PHASE_OVER");
  assert.equal(run.succeeds("s").view.verdict, "rolledBack");
});

test("given level barriers, when the plan has steps, then no level waits for them", () => {
  const tasks = { s: STEP, t: { after: ["s"], ...STEP }, u: { after: ["t"], ...STEP }, a: {}, b: { after: ["a"] } };
  const run = givenRun(planFixture(tasks, { ...ON_FAILURE, hasLevelBarriers: true })).succeeds("a");
  assert.deepEqual(run.running, ["b"]);
  run.fails("b");
  assert.deepEqual(run.running, ["s"]);
});

test("given held unknown outcomes, when the run waits for decisions, then steps do not keep it from ending", () => {
  const run = givenRun(planFixture({ a: {}, b: { after: ["a"] }, s: STEP }, ON_FAILURE)).isLost("a");
  assert.deepEqual(run.statuses, { a: "unknown", b: "notRun", s: "skipped" });
  assert.equal(run.view.verdict, "needsDecision");
});

test("given a dry run, when it ends, then steps were not looked at", () => {
  const plan = planFixture({ a: { target: "h" }, s: { target: "h", ...STEP } }, ON_FAILURE);
  const run = givenRun(plan, { hosts: { h: ["h"] }, options: { isDryRun: true } });
  assert.deepEqual(run.running, ["a@h"]);
  run.fails("a");
  assert.deepEqual([run.status("s"), run.reason("s")], ["skipped", "no rollback was needed"]);
});
