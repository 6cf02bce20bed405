import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILED, givenRun, ReplayedRun, RUN } from "./replay-kit.ts";

// Projections: what the read model tells, and that it can be dropped at any time.

test("given a view, when it is reset and replayed, then its content is the same byte for byte", (context) => {
  const run = givenRun(context, ["a", "b@_all"]).starts(0).ends(0).startsOn(1, [0, 1]).endsOn(1, 0, FAILED);
  run.log.project();
  const before = run.log.content();
  run.rebuilt();
  assert.equal(run.log.content(), before);
});

test("given a view that lags, when it is reset and replayed, then it has what came since", (context) => {
  const run = givenRun(context).starts(0);
  run.log.project();
  run.ends(0);
  run.rebuilt();
  assert.equal(run.status(0), "changed");
});

test("given no view at all, when the log is replayed, then there is one", (context) => {
  const run = givenRun(context).starts(0);
  run.rebuilt();
  assert.equal(run.status(0), "running");
});

test("given a run, when its tasks move, then its counts add up to all tasks", (context) => {
  const run = givenRun(context, 5).starts(0).ends(0).starts(1).ends(1, FAILED).starts(2);
  const counts = Object.values(run.view.run(RUN)?.counts ?? { pending: 0 });
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    5,
  );
});

test("given tasks in different states, when the run is looked at, then each state is counted", (context) => {
  const counts = givenRun(context, 4).starts(0).ends(0).starts(1).ends(1, FAILED).starts(2).view.run(RUN)?.counts;
  assert.deepEqual([counts?.changed, counts?.failed, counts?.running, counts?.pending], [1, 1, 1, 1]);
});

test("given events of a run, when its version is asked for, then it is their number", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).view.run(RUN)?.version, 4);
});

test("given rows of a run, when its position is asked for, then it is that of the newest", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).view.run(RUN)?.position, 3);
});

test("given a log, when all of it is projected, then the position of the view is that of the log", (context) => {
  const run = givenRun(context).starts(0);
  assert.equal(run.view.position, run.log.store.tail);
});

test("given tasks with names, when they are asked for by name, then they are found", (context) => {
  const view = givenRun(context, ["build", "deploy@_all"]).view;
  assert.deepEqual([view.task(RUN, "deploy")?.index, view.task(RUN, "deploy")?.target], [1, "_all"]);
});

test("given a run without a plan body, when its tasks are asked for, then they go by their number", (context) => {
  const run = new ReplayedRun(context).events([
    {
      type: "run.created",
      runId: RUN,
      plan: "p",
      params: {},
      maxParallel: 1,
      isDryRun: false,
      rollback: "off",
      onUnknownHeld: "finish",
    },
    { type: "task.dispatched", task: 2, attempt: 1 },
  ]);
  assert.deepEqual(run.statuses, { "#0": "pending", "#1": "pending", "#2": "running" });
});

test("given a plan body that is lost, when the run is projected, then only the names are missing", (context) => {
  const run = new ReplayedRun(context).events([
    { type: "run.created", runId: RUN, plan: "p", planBody: "0".repeat(64), params: {}, isDryRun: false },
    { type: "task.dispatched", task: 0, attempt: 1 },
  ]);
  assert.deepEqual(run.statuses, { "#0": "running" });
});

test("given names that look like code, when they are projected, then they are told as they are", (context) => {
  const names = ["'; DROP TABLE task; --", "__proto__", "$(reboot)"];
  assert.deepEqual(
    givenRun(context, names)
      .view.tasks(RUN)
      .rows.map(({ name }) => name),
    names,
  );
});

test("given two runs, when they are listed, then the newest comes first", (context) => {
  const run = new ReplayedRun(context).created(["a"], "run_1").created(["a"], "run_2");
  assert.deepEqual(
    run.view.runs().rows.map(({ id }) => id),
    ["run_2", "run_1"],
  );
});

test("given runs in different states, when one state is asked for, then only those are listed", (context) => {
  const run = new ReplayedRun(context).created(["a"], "run_2").created(["a"]).finished("failed");
  assert.deepEqual(
    run.view.runs({ status: "failed" }).rows.map(({ id }) => id),
    [RUN],
  );
});

test("given runs, when part of a plan name is searched for, then case does not matter", (context) => {
  assert.equal(givenRun(context).view.runs({ text: "SIT" }).rows.length, 1);
});

test("given runs, when a time is asked for, then only runs created in it are listed", (context) => {
  const view = givenRun(context).view;
  assert.deepEqual([view.runs({ toMs: 1_001 }).rows.length, view.runs({ fromMs: 1_001 }).rows.length], [0, 1]);
});

test("given more tasks than a page, when the cursor is followed, then each comes once", (context) => {
  const view = givenRun(context, 5).view;
  const first = view.tasks(RUN, { limit: 3 });
  const rest = view.tasks(RUN, { limit: 3, cursor: first.nextCursor ?? "" });
  assert.deepEqual(
    [...first.rows, ...rest.rows].map(({ index }) => index),
    [0, 1, 2, 3, 4],
  );
});

test("given a host, when runs work on it, then its history tells the newest first", (context) => {
  const run = givenRun(context, ["a@_all", "b@_all"])
    .startsOn(0, [0])
    .endsOn(0, 0)
    .startsOn(1, [0])
    .endsOn(1, 0, FAILED);
  assert.deepEqual(
    run.view.hostHistory("h1").rows.map(({ taskName, status }) => [taskName, status]),
    [
      ["b", "failed"],
      ["a", "changed"],
    ],
  );
});

test("given a host that is at work, when its history is read, then what has not ended is not in it", (context) => {
  assert.deepEqual(givenRun(context, ["a@_all"]).startsOn(0, [0]).view.hostHistory("h1").rows, []);
});

test("given a task that may run anywhere, when it was placed, then its host is known", (context) => {
  const run = givenRun(context, ["a@_any"])
    .events([{ type: "task.evaluated", task: 0, host: "h7" }])
    .startsOn(0, [0]);
  assert.equal(run.view.hosts(RUN, 0).rows[0]?.host, "h7");
});

test("given a function that speaks for hosts, when it ends, then they are in the history", (context) => {
  const hostResults = [{ hostname: "db1", status: "changed", changed: true, durationMs: 5 }];
  const run = givenRun(context).starts(0).ends(0, { status: "changed", hostResults });
  assert.equal(run.view.hostHistory("db1").rows[0]?.isChanged, true);
});

test("given a run, when its timeline is read, then it begins with the creation and ends with the verdict", (context) => {
  const { rows } = givenRun(context).starts(0).ends(0).finished().view.timeline(RUN);
  assert.deepEqual([rows[0]?.text, rows.at(-1)?.text], ["run created by ada: release", "ended: succeeded"]);
});

test("given a task that failed, when the timeline is read, then it tells the error", (context) => {
  const { rows } = givenRun(context).starts(0).ends(0, FAILED).view.timeline(RUN);
  assert.equal(rows.find(({ kind }) => kind === "task.ended")?.text, "failed: Cannot do it: broke");
});

test("given a run with a row nobody can read, when the others are asked for, then they are all there", (context) => {
  const run = givenRun(context).created(["x"], "run_2");
  run.log.appendBody("run/run_2", "not json");
  run.starts(0);
  assert.deepEqual([run.status(0), run.view.run("run_2")?.quarantine?.code], ["running", "DRV_VIEW_ROW_UNREADABLE"]);
});
