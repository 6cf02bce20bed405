import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryLog } from "../../src/eventlog/memory-log.ts";
import { LaneWriter } from "../../src/sqlite.ts";
import { allOf, appendTo, batchOf, expectCode, rowOf } from "../../src/testing/event-log-suite-subject.ts";

// The log: what is written, where, and who may write it.

const SNAPSHOT = { name: "lane", position: 2, hash: "0".repeat(64) };

function emptyLog(): MemoryLog {
  return new MemoryLog({ keepsEvents: true });
}

/** A log with rows 1 and 3 of run/a and row 2 of run/b. */
async function givenLog(): Promise<MemoryLog> {
  const log = emptyLog();
  await appendTo(log, 0, batchOf("one", rowOf("run/a", 0, "a1"), rowOf("run/b", 0, "b1")));
  await appendTo(log, 2, batchOf("two", rowOf("run/a", 1, "a2", "a3")));
  return log;
}

async function positionsOf(log: MemoryLog, from: number): Promise<readonly number[]> {
  return (await allOf(log.read(0, from))).map(({ position }) => position);
}

test("given an empty log, when its tail is asked for, then it is 0", () => {
  assert.equal(emptyLog().tail(0), 0);
});

test("given an empty log, when it is read, then there are no rows", async () => {
  assert.deepEqual(await allOf(emptyLog().read(0, 1)), []);
});

test("given an empty log, when its first position is asked for, then it is 1", () => {
  assert.equal(emptyLog().firstPosition(0), 1);
});

test("given an empty log, when a row is appended, then it is at position 1", () => {
  assert.deepEqual(emptyLog().append(0, 0, batchOf("x", rowOf("run/a", 0, 1))), { outcome: "appended", position: 1 });
});

test("given a batch of three rows, when it is appended, then the answer is the position of the last", () => {
  const batch = batchOf("x", rowOf("run/a", 0, 1), rowOf("run/b", 0, 2), rowOf("run/c", 0, 3));
  assert.deepEqual(emptyLog().append(0, 0, batch), { outcome: "appended", position: 3 });
});

test("given rows, when they are read from the start, then positions are dense", async () => {
  assert.deepEqual(await positionsOf(await givenLog(), 1), [1, 2, 3]);
});

test("given rows, when they are read from a later position, then earlier ones are left out", async () => {
  assert.deepEqual(await positionsOf(await givenLog(), 3), [3]);
});

test("given rows, when they are read from behind the newest, then there are none", async () => {
  assert.deepEqual(await positionsOf(await givenLog(), 4), []);
});

test("given a row of two events, when it is read, then both come in their order", async () => {
  const rows = await allOf((await givenLog()).read(0, 3));
  assert.deepEqual(rows[0]?.events, ["a2", "a3"]);
});

test("given a row, when it is read, then it tells its batch and its stream", async () => {
  const [row] = await allOf((await givenLog()).read(0, 3));
  assert.deepEqual([row?.batchId, row?.stream, row?.previousPosition], ["two", "run/a", 1]);
});

test("given two streams, when one is read, then rows of the other are left out", async () => {
  const rows = await allOf((await givenLog()).readStream(0, 3));
  assert.deepEqual(
    rows.map(({ position }) => position),
    [1, 3],
  );
});

test("given a stream, when it is read after a position, then what is before is left out", async () => {
  const rows = await allOf((await givenLog()).readStream(0, 3, { after: 1 }));
  assert.deepEqual(
    rows.map(({ position }) => position),
    [3],
  );
});

test("given a stream, when it is read from a row that is not there, then a code says so", async () => {
  const log = await givenLog();
  await expectCode("DRV_LOG_ROW_MISSING", () => allOf(log.readStream(0, 9)));
});

test("given a log at 3, when an append expects less, then it conflicts and tells the tail", async () => {
  const outcome = (await givenLog()).append(0, 2, batchOf("x", rowOf("run/a", 0, 1)));
  assert.deepEqual(outcome, { outcome: "conflict", position: 3 });
});

test("given a log at 3, when an append expects more, then it conflicts", async () => {
  const outcome = (await givenLog()).append(0, 4, batchOf("x", rowOf("run/a", 3, 1)));
  assert.equal(outcome.outcome, "conflict");
});

test("given a conflict, when the log is read, then nothing of the batch is in it", async () => {
  const log = await givenLog();
  log.append(0, 0, batchOf("x", rowOf("run/z", 0, 1)));
  assert.deepEqual(await positionsOf(log, 1), [1, 2, 3]);
});

test("given two lanes, when one is appended to, then the other stays empty", async () => {
  assert.equal((await givenLog()).tail(1), 0);
});

test("given a lane that is not there, when it is appended to, then it is refused", async () => {
  const log = emptyLog();
  await expectCode("DRV_LOG_APPEND_INVALID", async () =>
    log.append(log.laneCount, 0, batchOf("x", rowOf("run/a", 0, 1))),
  );
});

test("given a batch without rows, when it is appended, then it is refused", async () => {
  await expectCode("DRV_LOG_APPEND_INVALID", async () => emptyLog().append(0, 0, batchOf("x")));
});

test("given a stream with a line break in its name, when it is appended to, then it is refused", async () => {
  await expectCode("DRV_LOG_APPEND_INVALID", async () => emptyLog().append(0, 0, batchOf("x", rowOf("run/\n", 0, 1))));
});

test("given a stream of a seal, when somebody else writes to it, then it is refused", async () => {
  await expectCode("DRV_LOG_APPEND_INVALID", async () =>
    emptyLog().append(0, 0, batchOf("x", rowOf("log/seal", 0, 1))),
  );
});

test("given a row that links to one behind it, when it is appended, then it is refused", async () => {
  await expectCode("DRV_LOG_APPEND_INVALID", async () => emptyLog().append(0, 0, batchOf("x", rowOf("run/a", 5, 1))));
});

test("given an event that looks like SQL, when it is read, then it is as it was", async () => {
  const log = emptyLog();
  await appendTo(log, 0, batchOf("x", rowOf("run/a", 0, "'; DROP TABLE log; --")));
  const [row] = await allOf(log.read(0, 1));
  assert.deepEqual(row?.events, ["'; DROP TABLE log; --"]);
});

test("given a log that is closed, when it is appended to, then it is refused", async () => {
  const log = emptyLog();
  await log[Symbol.asyncDispose]();
  await expectCode("DRV_LOG_CLOSED", async () => log.append(0, 0, batchOf("x", rowOf("run/a", 0, 1))));
});

test("given a segment, when it is sealed, then the next one begins two rows later", async () => {
  assert.deepEqual(await (await givenLog()).seal(0, 3, SNAPSHOT), { outcome: "appended", position: 5 });
});

test("given a seal that expects another position, when it is written, then it conflicts", async () => {
  assert.deepEqual(await (await givenLog()).seal(0, 2, SNAPSHOT), { outcome: "conflict", position: 3 });
});

test("given a sealed segment, when rows before the next one are dropped, then the first position moves", async () => {
  const log = await givenLog();
  await log.seal(0, 3, SNAPSHOT);
  await log.drop(0, 5);
  assert.equal(log.firstPosition(0), 5);
});

test("given rows that were dropped, when they are read, then a code says that they are missing", async () => {
  const log = await givenLog();
  await log.seal(0, 3, SNAPSHOT);
  await log.drop(0, 5);
  await expectCode("DRV_LOG_ROW_MISSING", () => allOf(log.read(0, 1)));
});

test("given the current segment, when it is asked to be dropped, then it stays", async () => {
  assert.equal(await (await givenLog()).drop(0, 100), 0);
});

test("given a lane, when somebody claims it, then the epoch is the position of the claim", async () => {
  await using writer = await LaneWriter.open(await givenLog(), { owner: "one" });
  assert.equal(writer.epoch, 4);
});

test("given an owner, when another claims the lane, then the first one's rows are refused", async () => {
  const log = emptyLog();
  await using first = await LaneWriter.open(log, { owner: "one" });
  await using _second = await LaneWriter.open(log, { owner: "two" });
  await expectCode("DRV_LOG_LANE_LOST", () => first.write(rowOf("run/a", 0, 1)));
});

test("given many writers of one lane, when they write at once, then each row has a place of its own", async () => {
  const log = emptyLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => writer.write(rowOf(`run/${index}`, 0, index))),
  );
  assert.equal(new Set(outcomes.map((outcome) => ("position" in outcome ? outcome.position : 0))).size, 20);
});
