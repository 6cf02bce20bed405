import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeRunView, type FakeTask } from "../testing/fake-run-view.ts";
import { snapshotOf, viewOfSnapshot } from "./snapshot.ts";
import { why } from "./why.ts";

const TASKS: readonly FakeTask[] = [
  {
    name: "fetch",
    status: "failed",
    error: { code: "DRV_X", message: "Cannot fetch", hint: "Try again" },
    attempts: 2,
  },
  {
    name: "configure",
    status: "changed",
    data: { password: "hunter2" },
    hostResults: [
      {
        hostname: "web1",
        status: "changed",
        changed: true,
        durationMs: 4,
        data: "hunter2",
        changes: [{ property: "content", before: "hunter2", diff: "+hunter2" }],
      },
    ],
  },
  { name: "deploy", status: "skipped", skipCause: "dependencyFailed", reason: "dependency failed", after: ["fetch"] },
];

test("given a run, when it is kept as JSON and read again, then why says the same", () => {
  const view = fakeRunView({ tasks: TASKS });
  const kept = snapshotOf(view);
  assert.deepEqual(JSON.parse(JSON.stringify(kept)), kept);
  const again = viewOfSnapshot(kept);
  assert.deepEqual(why(again, "deploy"), why(view, "deploy"));
  assert.equal(again.verdict, "failed");
  assert.deepEqual(again.counts, view.counts);
});

test("given data and diffs, when a run is kept, then none of their values is in it", () => {
  assert.doesNotMatch(JSON.stringify(snapshotOf(fakeRunView({ tasks: TASKS }))), /hunter2/);
});

test("given more tasks than are kept, when the run is kept, then those that did not go well and their dependencies stay", () => {
  const tasks: FakeTask[] = Array.from({ length: 20_001 }, (_, at) => ({ name: `t${at}`, status: "unchanged" }));
  const view = fakeRunView({ tasks: [...tasks, { name: "bad", status: "failed", after: ["t7"] }] });
  const again = viewOfSnapshot(snapshotOf(view));
  assert.equal(again.taskCount, 2);
  const bad = again.indexOf("bad") ?? -1;
  assert.equal(again.statusOf(bad), "failed");
  assert.deepEqual(
    again.dependenciesOf(bad).map((index) => again.task(index).name),
    ["t7"],
  );
  assert.equal(again.indexOf("t8"), undefined);
});

test("given what people said about a run, when it is kept and read again, then why explains it as before", () => {
  const atMs = 7;
  const tasks: FakeTask[] = [
    { name: "a", status: "changed", decision: { verb: "adopted", from: "run_old", atMs } },
    { name: "b", status: "skipped", skipCause: "operator", decision: { verb: "skipped", actor: "ada", atMs } },
    {
      name: "c",
      status: "pending",
      generation: 3,
      reset: { verb: "retryFrom", task: "c", actor: "ada", reason: "disk replaced", atMs },
    },
  ];
  const pause = { actor: "ada", reason: "wait for bob", atMs };
  const view = { ...fakeRunView({ tasks }), pause, controlVersion: 4 };
  const again = viewOfSnapshot(snapshotOf(view));
  for (const { name } of tasks) assert.deepEqual(why(again, name), why(view, name), name);
  assert.deepEqual([again.pause, again.controlVersion], [pause, 4]);
});
