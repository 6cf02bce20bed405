import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { DroverError } from "../base/coded-error.ts";
import type { TaskStatus } from "../engine/run-view.ts";
import { fakeRunView } from "../testing/fake-run-view.ts";
import { Report } from "./report.ts";

function reportOf(...statuses: readonly TaskStatus[]): Report {
  return new Report(fakeRunView({ tasks: statuses.map((status, index) => ({ name: `task-${index}`, status })) }));
}

test("given a finished run, when it is summed up, then counts that are not zero and the duration are told", () => {
  const report = reportOf("changed", "skipped", "changed", "unchanged");
  assert.equal(report.summary(), "4 tasks: 2 changed, 1 unchanged, 1 skipped\nTotal duration: 12.3s");
});

test("given tasks of every end, when they are summed up, then the order is always the same", () => {
  const report = reportOf("unknown", "notRun", "cancelled", "failed", "skipped", "unchanged", "changed");
  const [counts] = report.summary().split("\n");
  assert.equal(counts, "7 tasks: 1 changed, 1 unchanged, 1 skipped, 1 failed, 1 cancelled, 1 not run, 1 unknown");
});

test("given an empty run, when it is summed up, then there are 0 tasks and no colon", () => {
  assert.equal(reportOf().summary().split("\n")[0], "0 tasks");
});

test("given one task, when it is summed up, then the word is in the singular", () => {
  assert.equal(reportOf("changed").summary().split("\n")[0], "1 task: 1 changed");
});

test("given a failed run, when its report is read, then it says so and has the deciding error", () => {
  const error = { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot do it" };
  const report = new Report(fakeRunView({ tasks: [{ name: "a", status: "failed", error }] }));
  assert.equal(report.ok, false);
  assert.equal(report.verdict, "failed");
  assert.deepEqual(report.error, error);
});

test("given rows, when tasks are read twice, then they are made once", () => {
  const report = reportOf("changed", "unchanged");
  assert.equal(report.tasks, report.tasks);
  assert.deepEqual(
    report.tasks.map(({ name, changed }) => [name, changed]),
    [
      ["task-0", true],
      ["task-1", false],
    ],
  );
});

test("given a huge run, when only one result is asked for, then no other row is made", () => {
  let viewed = 0;
  const view = fakeRunView({
    tasks: Array.from({ length: 5_000 }, (_, at) => ({ name: `t${at}`, status: "changed" as const })),
  });
  const report = new Report({ ...view, task: (index) => ((viewed += 1), view.task(index)) });
  assert.equal(report.result("t4000")?.status, "changed");
  assert.equal(report.ok, true);
  report.summary();
  assert.equal(viewed, 1);
});

test("given a task named like a member of objects, when its result is asked for, then only a real task is found", () => {
  const report = new Report(fakeRunView({ tasks: [{ name: "__proto__", status: "changed" }] }));
  assert.equal(report.result("__proto__")?.changed, true);
  assert.equal(report.result("constructor"), undefined);
});

test("given a task object, when its data is decoded, then the value is typed by the schema", () => {
  const report = new Report(fakeRunView({ tasks: [{ name: "port", status: "unchanged", data: { port: 8080 } }] }));
  assert.equal(report.decode({ name: "port" }, z.object({ port: z.int() })).port, 8_080);
});

test("given a task on hosts, when it is decoded, then the data of its first host counts", () => {
  const hostResults = [
    { hostname: "web1", status: "unchanged", changed: false, data: "one", durationMs: 1 },
    { hostname: "web2", status: "unchanged", changed: false, data: "two", durationMs: 1 },
  ] as const;
  const report = new Report(fakeRunView({ tasks: [{ name: "a", status: "unchanged", data: "all", hostResults }] }));
  assert.equal(report.decode("a", z.string()), "one");
});

test("given no task, no data or other data, when it is decoded, then each has its own code", () => {
  const report = new Report(
    fakeRunView({
      tasks: [
        { name: "empty", status: "skipped" },
        { name: "number", status: "changed", data: 7 },
      ],
    }),
  );
  const codeOf = (name: string) => {
    const decoded = report.tryDecode(name, z.string());
    return decoded.ok ? undefined : decoded.error.code;
  };
  assert.equal(codeOf("missing"), "DRV_REPORT_NO_RESULT");
  assert.equal(codeOf("empty"), "DRV_REPORT_NO_DATA");
  assert.equal(codeOf("number"), "DRV_REPORT_DATA_INVALID");
  assert.throws(() => report.decode("missing", z.string()), DroverError);
});
