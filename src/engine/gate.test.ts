import assert from "node:assert/strict";
import { test } from "node:test";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun } from "../testing/run-specification.ts";
import { nextDueMs } from "./due-times.ts";

const signal = { kind: "signal", name: "go" } as const;

test("given an until gate in the past, when it is entered, then it opens at once", () => {
  const run = givenRun(planFixture({ gate: { gate: { kind: "until", atMs: 5 } }, a: { after: ["gate"] } }));
  assert.deepEqual(run.running, ["a"]);
});

test("given an until gate in the future, when its time comes, then it opens", () => {
  const run = givenRun(planFixture({ gate: { gate: { kind: "until", atMs: 9_000 } } }));
  assert.equal(nextDueMs(run.state), 9_000);
  assert.equal(run.reason("gate"), "waiting 8.0s for the gate to open");
  assert.equal(run.untilDue().status("gate"), "unchanged");
});

test("given a gate, when it waits, then it takes no slot", () => {
  const plan = planFixture({ gate: { gate: signal, policy: { priority: 9 } }, a: {} }, { limits: { maxParallel: 1 } });
  assert.deepEqual(givenRun(plan).running, ["a"]);
});

test("given a signal of another name, when it comes, then the gate stays closed", () => {
  const run = givenRun(planFixture({ gate: { gate: signal } })).when({ type: "signal", name: "stop", id: "1" });
  assert.equal(run.reason("gate"), 'waiting for signal "go"');
});

test("given one signal, when several gates wait for it, then all of them open", () => {
  const run = givenRun(planFixture({ x: { gate: signal }, y: { gate: signal } })).when({
    type: "signal",
    name: "go",
    id: "1",
  });
  assert.deepEqual(run.statuses, { x: "unchanged", y: "unchanged" });
});

test("given a signal that was received, when the same id comes again, then it is not written again", () => {
  const run = givenRun(planFixture({ a: {} }));
  for (let again = 0; again < 2; again++) run.when({ type: "signal", name: "go", id: "1", payload: again });
  assert.deepEqual(
    run.eventsOf("signal.received").map(({ payload }) => payload),
    [0],
  );
});

test("given __proto__ as the name of a signal, when it comes, then it opens the gate of that name", () => {
  const run = givenRun(planFixture({ gate: { gate: { kind: "signal", name: "__proto__" } } }));
  assert.equal(run.when({ type: "signal", name: "__proto__", id: "__proto__" }).status("gate"), "unchanged");
});

test("given an approval, when it is given, then the gate tells who and when", () => {
  const run = givenRun(planFixture({ gate: { gate: { kind: "approval", quorum: 1 } } }));
  run.when({ type: "approve", task: 0, actor: "ada", reason: "seen" });
  assert.deepEqual(run.task("gate").data, { approvals: [{ actor: "ada", reason: "seen", atMs: 1_000 }] });
});

test("given tasks that are no approvals, when somebody approves or refuses them, then that is refused", () => {
  const run = givenRun(planFixture({ a: {}, gate: { gate: signal } }));
  assert.equal(run.rejected({ type: "approve", task: 0, actor: "ada" }).code, "DRV_RUN_NOT_WAITING");
  assert.equal(run.rejected({ type: "reject", task: 1, actor: "ada" }).code, "DRV_RUN_NOT_WAITING");
  assert.equal(run.rejected({ type: "approve", task: 2, actor: "ada" }).code, "DRV_RUN_TASK_UNKNOWN");
  assert.equal(run.rejected({ type: "approve", task: Number.NaN, actor: "ada" }).code, "DRV_RUN_TASK_UNKNOWN");
  assert.equal(run.rejected({ type: "approve", task: -1, actor: "ada" }).code, "DRV_RUN_TASK_UNKNOWN");
});

test("given an approval that is not reached, when somebody approves, then that is refused", () => {
  const run = givenRun(planFixture({ a: {}, gate: { after: ["a"], gate: { kind: "approval", quorum: 1 } } }));
  assert.equal(run.rejected({ type: "approve", task: 1, actor: "ada" }).code, "DRV_RUN_NOT_WAITING");
});
