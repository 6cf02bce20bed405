import assert from "node:assert/strict";
import { test } from "node:test";
import { manyEvents } from "./many-events.ts";

// The full number takes minutes: node --conditions=source test/bad-input/many-events.ts --events 1000000

test("given a run of very many events, when it ends and is told again, then all are there and memory is bounded", async () => {
  const { events, verdict, peakMiB } = await manyEvents(20_000);
  assert.equal(verdict, "succeeded");
  assert.ok(events >= 20_000);
  assert.ok(peakMiB < 400, `${peakMiB} MiB`);
});
