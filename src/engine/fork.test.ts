import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { RUN_ID_FIXTURE } from "../testing/given-run.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { givenRun, RunSpecification } from "../testing/run-specification.ts";
import { adoptableTasks, type ForkOptions } from "./adopted-tasks.ts";
import { createState } from "./create-state.ts";
import { decide } from "./decide.ts";
import { sweepInvariants } from "./invariants.ts";
import type { RunState } from "./run-state.ts";
import { stateHash } from "./state-hash.ts";
import { takeEffects } from "./take-effects.ts";
import { viewRun } from "./view.ts";

const HOSTS = { _all: ["h1", "h2"] };
const SAME: ForkOptions = { params: {}, isSameCode: true };

function plan(version: number, more: Readonly<Record<string, TaskFixture>> = {}): CompiledPlan {
  const operation = { params: { version } };
  return planFixture({
    fetch: {},
    install: { after: ["fetch"], target: "_all", operation },
    check: { after: ["install"] },
    ...more,
  });
}

function finished(): RunSpecification {
  const run = givenRun(plan(1), { hosts: HOSTS }).succeeds("fetch", { size: 3 });
  return run.changes("install@h1", "one").succeeds("install@h2").succeeds("check");
}

function names(run: RunSpecification, to: CompiledPlan, options: ForkOptions): readonly (string | undefined)[] {
  return adoptableTasks(run.state, to, options).map(({ task }) => to.tasks[task]?.name);
}

function forked(run: RunSpecification, to: CompiledPlan, options: ForkOptions): RunState {
  const state = createState(to);
  const from = { runId: "run_old", tasks: adoptableTasks(run.state, to, options) };
  const hosts = [{ target: "_all", hosts: ["h1", "h2"] }];
  const start = { type: "start", runId: RUN_ID_FIXTURE, params: options.params, hosts, options: {}, from } as const;
  const decision = decide(state, start, 9);
  assert.ok(decision.ok, decision.ok ? "" : decision.rejection.message);
  sweepInvariants(state);
  const stored: unknown = JSON.parse(JSON.stringify(decision.events));
  assert.deepEqual(stored, decision.events);
  assert.equal(stateHash(RunSpecification.fold(to, decision.events)), stateHash(state));
  return state;
}

test("given the same plan and code, when a fork is made from a task, then what is before it is adopted", () => {
  const run = finished();
  assert.deepEqual(names(run, plan(1), SAME), ["fetch", "install", "check"]);
  assert.deepEqual(names(run, plan(1), { ...SAME, from: ["check"] }), ["fetch", "install"]);
  assert.deepEqual(names(run, plan(1), { ...SAME, from: ["fetch"] }), []);
});

test("given a task with other parameters, when a fork is made, then that and all behind it runs again", () => {
  assert.deepEqual(names(finished(), plan(2), SAME), ["fetch"]);
});

test("given other parameters of the run or other code, when a fork is made, then no function is adopted", () => {
  assert.deepEqual(names(finished(), plan(1), { ...SAME, params: { stage: "production" } }), []);
  assert.deepEqual(names(finished(), plan(1), { ...SAME, isSameCode: false }), []);
});

test("given a failed task, when a fork is made, then it runs again and what succeeded does not", () => {
  const run = givenRun(plan(1), { hosts: HOSTS }).succeeds("fetch").fails("install@h1").succeeds("install@h2");
  assert.deepEqual(names(run, plan(1), SAME), ["fetch"]);
});

test("given a fork, when it has started, then adopted results are there, only the rest runs, and its log stands alone", () => {
  const state = forked(finished(), plan(1, { tell: { after: ["check"] } }), SAME);
  const view = viewRun(state);
  assert.deepEqual(
    [0, 1, 2, 3].map((task) => view.statusOf(task)),
    ["unchanged", "changed", "unchanged", "running"],
  );
  assert.deepEqual(view.task(0).data, { size: 3 });
  assert.deepEqual(
    view.task(1).hostResults.map(({ hostname, status }) => [hostname, status]),
    [
      ["h1", "changed"],
      ["h2", "unchanged"],
    ],
  );
  assert.deepEqual(view.task(1).decision, { verb: "adopted", from: "run_old", atMs: 9 });
  assert.deepEqual(
    takeEffects(state).map(({ task }) => task),
    [3],
  );
});

test("given a fork of everything, when it starts, then it has succeeded", () => {
  assert.equal(viewRun(forked(finished(), plan(1), SAME)).verdict, "succeeded");
});

test("given tasks that cannot be adopted, when a fork starts with them, then it is refused", () => {
  const group: Record<string, TaskFixture> = {
    a: {},
    b: { after: ["a"] },
    g: { group: { tasks: { x: {} }, keys: ["k"] } },
  };
  for (const tasks of [[1], [0, 0], [2], [99], [-1]]) {
    const from = { runId: "run_old", tasks: tasks.map((task) => ({ task, status: "unchanged" }) as const) };
    const start = { type: "start", runId: RUN_ID_FIXTURE, params: {}, hosts: [], options: {}, from } as const;
    const decision = decide(createState(planFixture(group)), start, 1);
    assert.equal(decision.ok ? "" : decision.rejection.code, "DRV_RUN_OPTION_INVALID", tasks.join());
  }
});
