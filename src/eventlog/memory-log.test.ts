import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryLog } from "./memory-log.ts";
import type { LogRow } from "./event-log.ts";

function batch(batchId: string, ...events: readonly unknown[]) {
  return { batchId, rows: [{ stream: "run/1", previousPosition: 0, events }] };
}

async function rowsOf(log: MemoryLog, from: number): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  for await (const row of log.read(0, from)) rows.push(row);
  return rows;
}

test("given an empty lane, when two batches are appended, then positions are dense from 1", async () => {
  await using log = new MemoryLog({ keepsEvents: true });
  assert.deepEqual(log.append(0, 0, batch("a", 1)), { outcome: "appended", position: 1 });
  assert.deepEqual(log.append(0, 1, batch("b", 2)), { outcome: "appended", position: 2 });
  assert.deepEqual(
    (await rowsOf(log, 1)).map((row) => [row.position, row.batchId, row.events]),
    [
      [1, "a", [1]],
      [2, "b", [2]],
    ],
  );
});

test("given a lane at position 1, when an append expects position 0, then it conflicts and nothing is written", async () => {
  await using log = new MemoryLog({ keepsEvents: true });
  log.append(0, 0, batch("a", 1));
  assert.deepEqual(log.append(0, 0, batch("b", 2)), { outcome: "conflict", position: 1 });
  assert.equal((await rowsOf(log, 1)).length, 1);
});

test("given two lanes, when one is appended to, then the other stays empty", async () => {
  await using log = new MemoryLog();
  log.append(3, 0, batch("a", 1));
  assert.equal(log.tail(3), 1);
  assert.equal(log.tail(0), 0);
});

test("given a log that does not keep events, when rows are appended, then positions count and nothing is retained", async () => {
  await using log = new MemoryLog();
  log.append(0, 0, batch("a", 1));
  assert.equal(log.tail(0), 1);
  assert.deepEqual(await rowsOf(log, 1), []);
});

test("given kept rows, when reading from a later position, then earlier rows are left out", async () => {
  await using log = new MemoryLog({ keepsEvents: true });
  log.append(0, 0, batch("a", 1));
  log.append(0, 1, batch("b", 2));
  assert.deepEqual(
    (await rowsOf(log, 2)).map((row) => row.position),
    [2],
  );
});
