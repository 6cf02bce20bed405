import assert from "node:assert/strict";
import { test } from "node:test";
import { openViewForWriting } from "../../src/view/sqlite/view-file.ts";
import { FAILED, givenRun, RUN } from "./replay-kit.ts";

// Illegal order: late, repeated and misplaced events do not revive what is over.

const REFUSED = { type: "attempt.refused", task: 0, unit: 0, attempt: 1, dueMs: 9_000, reason: "busy" };
const RETRY = { type: "retry.scheduled", task: 0, unit: 0, attempt: 1, dueMs: 9_000, error: FAILED.error };
const LOST = { type: "attempt.unknown", task: 0, unit: 0, attempt: 1, reason: "lost", next: "hold" };

test("given a completed task, when it is dispatched again, then it is still completed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).starts(0).status(0), "changed");
});

test("given a completed task, when a later attempt is dispatched, then it is still completed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).starts(0, 2).status(0), "changed");
});

test("given a failed task, when a success comes late, then it is still failed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0, FAILED).ends(0).status(0), "failed");
});

test("given a completed task, when it is completed again, then its end stays the first", (context) => {
  const run = givenRun(context).starts(0).ends(0);
  const finishedAtMs = run.at;
  assert.equal(run.ends(0).view.task(RUN, 0)?.finishedAtMs, finishedAtMs);
});

test("given a completed task, when it is completed again, then it is counted once", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).ends(0).view.run(RUN)?.counts.changed, 1);
});

test("given a completed task, when a retry of it comes late, then it is still completed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).events([RETRY]).status(0), "changed");
});

test("given a completed task, when a refusal comes late, then it is still completed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).events([REFUSED]).status(0), "changed");
});

test("given a completed task, when its loss is reported late, then it is still completed", (context) => {
  assert.equal(givenRun(context).starts(0).ends(0).events([LOST]).status(0), "changed");
});

test("given a completed task, when a skip names it, then it is still completed", (context) => {
  const skip = { type: "tasks.skipped", ranges: [[0, 1]], cause: "guard", reason: "no" };
  const run = givenRun(context).starts(0).ends(0).events([skip]);
  assert.deepEqual([run.status(0), run.status(1)], ["changed", "skipped"]);
});

test("given a skipped task, when it is dispatched, then it is still skipped", (context) => {
  const skip = { type: "tasks.skipped", ranges: [[0, 0]], cause: "guard", reason: "no" };
  assert.equal(givenRun(context).events([skip]).starts(0).status(0), "skipped");
});

test("given a task that is not run, when it is dispatched, then it is still not run", (context) => {
  const notRun = { type: "tasks.notRun", ranges: [[0, 0]], reason: "stopped" };
  assert.equal(givenRun(context).events([notRun]).starts(0).status(0), "notRun");
});

test("given a second attempt, when the result of the first comes late, then the second still runs", (context) => {
  assert.equal(givenRun(context).starts(0).starts(0, 2).ends(0, FAILED, 1).status(0), "running");
});

test("given a second attempt, when the first is dispatched again, then two attempts are counted", (context) => {
  assert.equal(givenRun(context).starts(0).starts(0, 2).starts(0, 1).view.task(RUN, 0)?.attempts, 2);
});

test("given a task that never started, when its end comes, then it is over", (context) => {
  assert.equal(givenRun(context).ends(0, { status: "changed" }, 1).status(0), "changed");
});

test("given a host that ended, when it is dispatched again, then it is still at its end", (context) => {
  const run = givenRun(context, ["a@_all"]).startsOn(0, [0, 1]).endsOn(0, 0).startsOn(0, [0], 2);
  assert.deepEqual(
    run.view.hosts(RUN, 0).rows.map(({ status }) => status),
    ["changed", "running"],
  );
});

test("given a task at its end, when one of its hosts reports late, then nothing is different", (context) => {
  const run = givenRun(context, ["a@_all"]).startsOn(0, [0, 1]).endsOn(0, 0).ends(0).endsOn(0, 1, FAILED);
  assert.deepEqual(run.view.task(RUN, 0)?.hosts, { changed: 1, cancelled: 1 });
});

test("given a finished run, when a task is dispatched, then it is still pending and the run finished", (context) => {
  const run = givenRun(context).finished().starts(0);
  assert.deepEqual([run.status(0), run.view.run(RUN)?.status], ["pending", "succeeded"]);
});

test("given a finished run, when another verdict comes, then the first stays", (context) => {
  assert.equal(givenRun(context).finished("failed").finished("succeeded").view.run(RUN)?.status, "failed");
});

test("given a run, when it is created a second time, then who started it stays", (context) => {
  const again = { type: "run.created", runId: RUN, plan: "other", params: {}, actor: "eve", isDryRun: true };
  const run = givenRun(context).events([again]).view.run(RUN);
  assert.deepEqual([run?.actor, run?.plan, run?.isDryRun], ["ada", "site", false]);
});

test("given rows that were projected, when all of them are delivered again, then nothing is different", (context) => {
  const run = givenRun(context).starts(0).ends(0).starts(1);
  run.log.project();
  const before = run.log.content();
  const view = openViewForWriting(run.log.data);
  view.exec("UPDATE cursor SET position = 0");
  view.close();
  run.log.project();
  assert.equal(run.log.content(), before);
});
