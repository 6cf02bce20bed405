import assert from "node:assert/strict";
import { test } from "node:test";
import type { AppendOutcome, LogBatch } from "./event-log.ts";
import { LaneWriter } from "./lane-writer.ts";
import { MemoryLog } from "./memory-log.ts";

/** A log whose connection is lost at chosen appends, before or after the store took them. */
class UnreliableLog extends MemoryLog {
  readonly batchIds: string[] = [];
  #faults: readonly ("before" | "after" | undefined)[] = [];

  constructor() {
    super({ keepsEvents: true });
  }

  failNext(...faults: readonly ("before" | "after" | undefined)[]): void {
    this.#faults = faults;
  }

  override append(lane: number, expectedPosition: number, batch: LogBatch): AppendOutcome {
    this.batchIds.push(batch.batchId);
    const [fault, ...rest] = this.#faults;
    this.#faults = rest;
    if (fault === "before") return { outcome: "unknown", reason: "connection lost" };
    const outcome = super.append(lane, expectedPosition, batch);
    return fault === "after" ? { outcome: "unknown", reason: "connection lost" } : outcome;
  }
}

const row = (stream: string) => ({ stream, previousPosition: 0, events: [1] });

test("given an append of unknown outcome that was kept, when the lane has its batch, then it is not sent again", async () => {
  await using log = new UnreliableLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  log.failNext("after");
  assert.deepEqual(await writer.write(row("run/a")), { outcome: "appended", position: 2 });
  assert.equal(log.tail(0), 2);
});

test("given an append of unknown outcome that was not kept, when the lane lacks it, then it is sent again once", async () => {
  await using log = new UnreliableLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  log.failNext("before");
  assert.deepEqual(await writer.write(row("run/a")), { outcome: "appended", position: 2 });
  assert.equal(new Set(log.batchIds.slice(1)).size, 1);
  assert.equal(log.tail(0), 2);
});

test("given an append of unknown outcome, when another owner wrote there, then the lane is lost", async () => {
  await using log = new UnreliableLog();
  await using late = await LaneWriter.open(log, { owner: "one" });
  await LaneWriter.open(log, { owner: "two" });
  log.failNext("before");
  await assert.rejects(late.write(row("run/a")), { code: "DRV_LOG_LANE_LOST" });
  assert.equal(log.tail(0), 2);
});

test("given a store that stays away, when something is appended, then the writer gives up and refuses for good", async () => {
  await using log = new UnreliableLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  log.failNext("before", "before", "before", "before");
  await assert.rejects(writer.write(row("run/a")), { code: "DRV_LOG_LANE_LOST" });
  await assert.rejects(writer.write(row("run/b")), { code: "DRV_LOG_LANE_LOST" });
});

test("given a claim of unknown outcome that was kept, when the lane is opened, then it is claimed once", async () => {
  await using log = new UnreliableLog();
  log.failNext("after");
  await using writer = await LaneWriter.open(log, { owner: "one" });
  assert.equal(writer.epoch, 1);
  assert.equal(log.tail(0), 1);
});

test("given a stream that was forgotten, when it is written again, then its newest row is taken from the caller", async () => {
  await using log = new UnreliableLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  await writer.write(row("run/a"));
  writer.forget("run/a");
  assert.equal((await writer.write({ ...row("run/a"), previousPosition: 2 })).outcome, "appended");
});

test("given events that are no JSON, when they are written, then that write alone is refused", async () => {
  await using log = new UnreliableLog();
  await using writer = await LaneWriter.open(log, { owner: "one" });
  await assert.rejects(writer.write({ ...row("run/a"), events: [1n] }), TypeError);
  assert.deepEqual(await writer.write(row("run/a")), { outcome: "appended", position: 2 });
});

test("given many rows waiting, when the lane is lost, then each of them is refused", async () => {
  await using log = new UnreliableLog();
  await using late = await LaneWriter.open(log, { owner: "one" });
  await LaneWriter.open(log, { owner: "two" });
  const writes = Array.from({ length: 100 }, async (_, index) => late.write(row(`run/${index}`)));
  const settled = await Promise.allSettled([...writes, late.seal({ name: "lane", position: 1, hash: "" })]);
  for (const each of settled) assert.equal(each.status, "rejected");
  assert.equal(log.tail(0), 2);
});

test("given a store that stays away, when the writer gives up, then whoever opened it is told once, and not when it is closed", async () => {
  await using log = new UnreliableLog();
  const reasons: string[] = [];
  const failed = ({ message }: Error) => void reasons.push(message);
  {
    await using writer = await LaneWriter.open(log, { owner: "one", failed });
    log.failNext("before", "before", "before", "before", "before");
    await assert.rejects(writer.write(row("run/a")));
    await assert.rejects(writer.write(row("run/b")));
  }
  assert.equal(reasons.length, 1);
  await using _closed = await LaneWriter.open(log, { owner: "two", failed });
  assert.equal(reasons.length, 1);
});
