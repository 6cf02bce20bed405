import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENTS_PER_STEP_MAX } from "../base/limits.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { RUN_ID_FIXTURE } from "../testing/given-run.ts";
import { givenRun } from "../testing/run-specification.ts";
import { type Command, RESULTS_PER_COMMAND_MAX, type StartCommand } from "./commands.ts";
import { createState } from "./create-state.ts";
import { decide } from "./decide.ts";
import { stateHash } from "./state-hash.ts";
import { takeEffects } from "./take-effects.ts";

const START: StartCommand = { type: "start", runId: RUN_ID_FIXTURE, params: {}, hosts: [], options: {} };
const RESULT = { task: 0, unit: 0, attempt: 1, generation: 1, outcome: { status: "changed" } } as const;

const COMMANDS: readonly Command[] = [
  { type: "advance" },
  { type: "tick" },
  { type: "attemptFinished", ...RESULT },
  { type: "attemptsFinished", results: [RESULT] },
  { type: "attemptNotStarted", task: 0, unit: 0, attempt: 1, generation: 1, reason: "busy" },
  { type: "evaluated", task: 0, generation: 1, evaluation: {} },
  { type: "undoFinished", ...RESULT },
  { type: "heartbeat", task: 0, unit: 0 },
  { type: "signal", name: "go", id: "1" },
  { type: "approve", task: 0, actor: "ada" },
  { type: "reject", task: 0, actor: "ada" },
  { type: "resolveUnknown", task: 0, unit: 0, decision: "rerun" },
  { type: "cancel" },
  { type: "undo" },
];

for (const command of COMMANDS) {
  test(`given a run that has not started, when ${command.type} comes, then it is refused without a trace`, () => {
    const state = createState(planFixture({ a: {} }));
    const before = stateHash(state);
    const decision = decide(state, command, 1);
    assert.equal(decision.ok ? "" : decision.rejection.code, "DRV_RUN_NOT_STARTED");
    assert.equal(stateHash(state), before);
  });

  // These two speak of what has ended; see "Words of people".
  if (command.type === "resolveUnknown" || command.type === "undo") continue;
  test(`given a run that has ended, when ${command.type} comes, then it is refused without a trace`, () => {
    const run = givenRun(planFixture({ a: {} })).succeeds("a");
    assert.equal(run.rejected(command).code, "DRV_RUN_FINISHED");
  });
}

for (const [problem, options] of [
  ["no slots", { maxParallel: 0 }],
  ["half a slot", { maxParallel: 0.5 }],
  ["NaN slots", { maxParallel: Number.NaN }],
  ["a negative estimate", { estimates: [{ task: 0, estimateMs: -1 }] }],
  ["an infinite estimate", { estimates: [{ task: 0, estimateMs: Number.POSITIVE_INFINITY }] }],
] as const) {
  test(`given ${problem}, when the run starts, then it is refused`, () => {
    const decision = decide(createState(planFixture({ a: {} })), { ...START, options }, 1);
    assert.equal(decision.ok ? "" : decision.rejection.code, "DRV_RUN_OPTION_INVALID");
  });
}

test("given targets that are not resolved, when the run starts, then all of them are named", () => {
  const plan = planFixture({ a: { target: "web1" }, b: { target: "role:db" }, c: { target: "_any" } });
  const decision = decide(createState(plan), START, 1);
  assert.match(decision.ok ? "" : decision.rejection.message, /targets "web1", "role:db" are not resolved/);
});

const changing = { target: "h", operation: { class: "idempotent" } } as const;
const HOSTS = [{ target: "h", hosts: ["h"] }];

for (const [what, task, options, isRefused] of [
  ["an operation that cannot be undone", changing, {}, true],
  ["the same with allowIrreversible", changing, { allowIrreversible: true }, false],
  ["the same in a dry run", changing, { isDryRun: true }, false],
  ["the same without rollback", changing, { rollback: "off" }, false],
  ["an operation with a declared undo", { ...changing, hasUndo: true }, {}, false],
  ["an operation that restores", { target: "h", operation: { isReversible: true } }, {}, false],
  ["an operation that only reads", { target: "h", operation: { class: "read-only" } }, {}, false],
  ["a function", {}, {}, false],
] as const) {
  test(`given rollback on failure and ${what}, when the run starts, then it is refused: ${isRefused}`, () => {
    const plan = planFixture({ a: task }, { rollback: "onFailure" });
    const decision = decide(createState(plan), { ...START, hosts: HOSTS, options }, 1);
    assert.equal(decision.ok ? "" : decision.rejection.code, isRefused ? "DRV_RUN_IRREVERSIBLE" : "");
  });
}

test("given more results than one command may carry, when they come, then all are refused", () => {
  const run = givenRun(planFixture({ a: {} }));
  const results = Array.from({ length: RESULTS_PER_COMMAND_MAX + 1 }, () => RESULT);
  assert.equal(run.rejected({ type: "attemptsFinished", results }).code, "DRV_RUN_TOO_MANY_RESULTS");
});

for (const [what, change] of [
  ["a task that does not exist", { task: 7 }],
  ["a negative task", { task: -1 }],
  ["a task that is no number", { task: Number.NaN }],
  ["a unit that does not exist", { unit: 1 }],
  ["an attempt to come", { attempt: 2 }],
  ["another generation", { generation: 2 }],
] as const) {
  test(`given a result of ${what}, when it comes, then it is refused`, () => {
    const run = givenRun(planFixture({ a: {} }));
    assert.equal(run.rejected({ type: "attemptFinished", ...RESULT, ...change }).code, "DRV_RUN_ATTEMPT_STALE");
  });

  test(`given a result of ${what} for a task with hosts, when it comes, then it is refused`, () => {
    const run = givenRun(planFixture({ a: { target: "h" } }), { hosts: { h: ["h"] } });
    assert.equal(run.rejected({ type: "attemptFinished", ...RESULT, ...change }).code, "DRV_RUN_ATTEMPT_STALE");
  });
}

test("given hostile names and texts, when they pass through a run, then they are text", () => {
  const name = '; rm -rf / "$(x)" ${y}';
  const tasks = Object.fromEntries([name, "__proto__", "constructor"].map((key) => [key, { target: "h;\u0000\n" }]));
  const run = givenRun(planFixture(tasks), { hosts: { "h;\u0000\n": ["__proto__", "x;\u0000\n"] } });
  run.fails(`${name}@__proto__`, { error: { code: "X", message: "x".repeat(1_000_000) } });
  assert.deepEqual(
    run.task(name).hostResults.map(({ hostname }) => hostname),
    ["__proto__", "x;\u0000\n"],
  );
  assert.equal(run.index("__proto__"), 1);
});

test("given the whole input of a run, when it starts, then all of it is in the log", () => {
  const state = createState(planFixture({ a: {} }));
  const options = {
    maxParallel: 2,
    rollback: "manual",
    onUnknownHeld: "wait",
    estimates: [{ task: 0, estimateMs: 5 }],
  } as const;
  const decision = decide(
    state,
    { ...START, params: { a: 1 }, fingerprint: "f", actor: "ada", reason: "why", options },
    5,
  );
  assert.deepEqual(decision.ok ? decision.events[0] : undefined, {
    type: "run.created",
    v: 1,
    at: 5,
    runId: RUN_ID_FIXTURE,
    plan: "fixture",
    params: { a: 1 },
    maxParallel: 2,
    isDryRun: false,
    rollback: "manual",
    onUnknownHeld: "wait",
    fingerprint: "f",
    actor: "ada",
    reason: "why",
    estimates: [{ task: 0, estimateMs: 5 }],
  });
});

// Bounded steps

/** A chain of functions. */
function chain(size: number, first: TaskFixture = {}): Record<string, TaskFixture> {
  const tasks: Record<string, TaskFixture> = { t0: first };
  for (let index = 1; index < size; index++) tasks[`t${index}`] = { after: [`t${index - 1}`] };
  return tasks;
}

test("given more ready tasks than events in a step, when the run starts, then steps are bounded and all of them start", () => {
  const tasks = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => [`t${index}`, {}]));
  const state = createState(planFixture(tasks, { limits: { maxParallel: 2_000 } }));
  let decision = decide(state, START, 1);
  const steps: number[] = [];
  while (decision.ok) {
    steps.push(decision.events.length);
    assert.ok(decision.events.length <= EVENTS_PER_STEP_MAX);
    if (!decision.hasMore) break;
    decision = decide(state, { type: "advance" }, 1);
  }
  assert.equal(takeEffects(state).length, 1_200);
  assert.equal(steps.length, 3);
});

test("given a chain of 100,000 tasks, when the first fails, then the skips are a few events of ranges", () => {
  const plan = planFixture(chain(100_000, { policy: { afterFailure: "continueRun" } }));
  const run = givenRun(plan, { isReplayed: false, isSwept: false }).fails("t0");
  const skips = run.eventsOf("tasks.skipped");
  assert.ok(skips.length <= 25, `${skips.length} events`);
  assert.deepEqual([skips[0]?.ranges[0]?.[0], skips.at(-1)?.ranges.at(-1)?.[1]], [1, 99_999]);
  assert.equal(run.view.counts.skipped, 99_999);
  assert.equal(run.view.phase, "finished");
});

test("given a chain of 100,000 tasks, when the first stops the run, then the rest is one range", () => {
  const run = givenRun(planFixture(chain(100_000)), { isReplayed: false, isSwept: false }).fails("t0");
  assert.deepEqual(
    run.eventsOf("tasks.notRun").map(({ ranges }) => ranges),
    [[[1, 99_999]]],
  );
});

test("given many dependents of one failed task, when they are skipped, then they share events", () => {
  const tasks: Record<string, TaskFixture> = { root: { policy: { afterFailure: "continueRun" } } };
  for (let index = 0; index < 10_000; index++) tasks[`t${index}`] = { after: ["root"] };
  const run = givenRun(planFixture(tasks), { isReplayed: false, isSwept: false }).fails("root");
  assert.ok(run.eventsOf("tasks.skipped").length <= 4);
  assert.equal(run.view.counts.skipped, 10_000);
});

test("given many tasks skipped by the same guard, when they are skipped, then they share events", () => {
  const tasks: Record<string, TaskFixture> = { root: {} };
  for (let index = 0; index < 5_000; index++) tasks[`t${index}`] = { after: ["root"], guards: ["onlyIfChanged"] };
  const run = givenRun(planFixture(tasks), { isReplayed: false, isSwept: false }).succeeds("root");
  assert.ok(run.eventsOf("tasks.skipped").length <= 2);
});

test("given many running units, when the run is cancelled, then steps stay bounded and all are told to end", () => {
  const hosts = Array.from({ length: 1_500 }, (_, index) => `h${index}`);
  const state = createState(planFixture({ a: { target: "_all" } }, { limits: { maxParallel: 2_000 } }));
  decide(state, { ...START, hosts: [{ target: "_all", hosts }] }, 1);
  takeEffects(state);
  let decision = decide(state, { type: "cancel" }, 2);
  while (decision.ok && decision.hasMore) {
    assert.ok(decision.events.length <= EVENTS_PER_STEP_MAX);
    decision = decide(state, { type: "advance" }, 2);
  }
  assert.equal(takeEffects(state).length, 1_500);
});
