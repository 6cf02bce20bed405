import assert from "node:assert/strict";
import { test } from "node:test";
import { ConditionHistory } from "./condition-history.ts";

test("given a condition that goes on, when it is found again, then it keeps its beginning and gets the new reason", () => {
  const history = new ConditionHistory();
  assert.deepEqual(history.observe([{ type: "highLoad", reason: "Load 9" }], 1_000), [
    { type: "highLoad", isActive: true, atMs: 1_000, reason: "Load 9" },
  ]);
  assert.deepEqual(history.observe([{ type: "highLoad", reason: "Load 12" }], 61_000), []);
  assert.deepEqual(history.active(), [{ type: "highLoad", reason: "Load 12", sinceMs: 1_000 }]);
});

test("given a condition that went and came again, when it is asked for, then it began when it came again", () => {
  const history = new ConditionHistory();
  const pressure = { type: "diskPressure", reason: "Disk used: / 95.0 %" } as const;
  history.observe([pressure], 1);
  history.observe([], 2);
  history.observe([pressure], 3);
  assert.equal(history.active()[0]?.sinceMs, 3);
  assert.deepEqual(
    history.changes().map(({ isActive, atMs }) => [isActive, atMs]),
    [
      [true, 1],
      [false, 2],
      [true, 3],
    ],
  );
});

test("given a condition that comes and goes for long, when changes are asked for, then the last hundred are kept", () => {
  const history = new ConditionHistory();
  for (let at = 0; at < 500; at++) history.observe(at % 2 === 0 ? [{ type: "highLoad", reason: "" }] : [], at);
  assert.equal(history.changes().length, 100);
  assert.equal(history.changes().at(-1)?.atMs, 499);
});
