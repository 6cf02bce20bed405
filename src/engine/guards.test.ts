import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import type { HostResult } from "../operation/outcome.ts";
import type { BuiltinGuardKind } from "../plan/compiled-plan.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { failedOutcome } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";

// Host results in every mix that the guards tell apart; each letter is a host: changed, ok, skipped, failed, or an error
// beside the status ok ("e"), as functions that speak for several hosts may report. "-" is a dependency without hosts.

type Mix = readonly string[];

const error = { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot do it: exit code 1" };
const HOSTS: Readonly<Record<string, Partial<HostResult>>> = {
  c: { status: "changed", changed: true },
  o: { status: "unchanged" },
  s: { status: "skipped" },
  f: { status: "failed", error },
  e: { status: "unchanged", error },
  x: { status: "skipped", error },
};

const TRUTH: readonly (readonly [BuiltinGuardKind, Mix, boolean])[] = [
  ["onlyIfAnyHostFailed", ["oo"], false],
  ["onlyIfAnyHostFailed", ["of"], true],
  ["onlyIfAnyHostFailed", ["oe"], true],
  ["onlyIfAnyHostFailed", ["os"], false],
  ["onlyIfAnyHostFailed", ["ox"], false],
  ["onlyIfAnyHostFailed", ["-", "of"], true],
  ["onlyIfAnyHostFailed", ["-"], false],
  ["onlyIfAllHostsFailed", ["ff"], true],
  ["onlyIfAllHostsFailed", ["fe"], true],
  ["onlyIfAllHostsFailed", ["fo"], false],
  ["onlyIfAllHostsFailed", ["fs"], false],
  ["onlyIfAllHostsFailed", ["fx"], false],
  ["onlyIfAllHostsFailed", ["ff", "f"], true],
  ["onlyIfAllHostsFailed", ["ff", "o"], false],
  ["onlyIfAllHostsFailed", ["ff", "-"], false],
  ["onlyIfAnyHostSkipped", ["os"], true],
  ["onlyIfAnyHostSkipped", ["of"], false],
  ["onlyIfAnyHostSkipped", ["o", "s"], true],
  ["onlyIfAnyHostSkipped", ["-"], false],
  ["onlyIfAnyHostChanged", ["oc"], true],
  ["onlyIfAnyHostChanged", ["oo"], false],
  ["onlyIfAnyHostChanged", ["-", "c"], true],
  ["onlyIfAnyHostChanged", ["-"], false],
  ["onlyIfAllHostsChanged", ["cc"], true],
  ["onlyIfAllHostsChanged", ["co"], false],
  ["onlyIfAllHostsChanged", ["c", "cc"], true],
  ["onlyIfAllHostsChanged", ["cc", "-"], false],
];

for (const [guard, mixes, isTrue] of TRUTH) {
  test(`given hosts ${mixes.join(" and ")}, when ${guard} is judged, then it is ${isTrue}`, () => {
    const names = mixes.map((_, index) => `d${index}`);
    const goOn = { policy: { afterFailure: "continueRun" } } as const;
    const tasks = Object.fromEntries(names.map((name) => [name, goOn]));
    const plan = planFixture({ ...tasks, next: { after: names.map((name) => `${name} always`), guards: [guard] } });
    const run = givenRun(plan);
    for (const [index, mix] of mixes.entries()) {
      if (mix === "-") run.succeeds(`d${index}`);
      else run.ends(`d${index}`, { status: "unchanged", hostResults: hostResults(mix) });
    }
    assert.equal(run.status("next"), isTrue ? "running" : "skipped");
  });
}

function hostResults(mix: string): HostResult[] {
  return mix.split("").map((letter, index) => ({
    hostname: `h${index}`,
    status: "unchanged",
    changed: false,
    durationMs: 1,
    ...must(HOSTS[letter], letter),
  }));
}

const ALL = { hosts: { _all: ["h1", "h2"] } } as const;

for (const [guard, isTrue] of [
  ["onlyIfAnyHostFailed", true],
  ["onlyIfAllHostsFailed", false],
  ["onlyIfAnyHostChanged", true],
  ["onlyIfAllHostsChanged", false],
  ["onlyIfFailed", false],
] as const) {
  test(`given a task within its maxFail where one host failed, when ${guard} is judged, then it is ${isTrue}`, () => {
    const first = { target: "_all", policy: { maxFail: { hosts: 1 } } } as const;
    const run = givenRun(planFixture({ a: first, next: { after: ["a always"], guards: [guard] } }), ALL);
    run.fails("a@h1").changes("a@h2");
    assert.equal(run.status("a"), "changed");
    assert.equal(run.status("next"), isTrue ? "running" : "skipped");
  });
}

test("given an unreachable host, when the failure guards are judged, then it counts as failed", () => {
  const first = { target: "_all", policy: { afterFailure: "continueRun" } } as const;
  const next = { after: ["a always"], guards: ["onlyIfAllHostsFailed"] } as const;
  const run = givenRun(planFixture({ a: first, next }), ALL);
  run.fails("a@h1", { failure: "unreachable" }).fails("a@h2");
  assert.equal(run.status("next"), "running");
});

test("given a failed task that changed something, when onlyIfChanged is judged, then it is true", () => {
  const first = { policy: { afterFailure: "continueRun" } } as const;
  const next = { after: ["a always"], guards: ["onlyIfChanged"] } as const;
  const run = givenRun(planFixture({ a: first, next })).ends("a", failedOutcome({ changed: true }));
  assert.equal(run.status("next"), "running");
});

const asks = { kind: "when", evaluate: () => true } as const;

test("given a built-in guard that says no before a function, when judged, then the function is not asked", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"], guards: ["onlyIfChanged", asks] } });
  const run = givenRun(plan).succeeds("a");
  assert.equal(run.status("b"), "skipped");
});

test("given a function before a built-in guard that says no, when the function says yes, then the built-in one skips", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"], guards: [asks, "onlyIfChanged"] } });
  const run = givenRun(plan).succeeds("a");
  assert.deepEqual(run.needs("b").guards, [0]);
  assert.equal(run.evaluates("b").reason("b"), "no dependencies changed");
});

test("given a function before a built-in guard that says no, when the function says no, then its reason is given", () => {
  const plan = planFixture({ a: {}, b: { after: ["a"], guards: [asks, "onlyIfChanged"] } });
  const run = givenRun(plan)
    .succeeds("a")
    .evaluates("b", { failedGuard: { guard: 0 } });
  assert.equal(run.reason("b"), "when: guard returned false");
});

test("given several functions, when they are asked, then all are named in declared order", () => {
  const fact = { kind: "whenFact", evaluate: () => true } as const;
  const run = givenRun(planFixture({ a: { guards: [asks, fact, asks] } }));
  assert.deepEqual(run.needs("a").guards, [0, 1, 2]);
  assert.equal(run.evaluates("a", { failedGuard: { guard: 1 } }).reason("a"), "when-fact: no matching agent");
});

test("given a reason with the answer, when a guard says no, then it replaces the reason of the guard", () => {
  const run = givenRun(planFixture({ a: { guards: [{ ...asks, reason: "declared" }] } }));
  assert.equal(run.evaluates("a", { failedGuard: { guard: 0, reason: "answered" } }).reason("a"), "answered");
});

test("given an answer about a task that does not wait for one, when it comes, then it is refused", () => {
  const run = givenRun(planFixture({ a: {} }));
  const late = { type: "evaluated", task: 0, generation: 1, evaluation: {} } as const;
  assert.equal(run.rejected(late).code, "DRV_RUN_EVALUATION_STALE");
  assert.equal(run.rejected({ ...late, task: 99 }).code, "DRV_RUN_EVALUATION_STALE");
});

test("given target any, when the answer names no host, then the task fails", () => {
  const run = givenRun(planFixture({ a: { target: "_any" } })).evaluates("a");
  assert.equal(run.task("a").error?.code, "DRV_TASK_NO_HOST");
});
