import assert from "node:assert/strict";
import { test } from "node:test";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun, type RunSpecification } from "../testing/run-specification.ts";
import type { RunEvent } from "./events.ts";
import { checkInvariants, sweepInvariants } from "./invariants.ts";
import { RUNNING, UNCHANGED } from "./status.ts";

const changed = { status: "changed" } as const;
const retry = { retries: 3, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0, on: "any" } as const;
const error = { code: "X", message: "x" };

interface Forbidden {
  readonly what: string;
  readonly run: () => RunSpecification;
  readonly event: RunEvent;
  readonly breaks: RegExp;
  /** Milliseconds from the latest event of the run. Default 5. */
  readonly shiftMs?: number;
}

/** Events that no engine may ever write, each in a run where it would break a promise. */
const FORBIDDEN: readonly Forbidden[] = [
  {
    what: "a second end of a task",
    run: () => two().changes("a"),
    event: { v: 1, at: 0, type: "task.completed", task: 0, attempt: 1, outcome: changed },
    breaks: /I10/,
  },
  {
    what: "a skip of what has ended",
    run: () => two().changes("a"),
    event: { v: 1, at: 0, type: "tasks.skipped", ranges: [[0, 0]], cause: "guard", reason: "" },
    breaks: /I10/,
  },
  {
    what: "an event after the end",
    run: () => two().changes("a").changes("b"),
    event: { v: 1, at: 0, type: "signal.received", name: "go", id: "1" },
    breaks: /I10/,
  },
  {
    what: "a start before a dependency has ended",
    run: two,
    event: { v: 1, at: 0, type: "task.dispatched", task: 1, attempt: 1 },
    breaks: /I11/,
  },
  {
    what: "a start against a condition",
    run: failedFirst,
    event: { v: 1, at: 0, type: "task.dispatched", task: 1, attempt: 1 },
    breaks: /I11/,
  },
  {
    what: "a second start of one attempt",
    run: two,
    event: { v: 1, at: 0, type: "task.dispatched", task: 0, attempt: 1 },
    breaks: /I16|I13/,
  },
  {
    what: "a retry before it is due",
    run: () => two().fails("a"),
    event: { v: 1, at: 0, type: "task.dispatched", task: 0, attempt: 2 },
    breaks: /I14/,
  },
  {
    what: "a result of an earlier attempt",
    run: hosts,
    event: { v: 1, at: 0, type: "unit.completed", task: 0, unit: 0, attempt: 9, outcome: changed },
    breaks: /I12/,
  },
  {
    what: "an attempt number that is skipped",
    run: () => two().fails("a").after(5),
    event: { v: 1, at: 0, type: "task.dispatched", task: 0, attempt: 7 },
    breaks: /I12/,
  },
  {
    what: "an event before the one ahead of it",
    run: two,
    event: { v: 1, at: 0, type: "signal.received", name: "go", id: "1" },
    breaks: /I14/,
    shiftMs: -5,
  },
  {
    what: "a retry due in the past",
    run: two,
    event: { v: 1, at: 0, type: "retry.scheduled", task: 0, unit: 0, attempt: 1, dueMs: 0, error },
    breaks: /I14/,
  },
  {
    what: "an unknown end of a unit at rest",
    run: () => two().changes("a"),
    event: { v: 1, at: 0, type: "attempt.unknown", task: 0, unit: 0, attempt: 1, reason: "", next: "hold" },
    breaks: /I3/,
  },
  {
    what: "an undo of what never started",
    run: two,
    event: { v: 1, at: 0, type: "undo.started", task: 1, unit: 0, attempt: 1, source: "declared" },
    breaks: /I19/,
  },
  {
    what: "an end of an undo that does not run",
    run: two,
    event: { v: 1, at: 0, type: "undo.completed", task: 0, unit: 0, attempt: 2, outcome: changed },
    breaks: /I19/,
  },
  {
    what: "an undo before that of what depends on it",
    run: undoing,
    event: { v: 1, at: 0, type: "undo.started", task: 0, unit: 0, attempt: 2, source: "declared" },
    breaks: /I19/,
  },
  {
    what: "an undo of what is undone",
    run: () => undoing().undoEnds("b"),
    event: { v: 1, at: 0, type: "undo.started", task: 1, unit: 0, attempt: 3, source: "declared" },
    breaks: /I19/,
  },
  {
    what: "a second voice of one person",
    run: () => givenRun(planFixture({ a: { gate: { kind: "approval", quorum: 2 } } })).when(APPROVAL),
    event: { v: 1, at: 0, type: "approval.given", task: 0, actor: "ada" },
    breaks: /I24/,
  },
  {
    what: "a generation that does not rise",
    run: failedFirst,
    event: { v: 1, at: 0, type: "tasks.reset", ranges: [[0, 0]], generation: 1, verb: "retryFailed" },
    breaks: /I10/,
  },
  {
    what: "a running task that begins anew",
    run: two,
    event: { v: 1, at: 0, type: "tasks.reset", ranges: [[0, 1]], generation: 2, verb: "retryFailed" },
    breaks: /I12/,
  },
];

const APPROVAL = { type: "approve", task: 0, actor: "ada" } as const;

/** `b` is being undone, `a` before it not yet. */
function undoing(): RunSpecification {
  const tasks = { a: { hasUndo: true }, b: { hasUndo: true, after: ["a"] }, c: { after: ["b"] } };
  return givenRun(planFixture(tasks, { rollback: "onFailure" }))
    .changes("a")
    .changes("b")
    .fails("c");
}

function two(): RunSpecification {
  return givenRun(planFixture({ a: { policy: { retry } }, b: { after: ["a"] } }, { limits: { maxParallel: 1 } }));
}

function failedFirst(): RunSpecification {
  const goOn = { policy: { afterFailure: "continueRun" } } as const;
  const run = givenRun(planFixture({ a: goOn, b: { after: ["a", "c"] }, c: {} })).fails("a");
  run.state.tasks.remaining[1] = 0;
  return run;
}

function hosts(): RunSpecification {
  return givenRun(planFixture({ a: { target: "h" } }), { hosts: { h: ["h"] } });
}

for (const { what, run: given, event, breaks, shiftMs = 5 } of FORBIDDEN) {
  test(`given ${what}, when invariants are checked, then the engine stops`, () => {
    const run = given();
    assert.throws(() => checkInvariants(run.state, { ...event, at: run.state.run.lastAtMs + shiftMs }), breaks);
  });
}

test("given a count that is wrong, when the state is swept, then the engine stops", () => {
  const run = two();
  run.state.tasks.counts[RUNNING] = 7;
  assert.throws(() => sweepInvariants(run.state), /I2/);
});

test("given a slot that leaked, when the state is swept, then the engine stops", () => {
  const run = two();
  run.state.slots.running = 0;
  assert.throws(() => sweepInvariants(run.state), /I16/);
});

test("given a task that is counted as moving and does not, when the state is swept, then the engine stops", () => {
  const run = two();
  run.state.tasks.active = 3;
  assert.throws(() => sweepInvariants(run.state), /I2/);
});

test("given a finished run with an open task, when the state is swept, then the engine stops", () => {
  const run = two().changes("a").changes("b");
  run.state.tasks.status[1] = RUNNING;
  run.state.tasks.counts[RUNNING] = 1;
  run.state.tasks.counts[UNCHANGED] = 0;
  assert.throws(() => sweepInvariants(run.state), /I2|I16/);
});

test("given a finished run, when the state is swept, then all limits are free again", () => {
  const keyed = { target: "_all", policy: { concurrencyKey: "k" } };
  const run = givenRun(planFixture({ a: keyed, b: keyed }), { hosts: { _all: ["h1", "h2"] } }).runsToEnd();
  sweepInvariants(run.state);
  assert.equal(run.state.slots.running, 0);
  assert.deepEqual(run.state.slots.writing, [0, 0]);
  assert.deepEqual(
    [...run.state.slots.keys.values()].map(({ running }) => running),
    [0],
  );
});
