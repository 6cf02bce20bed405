import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { DroverError } from "../../base/coded-error.ts";
import { KeptLog } from "./test-kit/kept-log.ts";
import { openView, type ViewReader } from "./view-reader.ts";

interface GivenRun {
  readonly plan?: string;
  readonly actor?: string;
  readonly at?: number;
  readonly verdict?: string;
}

const HEAD = { params: {}, maxParallel: 4, isDryRun: false, rollback: "off", onUnknownHeld: "finish" };

/** A run of two tasks on hosts h1 and h2; without a verdict it is still running. */
function keepRun(log: KeptLog, id: string, given: GivenRun = {}): void {
  const { plan = "site", at = 1_000, actor, verdict } = given;
  const planBody = log.blob(
    JSON.stringify({
      name: plan,
      tasks: [
        { name: "config", kind: "operation", operation: "file.deploy", target: "_all" },
        { name: "check", kind: "function", title: "Check it" },
      ],
    }),
  );
  const error = { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot do it: broke" };
  log.append(`run/${id}`, [
    { type: "run.created", v: 1, at, runId: id, plan, planBody, ...HEAD, ...(actor !== undefined && { actor }) },
    { type: "hosts.resolved", v: 1, at, targets: [{ target: "_all", hosts: ["h1", "h2"] }] },
    { type: "task.dispatched", v: 1, at: at + 1, task: 0, attempt: 1, units: [0, 1] },
    { type: "unit.completed", v: 1, at: at + 2, task: 0, unit: 0, attempt: 1, outcome: { status: "changed" } },
  ]);
  if (verdict === undefined) return;
  log.append(`run/${id}`, [
    {
      type: "unit.completed",
      v: 1,
      at: at + 3,
      task: 0,
      unit: 1,
      attempt: 1,
      outcome: { status: "failed", error, errorClass: "fatal" },
    },
    {
      type: "task.completed",
      v: 1,
      at: at + 3,
      task: 0,
      attempt: 1,
      outcome: { status: "failed", error, errorClass: "fatal" },
    },
    { type: "tasks.notRun", v: 1, at: at + 3, ranges: [[1, 1]], reason: "the run stopped" },
    { type: "run.completed", v: 1, at: at + 4, verdict },
  ]);
}

function givenView(context: TestContext, keep: (log: KeptLog) => void): ViewReader {
  const log = new KeptLog(context);
  keep(log);
  log.project();
  const view = openView(log.data);
  context.after(() => view[Symbol.dispose]());
  return view;
}

function idsOf(view: ViewReader, query: Parameters<ViewReader["runs"]>[0]): readonly string[] {
  return view.runs(query).rows.map(({ id }) => id);
}

const FIVE = (log: KeptLog): void => {
  keepRun(log, "run_1", { plan: "Site", actor: "ada", at: 1_000, verdict: "failed" });
  keepRun(log, "run_2", { plan: "site-2", actor: "bob", at: 2_000, verdict: "failed" });
  keepRun(log, "run_3", { plan: "backup", actor: "ada", at: 3_000 });
  keepRun(log, "run_4", { plan: "backup", actor: "eve", at: 4_000, verdict: "rolledBack" });
  keepRun(log, "other_5", { plan: "100%_done", at: 5_000 });
};

test("given runs, when they are listed, then the newest come first, with what is known of each", (context) => {
  const view = givenView(context, FIVE);
  assert.deepEqual(idsOf(view, {}), ["other_5", "run_4", "run_3", "run_2", "run_1"]);
  const run = view.run("run_1");
  assert.deepEqual(
    { status: run?.status, phase: run?.phase, actor: run?.actor, tasks: run?.taskCount, version: run?.version },
    { status: "failed", phase: "finished", actor: "ada", tasks: 2, version: 8 },
  );
  assert.deepEqual([run?.counts.failed, run?.counts.notRun, run?.counts.pending], [1, 1, 0]);
  assert.equal(view.run("run_9"), undefined);
});

test("given runs, when they are filtered, then everything given must hold", (context) => {
  const view = givenView(context, FIVE);
  assert.deepEqual(idsOf(view, { status: "failed" }), ["run_2", "run_1"]);
  assert.deepEqual(idsOf(view, { status: "running" }), ["other_5", "run_3"]);
  assert.deepEqual(idsOf(view, { plan: "backup" }), ["run_4", "run_3"]);
  assert.deepEqual(idsOf(view, { actor: "ada", status: "failed" }), ["run_1"]);
  assert.deepEqual(idsOf(view, { fromMs: 2_000, toMs: 4_000 }), ["run_3", "run_2"]);
  assert.deepEqual(idsOf(view, { text: "SITE" }), ["run_2", "run_1"]);
  assert.deepEqual(idsOf(view, { text: "run_" }), ["run_4", "run_3", "run_2", "run_1"]);
  assert.deepEqual(idsOf(view, { text: "%_" }), ["other_5"]);
  assert.deepEqual(idsOf(view, { text: "'; DROP TABLE run; --" }), []);
  assert.deepEqual(idsOf(view, { status: "quarantined" }), []);
});

test("given more runs than a page holds, when the cursor is followed, then each comes once", (context) => {
  const view = givenView(context, FIVE);
  const first = view.runs({ limit: 2 });
  const second = view.runs({ limit: 2, cursor: first.nextCursor ?? "" });
  const third = view.runs({ limit: 2, cursor: second.nextCursor ?? "" });
  const ids = [first, second, third].map(({ rows }) => rows.map(({ id }) => id));
  assert.deepEqual(ids, [["other_5", "run_4"], ["run_3", "run_2"], ["run_1"]]);
  assert.equal(third.nextCursor, undefined);
});

test("given questions that cannot be asked, when they are asked, then each is refused with a code", (context) => {
  const view = givenView(context, FIVE);
  const questions = [
    () => view.runs({ limit: 0 }),
    () => view.runs({ limit: 1_001 }),
    () => view.runs({ limit: 1.5 }),
    () => view.runs({ cursor: "" }),
    () => view.runs({ cursor: "1.2" }),
    () => view.runs({ cursor: "-1" }),
    () => view.runs({ fromMs: Number.NaN }),
    () => view.runs({ text: "x".repeat(1_001) }),
    () => view.runs({ text: "a\u0000b" }),
    () => view.hostHistory("h1", { cursor: "1" }),
  ];
  for (const ask of questions) {
    assert.throws(ask, (thrown) => thrown instanceof DroverError && thrown.code === "DRV_VIEW_QUERY_INVALID");
  }
});

test("given a run, when its tasks are asked for, then names, hosts and errors are told, pending ones too", (context) => {
  const view = givenView(context, (log) => {
    keepRun(log, "run_1");
    keepRun(log, "run_2", { verdict: "failed" });
  });
  const [config, check] = view.tasks("run_1").rows;
  assert.deepEqual(
    [config?.name, config?.status, config?.hosts, config?.operation, config?.target],
    ["config", "running", { changed: 1, running: 1 }, "file.deploy", "_all"],
  );
  assert.deepEqual([check?.name, check?.status, check?.title], ["check", "pending", "Check it"]);
  const failed = view.task("run_2", "config");
  assert.deepEqual([failed?.error?.code, failed?.hosts], ["DRV_TASK_FUNCTION_FAILED", { changed: 1, failed: 1 }]);
  assert.equal(view.task("run_2", 1)?.reason, "the run stopped");
  assert.equal(view.task("run_2", "nothing"), undefined);
  assert.deepEqual(
    view.tasks("run_1", { status: "pending" }).rows.map(({ name }) => name),
    ["check"],
  );
  assert.deepEqual(view.tasks("run_9").rows, []);
});

test("given tasks on hosts, when a task or a host is looked at, then it tells what happened there, newest first", (context) => {
  const view = givenView(context, FIVE);
  assert.deepEqual(
    view.hosts("run_4", 0).rows.map(({ host, status, taskName }) => [host, status, taskName]),
    [
      ["h1", "changed", "config"],
      ["h2", "failed", "config"],
    ],
  );
  assert.deepEqual(
    view.hostHistory("h2").rows.map(({ runId, status }) => [runId, status]),
    [
      ["run_4", "failed"],
      ["run_2", "failed"],
      ["run_1", "failed"],
    ],
  );
  const first = view.hostHistory("h1", { limit: 4 });
  const rest = view.hostHistory("h1", { limit: 4, cursor: first.nextCursor ?? "" });
  assert.deepEqual(
    [...first.rows, ...rest.rows].map(({ runId }) => runId),
    ["other_5", "run_4", "run_3", "run_2", "run_1"],
  );
  assert.equal(first.rows[1]?.plan, "backup");
  assert.deepEqual(view.hostHistory("nowhere").rows, []);
});

test("given a run, when its timeline is read in parts, then it tells everything once in order", (context) => {
  const view = givenView(context, FIVE);
  const whole = view.timeline("run_1").rows;
  assert.deepEqual(
    whole.map(({ atMs, kind, taskName }) => [atMs, kind, taskName]),
    [
      [1_000, "run.created", undefined],
      [1_001, "task.started", "config"],
      [1_003, "tasks.notRun", undefined],
      [1_003, "task.ended", "config"],
      [1_003, "task.ended", "check"],
      [1_004, "run.completed", undefined],
    ],
  );
  const parts = [];
  for (let cursor: string | undefined = "0.0.0.0"; cursor !== undefined;) {
    const page: ReturnType<ViewReader["timeline"]> = view.timeline("run_1", { cursor, limit: 2 });
    parts.push(...page.rows);
    cursor = page.nextCursor;
  }
  assert.deepEqual(parts, whole);
});

test("given a folder without a view, or with another file in its place, when it is opened, then a code says which", (context) => {
  const log = new KeptLog(context);
  assert.throws(
    () => openView(log.data),
    (thrown) => thrown instanceof DroverError && thrown.code === "DRV_VIEW_ABSENT",
  );
  log.project();
  openView(log.data)[Symbol.dispose]();
});
