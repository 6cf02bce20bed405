import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { fakeCompiledPlan } from "../testing/fake-compiled-plan.ts";
import { fakeRunView, type FakeTask } from "../testing/fake-run-view.ts";
import { dryRunLines, planReversibility } from "./diff-text.ts";
import { exitCodeOf } from "./exit-code.ts";
import { explainLines, levelLines, rollbackStepNames } from "./explain-text.ts";
import { detailOf, pictureOf } from "./graph-picture.ts";
import { formatLines, PLAIN_STYLE } from "./line.ts";
import { recapLines } from "./recap-text.ts";
import { recapOf } from "./recap.ts";
import { viewOfSnapshot, snapshotOf } from "./snapshot.ts";
import { taskReport } from "./task-report.ts";
import { why } from "./why.ts";

const STEP = { isRollbackStep: true } as const;
const BOOM: FakeTask = { name: "boom", status: "failed", error: { code: "DRV_X", message: "Cannot do it" } };
const PASSED_OVER = {
  ...STEP,
  status: "skipped",
  skipCause: "notTriggered",
  reason: "no rollback was needed",
} as const;

const PLAN = fakeCompiledPlan("p", [
  { name: "first" },
  { name: "restart", ...STEP },
  { name: "second", after: ["first"] },
  { name: "verify", after: ["restart"], ...STEP },
  { name: "third", after: ["verify"], ...STEP },
]);

for (const [situation, step, code] of [
  ["a step was done", { status: "changed" }, 4],
  ["a step failed", { status: "failed" }, 8],
  ["the outcome of a step is unknown", { status: "unknown" }, 8],
  ["a tolerated step failed", { status: "failed", isTolerated: true }, 4],
  ["a step was not triggered", { status: "skipped", skipCause: "notTriggered" }, 4],
] as const) {
  test(`given ${situation}, when the exit code of the failed run is asked for, then it is ${code}`, () => {
    const view = fakeRunView({ verdict: "failed", tasks: [BOOM, { name: "step", ...STEP, ...step }] });
    assert.equal(exitCodeOf(view), code);
  });
}

test("given a run whose steps were done and failed, when it is recapped, then both are told, groups once", () => {
  const view = fakeRunView({
    tasks: [
      BOOM,
      { name: "restart", status: "changed", ...STEP },
      { name: "each", status: "unchanged", kind: "group", ...STEP },
      { name: "verify", status: "failed", ...STEP },
      { name: "each[x].p", status: "unchanged", group: 2, ...STEP },
    ],
  });
  const { rollbackStepCount, failedRollbackSteps } = recapOf(view);
  assert.deepEqual([rollbackStepCount, failedRollbackSteps], [2, ["verify"]]);
  const text = formatLines(recapLines(view, { style: PLAIN_STYLE }), PLAIN_STYLE);
  assert.match(text, /^Rollback\n {2}2 rollback steps done\n {2}verify was not done, so the rollback is incomplete$/m);
});

test("given a run that was not rolled back, when it is recapped, then there is nothing about a rollback", () => {
  const view = fakeRunView({
    tasks: [
      { name: "a", status: "changed" },
      { name: "step", ...PASSED_OVER },
    ],
  });
  const text = formatLines(recapLines(view, { style: PLAIN_STYLE }), PLAIN_STYLE);
  assert.doesNotMatch(text, /Rollback/);
  assert.equal(exitCodeOf(view), 0);
});

test("given steps behind steps that were passed over, when one is explained, then the reason is its own", () => {
  const view = fakeRunView({
    tasks: [
      { name: "s", ...PASSED_OVER },
      { name: "t", ...PASSED_OVER, after: ["s"] },
    ],
  });
  for (const shown of [view, viewOfSnapshot(snapshotOf(view))]) {
    const { sentence, causes } = must(why(shown, "t"), "The run has the task");
    assert.deepEqual([sentence, causes], ['"t" was skipped: no rollback was needed', []]);
  }
});

test("given a plan with steps, when it is explained, then they stand after its levels and do not count among them", () => {
  const text = formatLines(levelLines(PLAN), PLAIN_STYLE);
  assert.equal(
    text.trimEnd(),
    [
      "Plan: 2 tasks, 2 levels, 3 rollback steps",
      "",
      "Level 0:",
      "  first [fn]",
      "",
      "Level 1:",
      "  second [fn] <- first",
      "",
      "Rollback, after everything is undone:",
      "  restart [fn]",
      "  verify [fn] <- restart",
      "  third [fn] <- verify",
    ].join("\n"),
  );
  assert.match(formatLines(explainLines(PLAN), PLAIN_STYLE), /Rollback, after everything is undone:\n {2}restart/);
  assert.deepEqual(rollbackStepNames(PLAN), { rollbackSteps: ["restart", "verify", "third"] });
});

test("given a plan without steps, when it is written as data, then nothing is said of them", () => {
  assert.deepEqual(rollbackStepNames(fakeCompiledPlan("p", [{ name: "a" }])), {});
});

test("given a plan with steps, when it is drawn, then they say when they run and are not on the critical path", () => {
  const { nodes } = pictureOf(PLAN);
  assert.deepEqual(
    nodes.map(({ detail, isCritical }) => [detail, isCritical]),
    [
      ["function", true],
      ["function, on rollback", false],
      ["function", true],
      ["function, on rollback", false],
      ["function, on rollback", false],
    ],
  );
  const target = { kind: "host", text: "web1", name: "web1" } as const;
  const body = { kind: "script", interpreter: ["sh"], script: "x", args: [], env: {}, unknownPolicy: "hold" } as const;
  const [script] = fakeCompiledPlan("p", [{ name: "s", body, target, ...STEP }]).tasks;
  assert.equal(detailOf(must(script, "One task")), "sh script → web1, on rollback");
});

test("given steps that nothing takes back, when the plan says what can be undone, then they do not count", () => {
  const gate = { kind: "gate", gate: { kind: "delay", delayMs: 1 } } as const;
  const plan = fakeCompiledPlan("p", [
    { name: "wait", body: gate },
    { name: "step", ...STEP },
  ]);
  assert.equal(planReversibility(plan), "reversible");
});

test("given a dry run, when it is shown, then steps count as skipped and take no line", () => {
  const view = fakeRunView({
    isDryRun: true,
    tasks: [
      { name: "a", status: "unchanged" },
      { name: "step", ...PASSED_OVER },
    ],
  });
  const text = formatLines(dryRunLines(view, { style: PLAIN_STYLE }), PLAIN_STYLE);
  assert.match(text, /0 to change, 1 unchanged, 1 skipped/);
  assert.doesNotMatch(text, /step/);
});

test("given a rollback step, when its row of the report is made, then it says so, and that of others does not", () => {
  const view = fakeRunView({ tasks: [BOOM, { name: "step", status: "changed", ...STEP }] });
  assert.equal(taskReport(view.task(1)).rollbackStep, true);
  assert.equal("rollbackStep" in taskReport(view.task(0)), false);
});
