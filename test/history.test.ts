import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { must } from "../src/base/assert.ts";
import { isJsonObject, type JsonObject, toJson } from "../src/base/json.ts";
import { apply } from "../src/engine/apply.ts";
import { createState } from "../src/engine/create-state.ts";
import { decide } from "../src/engine/decide.ts";
import { nextDueMs } from "../src/engine/due-times.ts";
import { readEvent, type Upcast, upcastEvent } from "../src/engine/event-versions.ts";
import { outstandingEffects } from "../src/engine/outstanding-effects.ts";
import type { RunState } from "../src/engine/run-state.ts";
import { stateHash } from "../src/engine/state-hash.ts";
import { RECORDED_RUNS } from "./history/recorded-runs.ts";

// Logs of released versions: each build folds them to the state they had, and can go on with them.

const HISTORY = new URL("fixtures/history/", import.meta.url);

function stored(line: string): JsonObject {
  const read = toJson(JSON.parse(line), { bytesMax: 1_000_000 });
  return read.ok && isJsonObject(read.value) ? read.value : {};
}

function folded(name: string, lines: readonly string[]): RunState {
  const state = createState(must(RECORDED_RUNS[name], name).plan());
  for (const line of lines) {
    const read = readEvent(stored(line));
    assert.ok(read.ok, read.ok ? "" : read.error.message);
    apply(state, read.value);
  }
  return state;
}

/** Resumes a run, and answers everything until it has ended. */
function goOn(state: RunState): string {
  let nowMs = state.run.lastAtMs;
  for (let round = 0; round < 200 && state.run.phase !== "finished"; round++) {
    decide(state, { type: state.run.pause === undefined ? "advance" : "resume" }, nowMs);
    for (const effect of outstandingEffects(state)) {
      if (effect.type !== "dispatch" && effect.type !== "undo") continue;
      const type = effect.type === "undo" ? "undoFinished" : "attemptFinished";
      const { task, unit, attempt, generation } = effect;
      decide(state, { type, task, unit, attempt, generation, outcome: { status: "unchanged" } }, nowMs);
    }
    for (const task of Array.from(state.gates.keys())) decide(state, { type: "approve", task, actor: "bob" }, nowMs);
    nowMs = Math.max(nowMs + 1, nextDueMs(state) ?? 0);
    decide(state, { type: "tick" }, nowMs);
  }
  return state.run.phase;
}

for (const version of readdirSync(HISTORY)) {
  for (const file of readdirSync(new URL(`${version}/`, HISTORY)).filter((entry) => entry.endsWith(".ndjson"))) {
    const name = file.slice(0, -".ndjson".length);
    const read = (entry: string): string => readFileSync(new URL(`${version}/${entry}`, HISTORY), "utf8").trim();

    test(`given the log ${version}/${name}, when this build folds it, then it is the state that was recorded`, () => {
      assert.equal(stateHash(folded(name, read(file).split("\n"))), read(`${name}.hash`));
    });

    test(`given any prefix of the log ${version}/${name}, when this build goes on with it, then the run ends`, () => {
      const lines = read(file).split("\n");
      for (let length = 2; length <= lines.length; length++) {
        assert.equal(goOn(folded(name, lines.slice(0, length))), "finished", `after ${length} events`);
      }
    });
  }
}

test("given the runs that are recorded, when the files are counted, then none is missing", () => {
  const files = readdirSync(new URL("v1/", HISTORY)).filter((entry) => entry.endsWith(".ndjson"));
  assert.deepEqual(files.map((file) => file.slice(0, -".ndjson".length)).sort(), Object.keys(RECORDED_RUNS).sort());
});

test("given an event of two versions ago, when it is read, then every upcast is applied in order", () => {
  const upcasts: readonly Upcast[] = [
    ({ who, ...event }) => ({ ...event, v: 2, person: who ?? "" }),
    ({ person, ...event }) => ({ ...event, v: 3, actor: person ?? "", reason: "none was kept" }),
  ];
  const old = { type: "run.paused", v: 1, at: 5, who: "ada" };
  const current = { type: "run.paused", v: 3, at: 5, actor: "ada", reason: "none was kept" };
  assert.deepEqual(upcastEvent(old, upcasts), current);
  assert.deepEqual(upcastEvent({ type: "run.paused", v: 2, at: 5, person: "ada" }, upcasts), current);
  assert.deepEqual(upcastEvent(current, upcasts), current);
  for (const v of [0, 4, 1.5, "1", undefined]) {
    assert.equal(upcastEvent(v === undefined ? { type: "x" } : { type: "x", v }, upcasts), undefined);
  }
});
