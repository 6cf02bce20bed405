import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import { parseRunId } from "../base/ids.ts";
import { findRun } from "./find-run.ts";
import type { ListedRun } from "./runs-access.ts";

const IDS = [
  "run_01900000-0000-7000-8000-0000000000aa",
  "run_01900000-1111-7000-8000-0000000000ab",
  "run_01911111-0000-7000-8000-0000000000ac",
];

const runs: readonly ListedRun[] = IDS.map((id) => ({
  runId: must(parseRunId(id), "a run id"),
  first: 1,
  newest: 1,
  plan: "p",
  isDryRun: false,
  createdAtMs: 0,
  isDriven: false,
}));

const found = (word: string) => {
  const run = findRun(word, runs);
  return run.ok ? run.value.runId : run.error.code;
};

for (const [word, what, wanted] of [
  ["last", "the newest", IDS[0]],
  [IDS[1], "its whole id", IDS[1]],
  ["run_01911", "the beginning of it", IDS[2]],
  ["01911", "the beginning without the prefix", IDS[2]],
  ["00ac", "its last four characters", IDS[2]],
  ["0ac", "fewer characters of its end", "DRV_RUN_UNKNOWN"],
  ["run_0190", "a beginning that two have", "DRV_RUN_AMBIGUOUS"],
  ["8000-0000000000a", "something in the middle", "DRV_RUN_UNKNOWN"],
  ["", "nothing", "DRV_RUN_UNKNOWN"],
  ["run_", "the prefix alone", "DRV_RUN_UNKNOWN"],
  ["__proto__", "a word of JavaScript", "DRV_RUN_UNKNOWN"],
  ["LAST", "another spelling", "DRV_RUN_UNKNOWN"],
] as const) {
  test(`given three runs, when one is named by ${what}, then the answer is ${String(wanted)}`, () => {
    assert.equal(found(word ?? ""), wanted);
  });
}

test("given no runs, when the last is asked for, then there is none", () => {
  const run = findRun("last", []);
  assert.equal(run.ok ? undefined : run.error.code, "DRV_RUN_UNKNOWN");
});

test("given an ambiguous word, when it is refused, then at most five runs are named and the others counted", () => {
  const [first] = runs;
  assert.ok(first !== undefined);
  const many = Array.from({ length: 9 }, (_, index) => ({
    ...first,
    runId: must(parseRunId(`run_01900000-0000-7000-8000-00000000000${index}`), "a run id"),
  }));
  const run = findRun("0190", many);
  assert.match(run.ok ? "" : run.error.message, /(run_\S+, ){4}run_\S+ and 4 more$/);
});

test("given a word of 10 MB, when it is refused, then the message stays short", () => {
  const run = findRun("x".repeat(10_000_000), runs);
  assert.ok(!run.ok && run.error.message.length < 300);
});
