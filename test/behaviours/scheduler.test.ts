import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetryPolicy } from "../../src/plan/compiled-plan.ts";
import { planFixture, VALUE_FUNCTION_FIXTURE } from "../../src/testing/plan-fixture.ts";
import { RUN_ID_FIXTURE } from "../../src/testing/given-run.ts";
import { givenRun as given } from "../../src/testing/run-specification.ts";

// The scheduler as its users see it: which task starts when, and how every run ends.

const GO_ON = { policy: { afterFailure: "continueRun" } } as const;
const RETRY: RetryPolicy = { retries: 2, initialMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0, on: "retryable" };
const ALL = { hosts: { _all: ["web1", "web2", "web3"] } } as const;

// Readiness

test("given tasks without dependencies, when the run starts, then all of them start", () => {
  const run = given(planFixture({ a: {}, b: {}, c: {} }));
  assert.deepEqual(run.running, ["a", "b", "c"]);
});

test("given a chain, when the run starts, then only its first task starts", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] }, c: { after: ["b"] } }));
  assert.deepEqual(run.statuses, { a: "running", b: "pending", c: "pending" });
});

test("given a chain, when a task succeeds, then the next one starts in the same step", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] } })).succeeds("a");
  assert.deepEqual(run.eventTypes.slice(-2), ["task.completed", "task.dispatched"]);
});

test("given two tasks waiting on one, when it succeeds, then both start in plan order", () => {
  const run = given(planFixture({ b: { after: ["z"] }, a: { after: ["z"] }, z: {} })).succeeds("z");
  assert.deepEqual(run.running, ["b", "a"]);
});

test("given a task with two dependencies, when the first ends, then it still waits", () => {
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["a", "b"] } })).succeeds("a");
  assert.equal(run.status("c"), "pending");
});

test("given a task with two dependencies, when the second ends, then it starts", () => {
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["a", "b"] } }))
    .succeeds("b")
    .succeeds("a");
  assert.deepEqual(run.running, ["c"]);
});

test("given a diamond, when both sides succeed in either order, then the join starts once", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"] }, c: { after: ["a"] }, d: { after: ["b", "c"] } });
  for (const [first, second] of [["b", "c"] as const, ["c", "b"] as const]) {
    const run = given(plan).succeeds("a").succeeds(first).succeeds(second);
    assert.equal(run.eventsOf("task.dispatched").filter(({ task }) => task === 3).length, 1);
  }
});

test("given levels of unequal speed, when one branch is slow, then the other goes on beyond it", () => {
  const run = given(planFixture({ slow: {}, a: {}, b: { after: ["a"] }, c: { after: ["b"] } }))
    .succeeds("a")
    .succeeds("b");
  assert.deepEqual(run.running, ["slow", "c"]);
});

test("given a preferred edge only, when the run starts, then nothing waits for it", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a preferred"] } }));
  assert.deepEqual(run.running, ["a", "b"]);
});

test("given a preferred edge, when the preferred task fails, then the other runs anyway", () => {
  const plan = planFixture({ a: GO_ON, b: { after: ["a preferred"] } }, { limits: { maxParallel: 1 } });
  assert.deepEqual(given(plan).fails("a").running, ["b"]);
});

test("given an empty plan, when the run starts, then it ends as succeeded", () => {
  assert.equal(given(planFixture({})).view.verdict, "succeeded");
});

test("given a waiting task, when asked why, then it names the dependency", () => {
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["a", "b"] } }));
  assert.equal(run.reason("c"), 'waiting for task "a" and 1 more');
});

// Order

test("given one slot, when several tasks are ready, then the one with the longest path behind it starts first", () => {
  const plan = planFixture({ short: {}, long: {}, next: { after: ["long"] } }, { limits: { maxParallel: 1 } });
  assert.deepEqual(given(plan).running, ["long"]);
});

test("given one slot, when a task has a higher priority, then it starts before longer paths", () => {
  const plan = planFixture(
    { long: {}, next: { after: ["long"] }, urgent: { policy: { priority: 1 } } },
    { limits: { maxParallel: 1 } },
  );
  assert.deepEqual(given(plan).running, ["urgent"]);
});

test("given one slot, when a task has a lower priority, then it starts last", () => {
  const plan = planFixture({ idle: { policy: { priority: -5 } }, a: {}, b: {} }, { limits: { maxParallel: 1 } });
  assert.deepEqual(given(plan).succeeds("a").succeeds("b").running, ["idle"]);
});

test("given one slot and equal paths, when a soft rank is smaller, then that task starts first", () => {
  const plan = planFixture({ a: {}, b: {} }, { limits: { maxParallel: 1 }, softRank: { a: 1, b: 0 } });
  assert.deepEqual(given(plan).running, ["b"]);
});

test("given one slot and equals, when the run starts, then plan order decides", () => {
  const plan = planFixture({ z: {}, a: {} }, { limits: { maxParallel: 1 } });
  assert.deepEqual(given(plan).running, ["z"]);
});

test("given estimates from earlier runs, when the run starts, then they decide which path is longest", () => {
  const plan = planFixture({ a: {}, b: {} }, { limits: { maxParallel: 1 } });
  const run = given(plan, { options: { estimates: [{ task: 1, estimateMs: 60_000 }] } });
  assert.deepEqual(run.running, ["b"]);
});

// Limits

test("given more ready tasks than slots, when the run starts, then only as many start", () => {
  const run = given(planFixture({ a: {}, b: {}, c: {} }, { limits: { maxParallel: 2 } }));
  assert.deepEqual(run.statuses, { a: "running", b: "running", c: "ready" });
});

test("given a full run, when a task ends, then the next one takes its slot", () => {
  const run = given(planFixture({ a: {}, b: {}, c: {} }, { limits: { maxParallel: 2 } })).succeeds("b");
  assert.deepEqual(run.running, ["a", "c"]);
});

test("given a limit for this run, when it starts, then it replaces that of the plan", () => {
  const run = given(planFixture({ a: {}, b: {} }), { options: { maxParallel: 1 } });
  assert.deepEqual(run.running, ["a"]);
});

test("given a ready task without a slot, when asked why, then it tells the slots in use", () => {
  const run = given(planFixture({ a: {}, b: {} }, { limits: { maxParallel: 1 } }));
  assert.equal(run.reason("b"), "waiting for a slot: 1 of 1 slots in use");
});

test("given two tasks that write to one host, when both are ready, then one waits for the host", () => {
  const run = given(planFixture({ a: { target: "web1" }, b: { target: "web1" } }), { hosts: { web1: ["web1"] } });
  assert.deepEqual(run.running, ["a@web1"]);
  assert.equal(run.reason("b"), "waiting for host web1");
});

test("given a task that waits for a host, when the host is free, then it starts", () => {
  const plan = planFixture({ a: { target: "web1" }, b: { target: "web1" } });
  assert.deepEqual(given(plan, { hosts: { web1: ["web1"] } }).changes("a").running, ["b@web1"]);
});

test("given two tasks that only read one host, when both are ready, then both start", () => {
  const read = { target: "web1", operation: { class: "read-only" } } as const;
  const run = given(planFixture({ a: read, b: read }), { hosts: { web1: ["web1"] } });
  assert.deepEqual(run.running, ["a@web1", "b@web1"]);
});

test("given a blocked host, when another task needs another host, then it goes ahead", () => {
  const plan = planFixture({ a: { target: "web1" }, b: { target: "web1" }, c: { target: "web2" } });
  assert.deepEqual(given(plan, { hosts: { web1: ["web1"], web2: ["web2"] } }).running, ["a@web1", "c@web2"]);
});

test("given tasks with one concurrency key, when its limit is reached, then the others wait", () => {
  const keyed = { policy: { concurrencyKey: "database" } } as const;
  const plan = planFixture({ a: keyed, b: keyed, c: keyed }, { limits: { keys: new Map([["database", 2]]) } });
  const run = given(plan);
  assert.deepEqual(run.running, ["a", "b"]);
  assert.equal(run.reason("c"), 'waiting for "database": 2 of 2 slots in use');
});

test("given a concurrency key without a limit, when two tasks have it, then they exclude each other", () => {
  const keyed = { policy: { concurrencyKey: "lock" } } as const;
  assert.deepEqual(given(planFixture({ a: keyed, b: keyed })).succeeds("a").running, ["b"]);
});

test("given tasks that wait for a key, when it is free, then the best of them starts", () => {
  const keyed = { policy: { concurrencyKey: "lock" } } as const;
  const urgent = { policy: { concurrencyKey: "lock", priority: 1 } } as const;
  const plan = planFixture({ a: {}, b: { after: ["a"], ...keyed }, c: { after: ["a"], ...urgent }, hold: keyed });
  assert.deepEqual(given(plan).succeeds("a").succeeds("hold").running, ["c"]);
});

test("given level barriers, when one task of a level is slow, then the next level waits", () => {
  const plan = planFixture({ slow: {}, a: {}, b: { after: ["a"] } }, { hasLevelBarriers: true });
  const run = given(plan).succeeds("a");
  assert.equal(run.reason("b"), "waiting for the level before to end");
  assert.deepEqual(run.succeeds("slow").running, ["b"]);
});

test("given level barriers, when a level is skipped as a whole, then the one after it starts", () => {
  const plan = planFixture(
    { a: {}, b: { after: ["a"], guards: ["onlyIfChanged"] }, c: { after: ["b"] } },
    { hasLevelBarriers: true },
  );
  assert.deepEqual(given(plan).succeeds("a").running, ["c"]);
});

// Conditions on dependencies

test("given a hard dependency, when it fails, then the dependent is skipped", () => {
  const run = given(planFixture({ a: GO_ON, b: { after: ["a"] } })).fails("a");
  assert.equal(run.task("b").skipCause, "dependencyFailed");
});

test("given a soft dependency, when it fails, then the dependent waited for it and runs", () => {
  const run = given(planFixture({ a: GO_ON, b: { after: ["a always"] } }));
  assert.equal(run.status("b"), "pending");
  assert.deepEqual(run.fails("a").running, ["b"]);
});

test("given a failure branch, when its trigger fails, then it runs", () => {
  assert.deepEqual(given(planFixture({ a: GO_ON, b: { after: ["a failure"] } })).fails("a").running, ["b"]);
});

test("given a failure branch, when its trigger succeeds, then it is not triggered", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a failure"] } })).succeeds("a");
  assert.equal(run.task("b").skipCause, "notTriggered");
  assert.equal(run.view.verdict, "succeeded");
});

test("given a failed dependency, when others of the task are still running, then it is skipped only when they end", () => {
  const run = given(planFixture({ a: GO_ON, b: {}, c: { after: ["a", "b"] } })).fails("a");
  assert.equal(run.status("c"), "pending");
  assert.equal(run.succeeds("b").status("c"), "skipped");
});

test("given a failed task, when its dependents have dependents, then the skip cascades in one event", () => {
  const run = given(planFixture({ a: GO_ON, b: { after: ["a"] }, c: { after: ["b"] }, d: { after: ["c"] } })).fails(
    "a",
  );
  assert.deepEqual(
    run.eventsOf("tasks.skipped").map(({ ranges, cause }) => ({ ranges, cause })),
    [{ ranges: [[1, 3]], cause: "dependencyFailed" }],
  );
});

test("given a branch that is not triggered, when it has dependents, then they are not triggered either", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a failure"] }, c: { after: ["b"] } })).succeeds("a");
  assert.equal(run.task("c").skipCause, "notTriggered");
});

test("given a task skipped by its guard, when it has dependents, then they run", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"], guards: ["onlyIfChanged"] }, c: { after: ["b"] } });
  assert.deepEqual(given(plan).succeeds("a").running, ["c"]);
});

test("given a skipped task, when a cleanup always follows it, then the cleanup runs", () => {
  const plan = planFixture({ a: GO_ON, b: { after: ["a"] }, c: { after: ["b always"] } });
  assert.deepEqual(given(plan).fails("a").running, ["c"]);
});

// Guards

test("given onlyIfChanged, when nothing changed, then the task is skipped with a reason", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"], guards: ["onlyIfChanged"] } })).succeeds("a");
  assert.equal(run.reason("b"), "no dependencies changed");
});

test("given onlyIfChanged, when a dependency changed, then the task runs", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"], guards: ["onlyIfChanged"] } })).changes("a");
  assert.deepEqual(run.running, ["b"]);
});

test("given two guards, when the second says no, then the task is skipped with the reason of the second", () => {
  const guards = ["onlyIfChanged", "onlyIfAllChanged"] as const;
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["a", "b"], guards } }))
    .changes("a")
    .succeeds("b");
  assert.equal(run.reason("c"), "only-if-all-changed: not all dependencies changed");
});

test("given a function guard, when the dependencies have ended, then the world is asked before the task starts", () => {
  const run = given(planFixture({ a: { guards: [{ kind: "when", evaluate: () => true }] } }));
  assert.deepEqual(run.evaluating, ["a"]);
  assert.deepEqual(run.evaluates("a").running, ["a"]);
});

test("given a function guard, when it says no, then the task is skipped with its reason", () => {
  const run = given(
    planFixture({ a: { guards: [{ kind: "when", evaluate: () => false, reason: "not on Sundays" }] } }),
  );
  assert.equal(run.evaluates("a", { failedGuard: { guard: 0 } }).reason("a"), "not on Sundays");
});

test("given a function guard, when it throws, then the task fails with that error", () => {
  const run = given(planFixture({ a: { guards: [{ kind: "when", evaluate: () => true }] } }));
  run.evaluates("a", { error: { code: "DRV_TASK_GUARD_FAILED", message: "Cannot ask: it broke" } });
  assert.equal(run.task("a").error?.code, "DRV_TASK_GUARD_FAILED");
});

test("given parameters from a function, when they are evaluated, then they are kept with the task", () => {
  const run = given(planFixture({ a: { operation: { params: VALUE_FUNCTION_FIXTURE } } }));
  assert.deepEqual(run.needs("a"), { guards: [], params: true, placement: false, keys: false });
  run.evaluates("a", { params: { port: 80 } });
  assert.deepEqual(run.state.params.get(0), { port: 80 });
});

// Failure strategies

test("given stopAll, when a task fails, then running siblings are told to end", () => {
  const run = given(planFixture({ a: {}, b: {} })).fails("a");
  assert.deepEqual(run.cancelling, ["abort b"]);
});

test("given stopAll, when a task fails, then tasks never started are not run, with the reason", () => {
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["b"] } }))
    .fails("a")
    .isCancelled("b");
  assert.equal(run.status("c"), "notRun");
  assert.equal(run.reason("c"), 'not run: task "a" failed');
});

test("given stopAll, when a task fails, then the run ends as failed with its error", () => {
  const run = given(planFixture({ a: {} })).fails("a");
  assert.equal(run.view.verdict, "failed");
  assert.equal(run.view.error?.code, "DRV_TASK_FUNCTION_FAILED");
});

test("given stopAll, when a sibling that was told to end succeeds, then its success counts", () => {
  const run = given(planFixture({ a: {}, b: {} }))
    .fails("a")
    .changes("b");
  assert.equal(run.status("b"), "changed");
});

test("given stopAll, when a failure branch waits for the failed task, then it runs after the rest has ended", () => {
  const run = given(planFixture({ a: {}, b: {}, alarm: { after: ["a failure"] } })).fails("a");
  assert.equal(run.status("alarm"), "pending");
  assert.deepEqual(run.isCancelled("b").running, ["alarm"]);
});

test("given stopAll, when a cleanup follows what never started, then it is not run", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] }, cleanup: { after: ["b always"] } })).fails("a");
  assert.equal(run.status("cleanup"), "notRun");
});

test("given continueRun, when a task fails, then everything that does not depend on it goes on", () => {
  const run = given(planFixture({ a: GO_ON, b: {}, c: { after: ["b"] } }))
    .fails("a")
    .succeeds("b")
    .succeeds("c");
  assert.deepEqual(run.statuses, { a: "failed", b: "unchanged", c: "unchanged" });
  assert.equal(run.view.verdict, "failed");
});

test("given a tolerated task, when it fails, then the run succeeds", () => {
  const run = given(planFixture({ a: { policy: { isTolerated: true } }, b: {} }))
    .fails("a")
    .succeeds("b");
  assert.equal(run.view.verdict, "succeeded");
});

test("given retries, when an attempt fails, then the next waits for its delay", () => {
  const run = given(planFixture({ a: { policy: { retry: RETRY } } })).fails("a");
  assert.equal(run.status("a"), "waiting");
  assert.equal(run.reason("a"), "attempt 1 failed, waiting 1.0s for the next");
  assert.deepEqual(run.after(999).running, []);
  assert.deepEqual(run.after(1).running, ["a"]);
});

test("given exponential retries, when they go on failing, then the delays double and the task fails at last", () => {
  const run = given(planFixture({ a: { policy: { retry: RETRY } } }))
    .fails("a")
    .untilDue()
    .fails("a")
    .untilDue()
    .fails("a");
  assert.deepEqual(
    run.eventsOf("retry.scheduled").map(({ at, dueMs }) => dueMs - at),
    [1_000, 2_000],
  );
  assert.equal(run.status("a"), "failed");
  assert.equal(run.task("a").attempts, 3);
});

test("given retries, when the error is fatal, then there is no second attempt", () => {
  const run = given(planFixture({ a: { policy: { retry: RETRY } } })).fails("a", { errorClass: "fatal" });
  assert.equal(run.status("a"), "failed");
});

test("given retries and continueRun, when they are used up, then the run goes on", () => {
  const policy = { retry: { ...RETRY, retries: 1, initialMs: 0 }, afterFailure: "continueRun" } as const;
  const run = given(planFixture({ a: { policy }, b: {} }))
    .fails("a")
    .fails("a")
    .succeeds("b");
  assert.deepEqual(run.statuses, { a: "failed", b: "unchanged" });
});

test("given a task that waits for a retry, when another task needs its slot, then it gets it", () => {
  const plan = planFixture({ a: { policy: { retry: RETRY } }, b: {} }, { limits: { maxParallel: 1 } });
  assert.deepEqual(given(plan).fails("a").running, ["b"]);
});

// Claims and late answers

test("given a running attempt, when its result comes twice, then the second is refused", () => {
  const run = given(planFixture({ a: {}, b: {} }));
  const attempt = run.attemptOf("a");
  run.changes("a");
  const again = run.rejected({ type: "attemptFinished", ...attempt, outcome: { status: "unchanged" } });
  assert.equal(again.code, "DRV_RUN_ATTEMPT_STALE");
  assert.equal(run.status("a"), "changed");
});

test("given a retried task, when the result of the attempt before comes late, then it is refused", () => {
  const run = given(planFixture({ a: { policy: { retry: { ...RETRY, initialMs: 0 } } } }));
  const first = run.attemptOf("a");
  run.fails("a");
  const late = run.rejected({ type: "attemptFinished", ...first, outcome: { status: "changed" } });
  assert.equal(late.code, "DRV_RUN_ATTEMPT_STALE");
});

test("given a task that has not started, when a result names it, then it is refused", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] } }));
  const claim = { task: 1, unit: 0, attempt: 1, generation: 1, outcome: { status: "changed" } } as const;
  assert.equal(run.rejected({ type: "attemptFinished", ...claim }).code, "DRV_RUN_ATTEMPT_STALE");
});

test("given an executor that refuses, when a second has passed, then the task is placed again", () => {
  const run = given(planFixture({ a: {} }));
  run.when({ type: "attemptNotStarted", ...run.attemptOf("a"), reason: "busy" });
  assert.deepEqual(run.running, []);
  assert.deepEqual(run.after(1_000).running, ["a"]);
});

test("given several results in one command, when one of them is stale, then the others count", () => {
  const run = given(planFixture({ a: {}, b: {} }));
  const results = ["a", "b"].map((name) => ({ ...run.attemptOf(name), outcome: { status: "changed" } as const }));
  run.changes("a").when({ type: "attemptsFinished", results });
  assert.deepEqual(run.statuses, { a: "changed", b: "changed" });
});

test("given a run that has ended, when any command comes, then it is refused", () => {
  const run = given(planFixture({ a: {} })).succeeds("a");
  assert.equal(run.rejected({ type: "cancel" }).code, "DRV_RUN_FINISHED");
});

test("given a started run, when it is started again, then that is refused", () => {
  const run = given(planFixture({ a: {} }));
  const start = { type: "start", runId: RUN_ID_FIXTURE, params: {}, hosts: [], options: {} } as const;
  assert.equal(run.rejected(start).code, "DRV_RUN_ALREADY_STARTED");
});

test("given two runs of one plan, when one goes on, then the other is untouched", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"] } });
  const other = given(plan);
  given(plan).changes("a").fails("b");
  assert.deepEqual(other.statuses, { a: "running", b: "pending" });
});

// Hosts

test("given a task on all hosts, when it starts, then every host gets its own attempt", () => {
  const run = given(planFixture({ a: { target: "_all" } }), ALL);
  assert.deepEqual(run.running, ["a@web1", "a@web2", "a@web3"]);
});

test("given a task on all hosts, when one of them is still busy, then it has not ended", () => {
  const run = given(planFixture({ a: { target: "_all" }, b: { after: ["a"] } }), ALL)
    .changes("a@web1")
    .changes("a@web2");
  assert.equal(run.status("b"), "pending");
});

test("given a task on all hosts, when one changed, then the task changed", () => {
  const run = given(planFixture({ a: { target: "_all" } }), ALL)
    .succeeds("a@web1")
    .changes("a@web2")
    .succeeds("a@web3");
  assert.equal(run.status("a"), "changed");
});

test("given a task on all hosts, when one failed, then the task fails and names how many", () => {
  const run = given(planFixture({ a: { target: "_all" } }), ALL)
    .succeeds("a@web1")
    .fails("a@web2")
    .succeeds("a@web3");
  assert.equal(run.task("a").error?.message, 'Cannot complete task "a": 1 of 3 hosts failed, and 0 may fail');
});

test("given maxFail, when no more hosts fail, then the task succeeds", () => {
  const run = given(planFixture({ a: { target: "_all", policy: { maxFail: { percent: 30 } } } }), ALL)
    .changes("a@web1")
    .fails("a@web2")
    .changes("a@web3");
  assert.equal(run.status("a"), "changed");
});

test("given batches, when the first has ended well, then the next starts", () => {
  const policy = { batches: [{ hosts: 1 }] } as const;
  const run = given(planFixture({ a: { target: "_all", policy } }), ALL);
  assert.deepEqual(run.running, ["a@web1"]);
  assert.deepEqual(run.changes("a@web1").running, ["a@web2", "a@web3"]);
});

test("given batches, when the first has failed, then the others never start and say so", () => {
  const policy = { batches: [{ hosts: 1 }] } as const;
  const run = given(planFixture({ a: { target: "_all", policy } }), ALL).fails("a@web1");
  assert.deepEqual(
    run.task("a").hostResults.map(({ status, reason }) => reason ?? status),
    ["failed", "not started: too many hosts failed before", "not started: too many hosts failed before"],
  );
});

test("given target any, when the runner has chosen a host, then the task goes there", () => {
  const run = given(planFixture({ a: { target: "_any" } })).evaluates("a", { host: "web7" });
  assert.deepEqual(run.running, ["a@web7"]);
});

test("given a target without hosts, when that is allowed, then the task is skipped", () => {
  const plan = planFixture({ a: { target: "role:none", policy: { allowsEmptyTarget: true } } });
  assert.equal(given(plan, { hosts: { "role:none": [] } }).task("a").skipCause, "unsupported");
});

// Unknown outcomes

test("given an idempotent task, when its outcome is unknown, then it is made again", () => {
  const run = given(planFixture({ a: { unknownPolicy: "rerun" } })).isLost("a");
  assert.equal(run.dispatchOf("a").attempt, 2);
});

test("given a task that can be probed, when its outcome is unknown, then its goal is looked at", () => {
  const run = given(planFixture({ a: { unknownPolicy: "probe" } })).isLost("a");
  assert.equal(run.dispatchOf("a").mode, "probe");
});

test("given a task that may not be repeated, when its outcome is unknown, then the run ends for want of a decision", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] } })).isLost("a");
  assert.deepEqual(run.statuses, { a: "unknown", b: "notRun" });
  assert.equal(run.view.verdict, "needsDecision");
});

test("given a held task, when a person says it succeeded, then its dependents run", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"] } });
  const run = given(plan, { options: { onUnknownHeld: "wait" } }).isLost("a");
  run.when({ type: "resolveUnknown", task: 0, unit: 0, decision: "succeeded", actor: "ada" });
  assert.deepEqual(run.running, ["b"]);
});

// Time

test("given a queue timeout, when no slot is free in time, then the task fails", () => {
  const plan = planFixture({ a: {}, b: { policy: { queueTimeoutMs: 500 } } }, { limits: { maxParallel: 1 } });
  assert.equal(given(plan).after(500).task("b").error?.code, "DRV_TASK_QUEUE_TIMEOUT");
});

test("given an attempt timeout, when it is up, then the attempt is told to end and then made to", () => {
  const run = given(planFixture({ a: { policy: { attemptTimeoutMs: 500, killGraceMs: 100 } } })).after(500);
  assert.deepEqual(run.cancelling, ["abort a"]);
  assert.deepEqual(run.after(100).cancelling, ["kill a"]);
});

test("given an attempt that was timed out, when it answers, then it failed with its timeout", () => {
  const run = given(planFixture({ a: { policy: { attemptTimeoutMs: 500 } } }))
    .after(500)
    .isCancelled("a");
  assert.equal(run.task("a").error?.code, "DRV_TASK_ATTEMPT_TIMEOUT");
});

test("given a heartbeat timeout, when the executor is heard, then nothing happens until it falls silent", () => {
  const run = given(planFixture({ a: { policy: { heartbeatTimeoutMs: 500 } } }));
  run.after(400).when({ type: "heartbeat", task: 0, unit: 0 });
  assert.deepEqual(run.after(400).cancelling, []);
  assert.deepEqual(run.after(100).cancelling, ["abort a"]);
});

test("given a total timeout, when it is up between attempts, then the task fails for good", () => {
  const run = given(planFixture({ a: { policy: { retry: RETRY, totalTimeoutMs: 500 } } }))
    .fails("a")
    .after(500);
  assert.equal(run.task("a").error?.code, "DRV_TASK_TOTAL_TIMEOUT");
});

// Gates and groups

test("given a delay, when it has passed, then what follows starts", () => {
  const run = given(planFixture({ pause: { gate: { kind: "delay", delayMs: 60_000 } }, a: { after: ["pause"] } }));
  assert.equal(run.status("pause"), "waiting");
  assert.deepEqual(run.after(60_000).running, ["a"]);
});

test("given a signal gate, when the signal comes, then it opens with its payload", () => {
  const run = given(planFixture({ gate: { gate: { kind: "signal", name: "go" } }, a: { after: ["gate"] } }));
  run.when({ type: "signal", name: "go", id: "1", payload: { by: "ci" } });
  assert.deepEqual(run.task("gate").data, { by: "ci" });
  assert.deepEqual(run.running, ["a"]);
});

test("given a signal that came early, when its gate is reached, then it opens at once", () => {
  const run = given(planFixture({ a: {}, gate: { after: ["a"], gate: { kind: "signal", name: "go" } } }));
  run.when({ type: "signal", name: "go", id: "1" }).succeeds("a");
  assert.equal(run.view.verdict, "succeeded");
});

test("given an approval by two, when one person approves twice, then the gate stays closed", () => {
  const run = given(planFixture({ gate: { gate: { kind: "approval", quorum: 2 } } }));
  run.when({ type: "approve", task: 0, actor: "ada" }).when({ type: "approve", task: 0, actor: "ada" });
  assert.equal(run.reason("gate"), "waiting for approval: 1 of 2");
  assert.equal(run.when({ type: "approve", task: 0, actor: "bob" }).view.verdict, "succeeded");
});

test("given an approval, when it is refused, then the gate fails", () => {
  const run = given(planFixture({ gate: { gate: { kind: "approval", quorum: 1 } } }));
  run.when({ type: "reject", task: 0, actor: "ada", reason: "not today" });
  assert.equal(run.task("gate").error?.message, 'Cannot pass gate "gate": "ada" refused: not today');
});

test("given a group, when it starts, then its tasks run for every item and what follows waits for all", () => {
  const plan = planFixture({ each: { group: { keys: ["x", "y"], tasks: { a: {} } } }, after: { after: ["each"] } });
  const run = given(plan);
  assert.deepEqual(run.running, ["each[x].a", "each[y].a"]);
  run.changes("each[x].a");
  assert.equal(run.status("after"), "pending");
  assert.deepEqual(run.succeeds("each[y].a").running, ["after"]);
});

// Cancel and rollback

test("given a running task, when the run is cancelled, then it is told to end and the run ends as cancelled", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] } })).when({
    type: "cancel",
    actor: "ada",
    reason: "enough",
  });
  assert.deepEqual(run.cancelling, ["abort a"]);
  run.isCancelled("a");
  assert.deepEqual(run.statuses, { a: "cancelled", b: "notRun" });
  assert.equal(run.view.verdict, "cancelled");
});

test("given a cancelled run, when cleanup follows what started, then it still runs", () => {
  const run = given(planFixture({ a: {}, cleanup: { after: ["a always"] } }))
    .when({ type: "cancel" })
    .isCancelled("a");
  assert.deepEqual(run.running, ["cleanup"]);
});

test("given an executor that never answers, when the run is cancelled, then it ends in bounded time", () => {
  const run = given(planFixture({ a: { policy: { killGraceMs: 100 } } })).when({ type: "cancel" });
  run.after(100).after(100);
  assert.equal(run.status("a"), "unknown");
  assert.equal(run.view.verdict, "cancelled");
});

test("given rollback on failure, when a later task fails, then what changed is undone in reverse order", () => {
  const step = { hasUndo: true } as const;
  const plan = planFixture({ a: step, b: { after: ["a"], ...step }, c: { after: ["b"] } }, { rollback: "onFailure" });
  const run = given(plan).changes("a").changes("b").fails("c");
  assert.deepEqual(run.undoing, ["b"]);
  assert.deepEqual(run.undoEnds("b").undoing, ["a"]);
  assert.equal(run.undoEnds("a").view.verdict, "rolledBack");
});

// Numbers

test("given a run in the middle, when asked for its counts, then they add up to all tasks", () => {
  const run = given(planFixture({ a: {}, b: {}, c: { after: ["a"] }, d: { after: ["b failure"] } })).succeeds("b");
  const counts = Object.values(run.view.counts);
  assert.equal(
    counts.reduce((total, count) => total + count, 0),
    run.view.taskCount,
  );
});

test("given a finished run, when asked for its counts, then nothing is left open", () => {
  const run = given(planFixture({ a: {}, b: { after: ["a"] } })).runsToEnd();
  const { pending, ready, waiting, running } = run.view.counts;
  assert.deepEqual([pending, ready, waiting, running], [0, 0, 0, 0]);
});
