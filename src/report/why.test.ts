import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";
import { fakeRunView, type FakeTask } from "../testing/fake-run-view.ts";
import { rootCauses, why, type Explanation } from "./why.ts";

function explain(name: string, ...tasks: readonly FakeTask[]): Explanation {
  return must(why(fakeRunView({ phase: "running", tasks }), name), "The run has the task");
}

/** Names along the first causes. */
function chainOf(explanation: Explanation): readonly string[] {
  const names: string[] = [];
  for (let next: Explanation | undefined = explanation; next !== undefined; next = next.causes[0])
    names.push(next.task);
  return names;
}

test("given a name the run does not have, when it is explained, then there is no explanation", () => {
  assert.equal(why(fakeRunView({ tasks: [] }), "x"), undefined);
});

// fetch ✖ ──▶ build ○ ──▶ deploy ○
test("given a skip behind two failed dependencies, when it is explained, then the chain ends at the failure", () => {
  const explanation = explain(
    "deploy",
    { name: "fetch", status: "failed", attempts: 3, error: { code: "DRV_X", message: "Cannot fetch" } },
    { name: "build", status: "skipped", skipCause: "dependencyFailed", reason: "dependency failed", after: ["fetch"] },
    { name: "deploy", status: "skipped", skipCause: "dependencyFailed", reason: "dependency failed", after: ["build"] },
  );
  assert.deepEqual(chainOf(explanation), ["deploy", "build", "fetch"]);
  const root = explanation.causes[0]?.causes[0];
  assert.equal(root?.sentence, '"fetch" failed after 3 attempts');
  assert.equal(root?.errors[0]?.error?.message, "Cannot fetch");
});

test("given a task skipped by its guard, when it is explained, then the states of its dependencies are the values", () => {
  const explanation = explain(
    "restart",
    { name: "configure", status: "unchanged" },
    { name: "restart", status: "skipped", skipCause: "guard", reason: "no dependencies changed", after: ["configure"] },
  );
  assert.equal(explanation.sentence, '"restart" was skipped: no dependencies changed');
  assert.deepEqual(explanation.values, [{ name: "configure", value: "unchanged" }]);
  assert.deepEqual(explanation.causes, []);
});

test("given a branch that was not triggered, when it is explained, then the dependency that did not fail is the cause", () => {
  const explanation = explain(
    "repair",
    { name: "check", status: "unchanged" },
    { name: "repair", status: "skipped", skipCause: "notTriggered", reason: "check did not fail", after: ["check"] },
  );
  assert.deepEqual(chainOf(explanation), ["repair", "check"]);
});

test("given a task that waits for others, when it is explained, then only those that are open are causes", () => {
  const explanation = explain(
    "deploy",
    { name: "done", status: "changed" },
    { name: "open", status: "running" },
    { name: "deploy", status: "pending", after: ["done", "open"] },
  );
  assert.equal(explanation.sentence, '"deploy" has not started: it depends on open');
  assert.deepEqual(chainOf(explanation), ["deploy", "open"]);
});

test("given a task with a reason to wait, when it is explained, then the reason is told", () => {
  const explanation = explain("deploy", { name: "deploy", status: "ready", reason: "2 of 2 slots" });
  assert.equal(explanation.sentence, '"deploy" has not started: 2 of 2 slots');
});

test("given a task that was never run, when it is explained, then the failure that stopped the run is the cause", () => {
  const explanation = explain(
    "other",
    { name: "bad", status: "failed", error: { code: "DRV_X", message: "Cannot" } },
    { name: "other", status: "notRun", reason: 'the run stopped: "bad" failed' },
  );
  assert.deepEqual(chainOf(explanation), ["other", "bad"]);
});

test("given a failed group, when it is explained, then its failed child is the cause", () => {
  const explanation = explain(
    "group",
    { name: "group", kind: "group", status: "failed" },
    { name: "group[a].x", status: "changed", group: 0 },
    { name: "group[b].x", status: "failed", group: 0 },
  );
  assert.deepEqual(chainOf(explanation), ["group", "group[b].x"]);
});

test("given an unknown outcome, when it is explained, then it is said that nobody knows", () => {
  const explanation = explain("pay", { name: "pay", status: "unknown", reason: "the connection broke" });
  assert.equal(explanation.sentence, '"pay" may or may not have run to its end: the connection broke');
});

test("given a chain of fifty thousand skips, when the last is explained, then the answer is bounded and comes at once", () => {
  const tasks: FakeTask[] = [{ name: "t0", status: "failed" }];
  for (let at = 1; at < 50_000; at++) {
    tasks.push({ name: `t${at}`, status: "skipped", skipCause: "dependencyFailed", after: [`t${at - 1}`] });
  }
  const view = fakeRunView({ tasks });
  const linear = { ...view, dependenciesOf: (index: number) => (index === 0 ? [] : [index - 1]) };
  assert.ok(chainOf(must(why(linear, "t49999"), "It exists")).length <= 200);
});

test("given a run with several failures, when root causes are asked for, then what only followed is left out", () => {
  const view = fakeRunView({
    tasks: [
      { name: "a", status: "failed" },
      { name: "b", status: "skipped", skipCause: "dependencyFailed", after: ["a"] },
      { name: "g", kind: "group", status: "failed" },
      { name: "g[1].x", status: "failed", group: 2 },
    ],
  });
  assert.deepEqual(rootCauses(view, 10), ["a", "g[1].x"]);
});

// What people have said, in real runs

const BY = { actor: "ada", reason: "disk replaced" } as const;

function said(name: string, run: RunSpecification): readonly [string | undefined, unknown] {
  const explanation = why(run.view, name);
  return [explanation?.sentence, explanation?.values.find((value) => value.name.startsWith("generation"))?.value];
}

test("given the words of people, when tasks are explained, then it is said who has said what and why", () => {
  const goOn = { policy: { afterFailure: "continueRun" } } as const;
  const given = () => givenRun(planFixture({ a: goOn, b: { after: ["a"] } }));
  const anew = (verb: string) => `${verb} by ada: disk replaced`;
  const paused = given()
    .when({ type: "pause", ...BY })
    .succeeds("a");
  assert.deepEqual(said("b", paused), ['"b" has not started: the run is paused by ada: disk replaced', undefined]);
  const skipped = given()
    .fails("a")
    .when({ type: "skip", task: 0, ...BY });
  assert.deepEqual(said("a", skipped), ['"a" was skipped by ada: disk replaced', anew('skip of "a"')]);
  const marked = given()
    .fails("a")
    .when({ type: "markSucceeded", task: 0, ...BY });
  assert.equal(said("a", marked)[0], '"a" was marked as succeeded by ada: disk replaced');
  const retried = given()
    .fails("a")
    .when({ type: "retryFailed", ...BY });
  assert.deepEqual(said("a", retried), ['"a" is running', anew("retry of what failed")]);
  const from = given()
    .succeeds("a")
    .succeeds("b")
    .when({ type: "retryFrom", task: 0, ...BY });
  assert.deepEqual(said("b", from), ['"b" has not started: waiting for task "a"', anew('retry from "a"')]);
});
