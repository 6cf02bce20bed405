import assert from "node:assert/strict";
import { test } from "node:test";
import { rebuildView } from "../../src/view/sqlite/rebuild-view.ts";
import { FAILED, givenRun, ReplayedRun, RUN } from "./replay-kit.ts";

// Replay: what a log says a run is.

test("given a run that was created, when it is replayed, then it is running with all tasks pending", (context) => {
  const run = givenRun(context, 3).view.run(RUN);
  assert.deepEqual([run?.status, run?.taskCount, run?.counts.pending], ["running", 3, 3]);
});

test("given who started a run and why, when it is replayed, then both are known", (context) => {
  const run = givenRun(context).view.run(RUN);
  assert.deepEqual([run?.actor, run?.reason, run?.plan], ["ada", "release", "site"]);
});

test("given a task that started, when it is replayed, then it is running since then", (context) => {
  const run = givenRun(context).starts(0);
  const task = run.view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.startedAtMs, task?.attempts], ["running", run.at, 1]);
});

for (const status of ["changed", "unchanged"] as const) {
  test(`given a task that ended ${status}, when it is replayed, then it is ${status}`, (context) => {
    assert.equal(givenRun(context).starts(0).ends(0, { status }).status(0), status);
  });
}

test("given a task that failed, when it is replayed, then its error is known", (context) => {
  const task = givenRun(context).starts(0).ends(0, FAILED).view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.error], ["failed", { code: FAILED.error.code, message: FAILED.error.message }]);
});

test("given a task that was cancelled, when it is replayed, then the reason is known", (context) => {
  const task = givenRun(context).starts(0).ends(0, { status: "cancelled", reason: "told to" }).view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.reason], ["cancelled", "told to"]);
});

test("given a task whose outcome is unknown, when it is replayed, then it is unknown and not over", (context) => {
  const task = givenRun(context).starts(0).ends(0, { status: "unknown", reason: "lost" }).view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.finishedAtMs], ["unknown", undefined]);
});

test("given an operation that skipped itself, when it is replayed, then it is skipped as unsupported", (context) => {
  const task = givenRun(context).starts(0).ends(0, { status: "skipped", reason: "not here" }).view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.skipCause, task?.reason], ["skipped", "unsupported", "not here"]);
});

test("given a cascade of skips, when it is replayed, then every task of its ranges is skipped", (context) => {
  const run = givenRun(context, 6).events([
    {
      type: "tasks.skipped",
      ranges: [
        [1, 2],
        [4, 4],
      ],
      cause: "dependencyFailed",
      reason: "dependency failed",
    },
  ]);
  assert.deepEqual(Object.values(run.statuses), ["pending", "skipped", "skipped", "pending", "skipped", "pending"]);
});

test("given tasks that were never started, when they are replayed, then they are not run and say why", (context) => {
  const run = givenRun(context).events([{ type: "tasks.notRun", ranges: [[1, 2]], reason: "the run stopped" }]);
  assert.deepEqual([run.status(1), run.view.task(RUN, 2)?.reason], ["notRun", "the run stopped"]);
});

test("given a failed attempt that is made again, when it is replayed, then the task waits", (context) => {
  const retry = { type: "retry.scheduled", task: 0, unit: 0, attempt: 1, dueMs: 9_000, error: FAILED.error };
  assert.equal(givenRun(context).starts(0).events([retry]).status(0), "waiting");
});

test("given a second attempt, when it is replayed, then both attempts are counted and the first start stays", (context) => {
  const run = givenRun(context).starts(0);
  const startedAtMs = run.at;
  const task = run.starts(0, 2).view.task(RUN, 0);
  assert.deepEqual([task?.attempts, task?.startedAtMs, task?.status], [2, startedAtMs, "running"]);
});

test("given a refused attempt, when it is replayed, then the task waits to be placed again", (context) => {
  const refused = { type: "attempt.refused", task: 0, unit: 0, attempt: 1, dueMs: 9_000, reason: "busy" };
  assert.equal(givenRun(context).starts(0).events([refused]).status(0), "waiting");
});

test("given an attempt that was lost and is held, when it is replayed, then a person has to decide", (context) => {
  const lost = { type: "attempt.unknown", task: 0, unit: 0, attempt: 1, reason: "lost", next: "hold" };
  const task = givenRun(context).starts(0).events([lost]).view.task(RUN, 0);
  assert.deepEqual([task?.status, task?.reason], ["unknown", "lost"]);
});

test("given a lost attempt that is made again, when it is replayed, then the task is ready", (context) => {
  const lost = { type: "attempt.unknown", task: 0, unit: 0, attempt: 1, reason: "lost", next: "rerun" };
  assert.equal(givenRun(context).starts(0).events([lost]).status(0), "ready");
});

test("given a held task that a person lets run again, when it is replayed, then it is ready", (context) => {
  const lost = { type: "attempt.unknown", task: 0, unit: 0, attempt: 1, reason: "lost", next: "hold" };
  const decided = { type: "unknown.resolved", task: 0, unit: 0, decision: "rerun", actor: "ada" };
  assert.equal(givenRun(context).starts(0).events([lost, decided]).status(0), "ready");
});

test("given a gate that waits, when it is replayed, then it waits since it was entered", (context) => {
  const run = givenRun(context).events([{ type: "gate.entered", task: 1 }]);
  const task = run.view.task(RUN, 1);
  assert.deepEqual([task?.status, task?.startedAtMs], ["waiting", run.at]);
});

test("given a task on hosts, when one host ends, then the task goes on and the host is told", (context) => {
  const run = givenRun(context, ["web@_all"]).startsOn(0, [0, 1, 2]).endsOn(0, 1);
  assert.deepEqual(
    [run.status(0), run.view.hosts(RUN, 0).rows.map(({ host, status }) => `${host} ${status}`)],
    ["running", ["h1 running", "h2 changed", "h3 running"]],
  );
});

test("given a task that ended before all hosts did, when it is replayed, then the others are cancelled", (context) => {
  const run = givenRun(context, ["web@_all"]).startsOn(0, [0, 1]).endsOn(0, 0, FAILED).ends(0, FAILED);
  assert.deepEqual(run.view.task(RUN, 0)?.hosts, { failed: 1, cancelled: 1 });
});

test("given a group, when its copies are replayed, then they count as tasks of the run", (context) => {
  const run = givenRun(context, 1).events([
    { type: "group.expanded", task: 0, first: 1, items: [{ key: "a", value: 1 }] },
  ]);
  run.starts(1);
  assert.deepEqual([run.status(0), run.status(1), run.view.run(RUN)?.taskCount], ["running", "running", 2]);
});

test("given a run that stops, when it is replayed, then its phase says so", (context) => {
  const run = givenRun(context).events([{ type: "run.stopping", mode: "failure", task: 0, reason: "it failed" }]);
  assert.equal(run.view.run(RUN)?.phase, "stopping");
});

test("given an undo that succeeded, when it is replayed, then the task is rolled back", (context) => {
  const run = givenRun(context)
    .starts(0)
    .ends(0)
    .events([
      { type: "phase.entered", phase: "undoing" },
      { type: "undo.started", task: 0, unit: 0, attempt: 2, source: "generated" },
      { type: "undo.completed", task: 0, unit: 0, attempt: 2, outcome: { status: "changed" } },
    ]);
  assert.deepEqual([run.view.task(RUN, 0)?.isRolledBack, run.status(0)], [true, "changed"]);
});

test("given an undo that failed, when it is replayed, then the error stands with the task", (context) => {
  const run = givenRun(context)
    .starts(0)
    .ends(0)
    .events([
      { type: "phase.entered", phase: "undoing" },
      { type: "undo.started", task: 0, unit: 0, attempt: 2, source: "generated" },
      { type: "undo.completed", task: 0, unit: 0, attempt: 2, outcome: FAILED },
    ]);
  const task = run.view.task(RUN, 0);
  assert.deepEqual([task?.isRolledBack, task?.undoError?.code], [false, FAILED.error.code]);
});

for (const verdict of ["succeeded", "failed", "cancelled"] as const) {
  test(`given a run that ended ${verdict}, when it is replayed, then it is over as ${verdict}`, (context) => {
    const run = givenRun(context).finished(verdict);
    const row = run.view.run(RUN);
    assert.deepEqual([row?.status, row?.phase, row?.finishedAtMs], [verdict, "finished", run.at]);
  });
}

test("given an event that was too large for the log, when it is replayed, then it counts as if it stood there", (context) => {
  const run = givenRun(context).starts(0);
  const at = run.at + 1;
  const blob = run.log.blob(JSON.stringify({ type: "task.completed", v: 1, at, task: 0, attempt: 1, outcome: FAILED }));
  run.events([{ type: "task.completed", task: 0, attempt: 1, status: "failed", blob }]);
  assert.equal(run.view.task(RUN, 0)?.error?.message, FAILED.error.message);
});

test("given a log that was replayed in part, when it is replayed again, then it goes on from there", (context) => {
  const run = givenRun(context).starts(0);
  run.log.project();
  run.ends(0);
  assert.deepEqual([run.log.project() > 0, run.status(0)], [true, "changed"]);
});

test("given a log that was replayed to its end, when it is replayed again, then there is nothing to do", (context) => {
  const run = givenRun(context).starts(0);
  run.log.project();
  assert.equal(run.log.project(), 0);
});

test("given a replay that is called off half-way, when the view is asked, then it is as before", (context) => {
  const run = givenRun(context).starts(0);
  run.log.project();
  const before = run.log.content();
  const turns = rebuildView(run.log.data, { monotonicMs: () => 0 });
  turns.next();
  turns[Symbol.dispose]();
  assert.equal(run.log.content(), before);
});

test("given a log with rows of others, when it is replayed, then they are passed over", (context) => {
  const run = givenRun(context).starts(0);
  run.log.append("lock/site", [{ type: "lock.granted", v: 1, at: 1 }]);
  run.ends(0);
  assert.deepEqual([run.status(0), run.view.runs().rows.length], ["changed", 1]);
});

test("given many runs in one log, when they are replayed, then none touches another", (context) => {
  const run = new ReplayedRun(context).created(["a"], "run_1").created(["b"], "run_2");
  run.events([{ type: "task.dispatched", task: 0, attempt: 1 }], "run_2");
  assert.deepEqual([run.view.task("run_1", 0)?.status, run.view.task("run_2", 0)?.status], ["pending", "running"]);
});
