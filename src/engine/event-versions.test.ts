import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject, type JsonObject, toJson } from "../base/json.ts";
import { planFixture } from "../testing/plan-fixture.ts";
import { givenRun, RunSpecification } from "../testing/run-specification.ts";
import { EVENT_UPCASTS, readEvent } from "./event-versions.ts";
import { stateHash } from "./state-hash.ts";

/** A log as version 1 of every event was written; logs of released versions stay readable. */
const LOG_OF_VERSION_1: readonly JsonObject[] = [
  {
    type: "run.created",
    v: 1,
    at: 1_000,
    runId: "run_01890a5d-ac96-774b-bcce-b302099a8057",
    plan: "fixture",
    params: {},
    maxParallel: 16,
    isDryRun: false,
    rollback: "off",
    onUnknownHeld: "finish",
  },
  { type: "hosts.resolved", v: 1, at: 1_000, targets: [] },
  { type: "task.dispatched", v: 1, at: 1_000, task: 0, attempt: 1 },
  { type: "task.completed", v: 1, at: 1_000, task: 0, attempt: 1, outcome: { status: "unchanged" } },
  { type: "tasks.skipped", v: 1, at: 1_000, ranges: [[1, 1]], cause: "guard", reason: "no dependencies changed" },
  { type: "run.completed", v: 1, at: 1_000, verdict: "succeeded" },
];

const plan = planFixture({ a: {}, b: { after: ["a"], guards: ["onlyIfChanged"] } });

test("given a stored log of version 1, when it is read and folded, then it is the run that wrote it", () => {
  const events = LOG_OF_VERSION_1.map((stored) => {
    const read = readEvent(stored);
    assert.ok(read.ok);
    return read.value;
  });
  const run = givenRun(plan).succeeds("a");
  assert.deepEqual(run.events, events);
  assert.equal(stateHash(RunSpecification.fold(plan, events)), stateHash(run.state));
});

test("given any event of a run, when it is written as JSON and read again, then it is the same", () => {
  for (const event of givenRun(plan).succeeds("a").events) {
    const written: unknown = JSON.parse(JSON.stringify(event));
    const stored = toJson(written, { bytesMax: 10_000 });
    const read = readEvent(stored.ok && isJsonObject(stored.value) ? stored.value : {});
    assert.deepEqual(read.ok ? read.value : undefined, event);
  }
});

for (const [what, stored] of [
  ["of a newer version", { type: "run.created", v: 99 }],
  ["of an unknown type", { type: "task.exploded", v: 1 }],
  ["of version 0", { type: "run.created", v: 0 }],
  ["without a version", { type: "run.created" }],
  ["without a type", { v: 1 }],
  ["named like a member of every object", { type: "toString", v: 1 }],
] as const) {
  test(`given an event ${what}, when it is read, then it is refused with a code`, () => {
    const read = readEvent(stored);
    assert.equal(read.ok ? "" : read.error.code, "DRV_RUN_EVENT_UNKNOWN");
  });
}

test("given the upcasts, when counted, then every type is at the version that its number of upcasts says", () => {
  for (const upcasts of Object.values(EVENT_UPCASTS)) assert.equal(upcasts.length, 0);
});
