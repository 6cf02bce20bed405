import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { isJsonObject, toJson } from "../../base/json.ts";
import { apply } from "../../engine/apply.ts";
import { createState } from "../../engine/create-state.ts";
import { readEvent } from "../../engine/event-versions.ts";
import type { RunEvent } from "../../engine/events.ts";
import { stateHash } from "../../engine/state-hash.ts";
import { viewRun } from "../../engine/view.ts";
import { Plan } from "../../library/plan.ts";
import { LaneWriter } from "../lane-writer.ts";
import type { LogRow } from "../event-log.ts";
import { openSqliteLog } from "./sqlite-log.ts";

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "drover-run-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

function examplePlan(name: string): Plan {
  const plan = new Plan(name);
  const first = plan.taskFunc("first", () => ({ changed: true, data: { text: "'; --\u0000", count: 3 } }));
  plan.taskFunc("fails", () => Promise.reject(new Error("no"))).dependsOn(first);
  plan.taskFunc("second", () => ({ changed: false })).dependsOn(first);
  return plan;
}

async function eventsOf(rows: AsyncIterable<LogRow>): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const row of rows) {
    for (const stored of row.events) {
      const json = toJson(stored, { bytesMax: 1_000_000 });
      assert.ok(json.ok && isJsonObject(json.value));
      const event = readEvent(json.value);
      assert.ok(event.ok);
      events.push(event.value);
    }
  }
  return events;
}

/** State after the events, folded as recovery does. */
function replay(
  plan: Plan,
  events: readonly RunEvent[],
): { readonly hash: string; readonly verdict: string | undefined } {
  const state = createState(plan.compile());
  for (const event of events) apply(state, event);
  return { hash: stateHash(state), verdict: viewRun(state).verdict };
}

test("given a log in a folder, when a plan runs on it, then the kept events replay to the state of the run", async (context) => {
  const folder = await temporaryFolder(context);
  const plan = examplePlan("kept");
  const seen: RunEvent[] = [];
  {
    await using log = await openSqliteLog(folder);
    const report = await plan.run({ log, observer: { onEvents: (events) => void seen.push(...events) } });
    assert.equal(report.verdict, "failed");
  }
  await using log = await openSqliteLog(folder);
  const kept = await eventsOf(log.read(0, 1));
  assert.equal(kept.at(-1)?.type, "run.completed");
  assert.deepEqual(replay(plan, kept), replay(plan, seen));
  assert.equal(replay(plan, kept).verdict, "failed");
});

test("given one lane, when many plans run on it at once, then each is read back by its own stream", async (context) => {
  const folder = await temporaryFolder(context);
  const plans = Array.from({ length: 10 }, (_, index) => examplePlan(`plan ${index}`));
  const seen = plans.map((): RunEvent[] => []);
  await using log = await openSqliteLog(folder);
  await using writer = await LaneWriter.open(log, { owner: "one" });
  await Promise.all(
    plans.map((plan, index) =>
      plan.run({ log: writer, observer: { onEvents: (events) => void seen[index]?.push(...events) } }),
    ),
  );
  const heads = new Map<string, number>();
  for await (const row of log.read(0, 2)) heads.set(row.stream, row.position);
  assert.equal(heads.size, plans.length);
  const hashes: string[] = [];
  for (const newest of heads.values()) {
    const events = await eventsOf(log.readStream(0, newest));
    const created = events[0];
    const index = seen.findIndex(
      (each) => each[0]?.type === "run.created" && created?.type === "run.created" && each[0].runId === created.runId,
    );
    const plan = plans[index];
    assert.ok(plan !== undefined);
    const { hash } = replay(plan, events);
    assert.equal(hash, replay(plan, seen[index] ?? []).hash);
    hashes.push(hash);
  }
  assert.equal(hashes.length, plans.length);
});
