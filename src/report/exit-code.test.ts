import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verdict } from "../engine/run-view.ts";
import { fakeRunView, type FakeTask } from "../testing/fake-run-view.ts";
import { exitCodeOf } from "./exit-code.ts";

const FAILED: FakeTask = {
  name: "failed",
  status: "failed",
  error: { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot do it" },
};
const TIMED_OUT: FakeTask = {
  name: "slow",
  status: "failed",
  error: { code: "DRV_TASK_ATTEMPT_TIMEOUT", message: "Cannot wait longer" },
};
const UNREACHABLE: FakeTask = {
  name: "far",
  status: "failed",
  hostResults: [{ hostname: "web1", status: "failed", failure: "unreachable", changed: false, durationMs: 1 }],
};
const UNDO_FAILED: FakeTask = {
  name: "stuck",
  status: "changed",
  undoError: { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot undo it" },
};

const CASES: readonly (readonly [string, Verdict, readonly FakeTask[], number])[] = [
  ["all went well", "succeeded", [{ name: "a", status: "changed" }], 0],
  ["a tolerated failure", "succeeded", [FAILED, TIMED_OUT, UNREACHABLE], 0],
  ["a task failed", "failed", [FAILED], 4],
  ["a failed run was rolled back", "rolledBack", [FAILED], 4],
  ["a host was unreachable", "failed", [FAILED, UNREACHABLE], 5],
  ["a task timed out", "failed", [FAILED, UNREACHABLE, TIMED_OUT], 6],
  ["the run was cancelled", "cancelled", [{ name: "a", status: "cancelled" }], 6],
  ["a decision is needed", "needsDecision", [FAILED, UNREACHABLE, TIMED_OUT], 7],
  ["an undo failed besides everything else", "needsDecision", [UNDO_FAILED, FAILED, UNREACHABLE, TIMED_OUT], 8],
];

for (const [situation, verdict, tasks, code] of CASES) {
  test(`given ${situation}, when the exit code is asked for, then it is ${code}`, () => {
    assert.equal(exitCodeOf(fakeRunView({ verdict, tasks })), code);
  });
}
