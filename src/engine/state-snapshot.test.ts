import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { must } from "../base/assert.ts";
import { toJson } from "../base/json.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { RUN_ID_FIXTURE } from "../testing/given-run.ts";
import { planFixture, type TaskFixture } from "../testing/plan-fixture.ts";
import { endsWell, randomRun } from "../testing/random-world.ts";
import { givenRun, RunSpecification } from "../testing/run-specification.ts";
import { apply } from "./apply.ts";
import { createState } from "./create-state.ts";
import { decide } from "./decide.ts";
import { decodeState } from "./decode-state.ts";
import { nextDueMs } from "./due-times.ts";
import { encodeState } from "./encode-state.ts";
import type { RunEvent } from "./events.ts";
import { sweepInvariants } from "./invariants.ts";
import { outstandingEffects } from "./outstanding-effects.ts";
import type { RunState } from "./run-state.ts";
import { stateHash } from "./state-hash.ts";
import { takeEffects } from "./take-effects.ts";
import { nameOf, taskOf } from "./task-access.ts";
import { viewRun } from "./view.ts";

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

function decoded(plan: CompiledPlan, bytes: Uint8Array): RunState {
  const read = decodeState(plan, bytes);
  assert.ok(read.ok, read.ok ? "" : read.error.message);
  return read.value;
}

/** What people and the world see of a state. */
function seen(state: RunState): unknown {
  const view = viewRun(state);
  const tasks = Array.from({ length: state.tasks.count }, (_, task) => [view.task(task), taskOf(state, task).name]);
  return [stateHash(state), outstandingEffects(state), nextDueMs(state), tasks, view.counts];
}

test("given any prefix of any log, when its state is written and read, then it is the same and goes on the same", () => {
  fc.assert(
    fc.property(seeds, fc.nat(), (seed, cut) => {
      const run = randomRun(seed, 60);
      endsWell(run);
      const { plan } = run.state;
      const length = 1 + (cut % run.events.length);
      const before = RunSpecification.fold(plan, run.events.slice(0, length));
      const bytes = encodeState(before);
      const restored = decoded(plan, bytes);
      assert.deepEqual(seen(restored), seen(before));
      assert.deepEqual(encodeState(restored), bytes);
      sweepInvariants(restored);
      for (const event of run.events.slice(length)) apply(restored, event);
      assert.equal(stateHash(restored), stateHash(run.state));
    }),
    { numRuns: 80 },
  );
});

test("given a log, when a snapshot is taken after every one of its events, then all of them go on to the same end", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const run = randomRun(seed, 25);
      endsWell(run);
      const { plan } = run.state;
      const live = createState(plan);
      for (const [index, event] of run.events.entries()) {
        apply(live, event);
        const restored = decoded(plan, encodeState(live));
        assert.deepEqual(outstandingEffects(restored), outstandingEffects(live), `after event ${index}`);
        assert.equal(nextDueMs(restored), nextDueMs(live), `after event ${index} (${event.type})`);
        for (const later of run.events.slice(index + 1)) apply(restored, later);
        assert.equal(stateHash(restored), stateHash(run.state), `after event ${index}`);
      }
    }),
    { numRuns: 30 },
  );
});

test("given any run at rest, when it is restored and everything is answered, then it ends as any run does", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 60 }), (seed, steps) => {
      const run = randomRun(seed, steps);
      const { plan } = run.state;
      const state = decoded(plan, encodeState(run.state));
      assert.deepEqual(takeEffects(state), []);
      const rest = decide(state, { type: "advance" }, run.nowMs);
      if (state.run.phase !== "finished")
        assert.deepEqual(rest, { ok: true, events: [], hasMore: false, staleCount: 0 });
      assert.equal(finish(state, run.nowMs), "finished");
    }),
    { numRuns: 100 },
  );
});

/** Answers whatever is outstanding until the run has ended. */
function finish(state: RunState, nowMs: number): string {
  const history: RunEvent[] = [];
  let time = nowMs;
  for (let round = 0; round < 3_000 && state.run.phase !== "finished"; round++) {
    const decisions = outstandingEffects(state).map((effect) => {
      const { task, generation } = effect;
      if (effect.type === "cancelAttempt") return undefined;
      if (effect.type === "evaluate") {
        return decide(state, { type: "evaluated", task, generation, evaluation: { params: {}, host: "h1" } }, time);
      }
      const type = effect.type === "undo" ? "undoFinished" : "attemptFinished";
      const { unit, attempt } = effect;
      return decide(state, { type, task, unit, attempt, generation, outcome: { status: "unchanged" } }, time);
    });
    if (state.run.pause !== undefined) decide(state, { type: "resume" }, time);
    for (const decision of decisions) if (decision?.ok === true) history.push(...decision.events);
    time = Math.max(time + 1, nextDueMs(state) ?? 0);
    decide(state, { type: "tick" }, time);
    decide(state, { type: "signal", name: "go", id: "late" }, time);
    for (const task of Array.from(state.gates.keys())) {
      for (const actor of ["ada", "bob"]) decide(state, { type: "approve", task, actor }, time);
    }
    for (const key of Array.from(state.unknowns.keys())) {
      const place = { task: Math.floor(key / 1_048_576), unit: key % 1_048_576 };
      decide(state, { type: "resolveUnknown", ...place, decision: "succeeded" }, time);
    }
  }
  return state.run.phase;
}

test("given hostile names and values, when a state is written and read, then nothing of them is lost or obeyed", () => {
  const hostile = { "; rm -rf /": "\u0000\n\"'`$(id)", list: ["--flag", "\ud800", "é"] };
  const data = toJson(JSON.parse('{"__proto__":{"polluted":true},"a":[1.5,null,"\\u0000"]}'), { bytesMax: 1_000 });
  assert.ok(data.ok);
  const plan = planFixture({ "a;`rm$(x)": { target: "role:x" }, "b\u2028": { after: ["a;`rm$(x)"] } });
  const run = givenRun(plan, { hosts: { "role:x": ["__proto__", "h 2"] }, params: hostile });
  run.ends("a;`rm$(x)@__proto__", { status: "changed", data: data.value });
  const restored = decoded(plan, encodeState(run.state));
  assert.deepEqual(seen(restored), seen(run.state));
  assert.equal("polluted" in {}, false);
});

test("given the facts of a run, when it is restored, then its origin and version are kept", () => {
  const plan = planFixture({ a: {} });
  const state = createState(plan);
  const origin = {
    fingerprint: "f",
    source: { module: "plans/a.ts", export: "default", hash: "h" },
    planBody: "body",
    idempotencyKey: "key",
    paramsHash: "params",
    actor: "ada",
    reason: "release",
  };
  const started = decide(
    state,
    { type: "start", runId: RUN_ID_FIXTURE, params: {}, hosts: [], options: {}, ...origin },
    1,
  );
  assert.ok(started.ok);
  const restored = viewRun(decoded(plan, encodeState(state)));
  assert.deepEqual(restored.origin, origin);
  assert.equal(restored.controlVersion, 1);
});

// What cannot be read

const plan = planFixture({ a: {}, b: { after: ["a"] } });
const bytes = encodeState(givenRun(plan).state);

function refusal(of: CompiledPlan, snapshot: Uint8Array): string {
  const read = decodeState(of, snapshot);
  assert.ok(!read.ok, "The snapshot was read");
  assert.equal(read.error.code, "DRV_RUN_SNAPSHOT_INVALID");
  return read.error.message;
}

test("given any byte of a snapshot that is flipped, or any end that is cut off, when it is read, then it is refused", () => {
  for (let place = 0; place < bytes.length; place++) {
    const flipped = Uint8Array.from(bytes);
    flipped[place] = (flipped[place] ?? 0) ^ 1;
    refusal(plan, flipped);
    refusal(plan, bytes.subarray(0, place));
  }
});

test("given bytes that never were a snapshot, when they are read, then they are refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => refusal(plan, noise).length > 0));
});

test("given a snapshot of another version, when it is read, then both versions are named", () => {
  const other = Uint8Array.from(bytes);
  other[4] = 99;
  assert.match(refusal(plan, other), /version is 99, and 2 is wanted/);
});

for (const [what, other] of [
  ["with another task", { a: {}, b: { after: ["a"] }, c: {} }],
  ["with another name", { a: {}, c: { after: ["a"] } }],
  ["without the edge", { a: {}, b: {} }],
  ["with another kind of edge", { a: {}, b: { after: ["a always"] } }],
  ["with another kind of task", { a: { script: "true" }, b: { after: ["a"] } }],
] satisfies readonly (readonly [string, Record<string, TaskFixture>])[]) {
  test(`given a plan ${what}, when a snapshot is read with it, then it is refused`, () => {
    assert.match(refusal(planFixture(other), bytes), /another plan/);
  });
}

test("given a group with other tasks, when a snapshot is read with it, then it is refused", () => {
  const group = (child: string): CompiledPlan => planFixture({ g: { group: { tasks: { [child]: {} }, keys: ["k"] } } });
  const state = givenRun(group("x")).state;
  assert.equal(nameOf(decoded(group("x"), encodeState(state)), 1), "g[k].x");
  assert.match(refusal(group("y"), encodeState(state)), /another plan/);
});

test("given 100,000 tasks, when a state is written and read, then it is no work worth speaking of", (context) => {
  const tasks: Record<string, TaskFixture> = {};
  for (let index = 0; index < 100_000; index++) tasks[`t${index}`] = index === 0 ? {} : { after: [`t${index >> 1}`] };
  tasks["t0"] = {};
  tasks["t1"] = { after: ["t0"] };
  const large = planFixture(tasks);
  const run = givenRun(large, { isReplayed: false, isSwept: false });
  run.changes("t0").changes("t1", { value: 1 });
  const times = [0, 1, 2].map(() => {
    const startedMs = performance.now();
    const state = decoded(large, encodeState(run.state));
    const tookMs = performance.now() - startedMs;
    assert.equal(must(state.tasks.attempts[0], "A task"), 1);
    return tookMs;
  });
  context.diagnostic(`took ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
  // A quiet machine takes 45 ms; the bound leaves room for one that is not.
  assert.ok(Math.min(...times) < 3_000, `took ${times.join(", ")} ms`);
});
