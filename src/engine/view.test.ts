import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAttemptToken } from "../base/ids.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { failedOutcome, RUN_ID_FIXTURE } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";
import { createState } from "./create-state.ts";
import { groupOf, paramsOf, resultOf, taskOf } from "./task-access.ts";
import { attemptTokenOf } from "./token.ts";
import { viewRun } from "./view.ts";

const HOSTS = { hosts: { _all: ["h1", "h2"], h: ["h"] } } as const;

test("given a run, when it is viewed, then it tells what it is", () => {
  const { view } = givenRun(planFixture({ a: {} }, { name: "web" }));
  assert.deepEqual(
    [view.runId, view.planName, view.phase, view.isDryRun, view.taskCount, view.createdAtMs],
    [RUN_ID_FIXTURE, "web", "running", false, 1, 1_000],
  );
  assert.deepEqual([view.verdict, view.finishedAtMs, view.error], [undefined, undefined, undefined]);
});

test("given a finished run, when it is viewed, then it tells how it ended", () => {
  const { view } = givenRun(planFixture({ a: {} }))
    .after(500)
    .fails("a");
  assert.deepEqual([view.verdict, view.finishedAtMs, view.error?.code], ["failed", 1_500, "DRV_TASK_FUNCTION_FAILED"]);
});

test("given a run that was not created, when its id is asked for, then that is a bug", () => {
  assert.throws(() => viewRun(createState(planFixture({}))).runId, /no id/);
});

test("given a task, when it has ended, then its row tells when, how long, how often and with what", () => {
  const plan = planFixture({ a: { title: "Do it", operation: { name: "file.deploy" }, target: "h" } });
  const run = givenRun(plan, HOSTS).after(250);
  run.ends("a", { status: "changed", data: { bytes: 3 }, changes: [{ property: "mode" }] });
  const { title, operation, target, kind, startedAtMs, finishedAtMs, durationMs, attempts, data, changes, isChanged } =
    run.task("a");
  assert.deepEqual(
    { title, operation, target, kind, startedAtMs, finishedAtMs, durationMs, attempts, data, changes, isChanged },
    {
      title: "Do it",
      operation: "file.deploy",
      target: "h",
      kind: "operation",
      startedAtMs: 1_000,
      finishedAtMs: 1_250,
      durationMs: 250,
      attempts: 1,
      data: { bytes: 3 },
      changes: [{ property: "mode" }],
      isChanged: true,
    },
  );
});

test("given a running task, when its row is read, then its duration grows with the run", () => {
  const run = givenRun(planFixture({ a: {}, b: {} }))
    .after(400)
    .succeeds("b");
  assert.equal(run.task("a").durationMs, 400);
});

test("given a function that speaks for hosts, when it has ended, then its row has their results", () => {
  const hostResults = [{ hostname: "x", status: "failed", changed: false, durationMs: 1 }] as const;
  const run = givenRun(planFixture({ a: {} })).ends("a", { status: "unchanged", hostResults });
  assert.deepEqual(run.task("a").hostResults, hostResults);
});

test("given several hosts in different states, when the row is read, then each says where it stands", () => {
  const hosts = { hosts: { _all: ["ok", "bad", "gone", "slow", "skip", "later"] } };
  const run = givenRun(
    planFixture({ a: { target: "_all", policy: { maxFail: { hosts: 9 } } } }, { limits: { maxParallel: 5 } }),
    hosts,
  );
  run.changes("a@ok", 1);
  run.skips("a@skip", "no systemd").isLost("a@gone").after(30);
  run.fails("a@bad", { failure: "unreachable" });
  assert.deepEqual(
    run.task("a").hostResults.map(({ hostname, status, reason, failure }) => [hostname, status, reason ?? failure]),
    [
      ["ok", "changed", undefined],
      ["bad", "failed", "unreachable"],
      ["gone", "unknown", "connection lost"],
      ["slow", "running", "running"],
      ["skip", "skipped", "no systemd"],
      ["later", "running", "running"],
    ],
  );
});

test("given hosts that wait for a slot, when the row is read, then they have not started yet", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 1 } }), HOSTS);
  const { status, reason } = run.task("a").hostResults[1] ?? {};
  assert.deepEqual([status, reason], ["pending", "not started yet"]);
  assert.equal(run.reason("a"), "waiting for a slot: 1 of 1 slots in use");
});

test("given tasks of groups, when they are looked up, then names, indices and rows agree", () => {
  const run = givenRun(planFixture({ each: { group: { keys: ["x", "y"], tasks: { a: {}, b: { after: ["a"] } } } } }));
  const index = run.index("each[y].b");
  assert.equal(index, 4);
  assert.deepEqual([run.task("each[y].b").name, run.task("each[y].b").group], ["each[y].b", 0]);
  assert.deepEqual(run.view.dependenciesOf(index), [3]);
  assert.deepEqual([groupOf(run.state, index), groupOf(run.state, 0)], [0, undefined]);
  assert.equal(taskOf(run.state, index).name, "b");
  assert.equal(run.view.indexOf("each[z].b"), undefined);
});

test("given a task of an index that does not exist, when it is asked for, then that is a bug", () => {
  assert.throws(() => taskOf(givenRun(planFixture({ a: {} })).state, 5), /no task 5/);
});

test("given a result and parameters, when they are asked for by index, then they are those of the task", () => {
  const run = givenRun(planFixture({ a: {}, b: {} })).succeeds("a", [1]);
  assert.deepEqual(resultOf(run.state, 0), { status: "unchanged", data: [1] });
  assert.deepEqual([resultOf(run.state, 1), paramsOf(run.state, 0)], [undefined, undefined]);
});

// Why something waits

const WAITING: readonly (readonly [string, Readonly<Record<string, TaskFixture>>, string | undefined])[] = [
  ["running", { a: {} }, undefined],
  [
    "waiting for user code",
    { a: { guards: [{ kind: "when", evaluate: () => true }] } },
    "waiting for guards and parameters",
  ],
  ["waiting for a signal", { a: { gate: { kind: "signal", name: "go" } } }, 'waiting for signal "go"'],
  ["waiting for time", { a: { gate: { kind: "delay", delayMs: 90_000 } } }, "waiting 1m30s for the gate to open"],
];

for (const [what, tasks, reason] of WAITING) {
  test(`given a task ${what}, when asked why, then it says: ${reason}`, () => {
    assert.equal(givenRun(planFixture(tasks)).reason("a"), reason);
  });
}

test("given a host that waits for its retry, when asked why, then the task tells how long", () => {
  const retry = { retries: 1, initialMs: 5_000, factor: 1, maxMs: 5_000, jitter: 0, on: "retryable" } as const;
  const run = givenRun(planFixture({ a: { target: "_all", policy: { retry } } }), HOSTS)
    .changes("a@h1")
    .fails("a@h2");
  assert.deepEqual([run.status("a"), run.reason("a")], ["waiting", "attempt 1 failed, waiting 5.0s for the next"]);
});

test("given a refused attempt, when asked why it waits, then it does not say that it failed", () => {
  const run = givenRun(planFixture({ a: {} }));
  run.when({ type: "attemptNotStarted", ...run.attemptOf("a"), reason: "busy" });
  assert.equal(run.reason("a"), "attempt 1 was refused, waiting 1.0s for the next");
});

// Tokens

test("given one attempt, when its token is asked for again, then it is the same", () => {
  const run = givenRun(planFixture({ a: { target: "_all" } }), HOSTS);
  const name = { task: 0, unit: 0, attempt: 1, generation: 1 };
  const token = attemptTokenOf(run.state, name);
  assert.equal(token, attemptTokenOf(run.copy(), name));
  assert.equal(parseAttemptToken(token), token);
});

test("given attempts that differ in any part, when tokens are made, then all of them differ", () => {
  const tasks = { a: { target: "_all" }, b: { target: "_all" } };
  const run = givenRun(planFixture(tasks), HOSTS);
  const first = { task: 0, unit: 0, attempt: 1, generation: 1 };
  const names = [
    first,
    { ...first, task: 1 },
    { ...first, unit: 1 },
    { ...first, attempt: 2 },
    { ...first, generation: 2 },
  ];
  assert.equal(new Set(names.map((name) => attemptTokenOf(run.state, name))).size, names.length);
});

test("given a failed task that changed something, when its row is read, then it is failed and changed", () => {
  const run = givenRun(planFixture({ a: {} })).ends("a", failedOutcome({ changed: true, data: { exit: 1 } }));
  const { status, isChanged, data } = run.task("a");
  assert.deepEqual({ status, isChanged, data }, { status: "failed", isChanged: true, data: { exit: 1 } });
});
