import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../../src/base/assert.ts";
import { createState } from "../../src/engine/create-state.ts";
import { decodeState } from "../../src/engine/decode-state.ts";
import { encodeState } from "../../src/engine/encode-state.ts";
import { stateHash } from "../../src/engine/state-hash.ts";
import { MemoryLog } from "../../src/eventlog/memory-log.ts";
import type { RunHost, StartedRun } from "../../src/runner/run-host.ts";
import { planFixture } from "../../src/testing/plan-fixture.ts";
import { givenRun } from "../../src/testing/run-specification.ts";
import { LastingWorld, settled, viewOf } from "./persistence-kit.ts";

// Checkpoints: state that is kept so that fewer events have to be read, and that is never the truth.

const PLAN = planFixture({ a: {}, b: { after: ["a"] }, c: { after: ["b"] } });
const BYTES = (text: string) => new TextEncoder().encode(text);

/** A run of three tasks of which the first has ended. */
function midway() {
  return givenRun(PLAN).succeeds("a", { size: 3 });
}

function decoded(bytes: Uint8Array, plan = PLAN) {
  const state = decodeState(plan, bytes);
  assert.ok(state.ok, JSON.stringify(state));
  return state.value;
}

function refusal(bytes: Uint8Array, plan = PLAN): string {
  const state = decodeState(plan, bytes);
  return state.ok ? "" : state.error.code;
}

interface Kept {
  readonly world: LastingWorld;
  readonly controller: RunHost;
  readonly run: StartedRun;
}

/** A run of many functions that waits for an approval, with a snapshot after every twenty events. */
async function keptRun(events = 20): Promise<Kept> {
  const world = new LastingWorld((plan, { called }) => {
    for (let index = 0; index < 30; index++) called(plan, `f${index}`);
    plan.approval("ok");
  });
  const controller = await world.controller({ checkpoints: { events } });
  const run = await world.start(controller);
  await settled();
  return { world, controller, run };
}

function nameOf({ runId }: StartedRun): string {
  return `run/${runId}`;
}

/** Puts a newer snapshot of the run beside the good ones. */
async function putBad({ world, run }: Kept, content: Uint8Array, position = world.log.tail(0)): Promise<void> {
  await world.log.snapshots.put(nameOf(run), position, content);
}

test("given no snapshot, when the newest is asked for, then there is none", async () => {
  assert.deepEqual(await new MemoryLog().snapshots.latest("run/a"), { damaged: [] });
});

test("given a snapshot, when the newest is asked for, then it is as it was put", async () => {
  const { snapshots } = new MemoryLog();
  await snapshots.put("run/a", 7, BYTES("one"));
  assert.deepEqual((await snapshots.latest("run/a")).snapshot?.content, BYTES("one"));
});

test("given a snapshot, when it is put, then the answer names its position and its hash", async () => {
  const { position, hash } = await new MemoryLog().snapshots.put("run/a", 7, BYTES("one"));
  assert.deepEqual([position, hash.length], [7, 64]);
});

test("given two snapshots, when the newest is asked for, then it is that of the higher position", async () => {
  const { snapshots } = new MemoryLog();
  await snapshots.put("run/a", 9, BYTES("new"));
  await snapshots.put("run/a", 7, BYTES("old"));
  assert.equal((await snapshots.latest("run/a")).snapshot?.position, 9);
});

test("given a snapshot of a position, when another of it is put, then it takes its place", async () => {
  const { snapshots } = new MemoryLog();
  await snapshots.put("run/a", 7, BYTES("one"));
  await snapshots.put("run/a", 7, BYTES("two"));
  assert.deepEqual((await snapshots.latest("run/a")).snapshot?.content, BYTES("two"));
});

test("given snapshots of two names, when one is asked for, then it is its own", async () => {
  const { snapshots } = new MemoryLog();
  await snapshots.put("run/a", 7, BYTES("a"));
  await snapshots.put("run/b", 8, BYTES("b"));
  assert.equal((await snapshots.latest("run/a")).snapshot?.position, 7);
});

test("given content that is changed after it was put, when it is asked for, then it is as it was put", async () => {
  const { snapshots } = new MemoryLog();
  const content = BYTES("one");
  await snapshots.put("run/a", 7, content);
  content[0] = 0;
  assert.deepEqual((await snapshots.latest("run/a")).snapshot?.content, BYTES("one"));
});

test("given the name of a member of objects, when it is asked for, then there is no snapshot", async () => {
  assert.equal((await new MemoryLog().snapshots.latest("__proto__")).snapshot, undefined);
});

test("given a run midway, when its state is kept and read, then it has the same hash", () => {
  const { state } = midway();
  assert.equal(stateHash(decoded(encodeState(state))), stateHash(state));
});

test("given a run that has not begun, when its state is kept and read, then it has the same hash", () => {
  const state = createState(PLAN);
  assert.equal(stateHash(decoded(encodeState(state))), stateHash(state));
});

test("given a run that is finished, when its state is kept and read, then it has its verdict", () => {
  const { state } = midway().succeeds("b").succeeds("c");
  assert.equal(stateHash(decoded(encodeState(state))), stateHash(state));
});

test("given what a task has returned, when the state is kept and read, then it is there", () => {
  const outcome = decoded(encodeState(midway().state)).outcomes.get(0);
  assert.deepEqual(outcome !== undefined && "data" in outcome ? outcome.data : undefined, { size: 3 });
});

test("given one state, when it is kept twice, then the bytes are the same", () => {
  const { state } = midway();
  assert.deepEqual(encodeState(state), encodeState(state));
});

test("given a kept state, when it is read with another plan, then it is refused", () => {
  assert.equal(refusal(encodeState(midway().state), planFixture({ a: {} })), "DRV_RUN_SNAPSHOT_INVALID");
});

test("given a kept state that was cut short, when it is read, then it is refused", () => {
  assert.equal(refusal(encodeState(midway().state).slice(0, -1)), "DRV_RUN_SNAPSHOT_INVALID");
});

test("given no bytes at all, when they are read as a state, then they are refused", () => {
  assert.equal(refusal(new Uint8Array()), "DRV_RUN_SNAPSHOT_INVALID");
});

test("given text in place of a state, when it is read, then it is refused", () => {
  assert.equal(refusal(BYTES("'; DROP TABLE run; --")), "DRV_RUN_SNAPSHOT_INVALID");
});

test("given a kept state with bytes behind its end, when it is read, then it is refused", () => {
  const bytes = encodeState(midway().state);
  assert.equal(refusal(new Uint8Array([...bytes, 0])), "DRV_RUN_SNAPSHOT_INVALID");
});

test("given a run of many events, when it has gone on for a while, then its state is kept", async () => {
  const { world, run } = await keptRun();
  assert.notEqual((await world.log.snapshots.latest(nameOf(run))).snapshot, undefined);
});

test("given a run of few events, when it has gone on for a while, then nothing is kept", async () => {
  const { world, run } = await keptRun(10_000);
  assert.equal((await world.log.snapshots.latest(nameOf(run))).snapshot, undefined);
});

test("given a kept state, when the log is read, then a row vouches for its hash", async () => {
  const { world, run } = await keptRun();
  const snapshot = must((await world.log.snapshots.latest(nameOf(run))).snapshot, "it was kept");
  const events: unknown[] = [];
  for await (const row of world.log.read(0, 1)) events.push(...row.events);
  assert.match(JSON.stringify(events), new RegExp(snapshot.hash));
});

test("given a kept state, when another process reads the run, then it stands as before", async () => {
  const { world, controller, run } = await keptRun();
  const { counts } = await viewOf(controller, run);
  assert.deepEqual((await viewOf(await world.controller(), run)).counts, counts);
});

test("given a kept state, when another process reads the run, then results from before are there", async () => {
  const { world, run } = await keptRun();
  assert.deepEqual((await viewOf(await world.controller(), run)).task(0).data, { name: "f0" });
});

test("given a damaged snapshot, when another process reads the run, then all events are read instead", async () => {
  const kept = await keptRun();
  await putBad(kept, BYTES("damaged"));
  const { counts } = await viewOf(await kept.world.controller(), kept.run);
  assert.deepEqual([counts.changed, counts.waiting], [30, 1]);
});

test("given a snapshot of another plan, when another process reads the run, then it is passed over", async () => {
  const kept = await keptRun();
  await putBad(kept, encodeState(midway().state));
  assert.equal((await viewOf(await kept.world.controller(), kept.run)).taskCount, 31);
});

test("given a snapshot from ahead of the log, when another process reads the run, then it is passed over", async () => {
  const kept = await keptRun();
  const good = must((await kept.world.log.snapshots.latest(nameOf(kept.run))).snapshot, "it was kept");
  await putBad(kept, good.content, 1_000_000);
  assert.equal((await viewOf(await kept.world.controller(), kept.run)).counts.changed, 30);
});

test("given a kept state, when the run is resumed, then no function is called again", async () => {
  const { world, run } = await keptRun();
  await (await world.controller()).resume(run.runId);
  await settled();
  assert.equal(world.calls.length, 30);
});

test("given a run from a kept state, when its approval is given, then it ends well", async () => {
  const { world, run } = await keptRun();
  const next = await world.controller();
  const resumed = await next.resume(run.runId);
  await next.command(run.runId, { type: "approve", task: 30, actor: "ada" });
  assert.equal(resumed.ok ? (await resumed.value.ended).verdict : "", "succeeded");
});
