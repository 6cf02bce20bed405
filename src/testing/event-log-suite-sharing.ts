import assert from "node:assert/strict";
import { LaneWriter } from "../eventlog/lane-writer.ts";
import { allOf, appendTo, batchOf, expectCode, rowOf, type GivenLog } from "./event-log-suite-subject.ts";

const SNAPSHOT = { name: "lane", position: 1, hash: "0".repeat(64) };

/** Lanes shared by many streams, and their owners. */
export function testLogSharing(given: GivenLog): void {
  testOwners(given);
  testCommits(given);
  testEnds(given);
}

function testOwners(given: GivenLog): void {
  given("a lane, when it is claimed, then an epoch record is its newest row and epochs grow", async ({ log }) => {
    await using first = await LaneWriter.open(log, { owner: "one" });
    await using second = await LaneWriter.open(log, { owner: "two" });
    assert.ok(second.epoch > first.epoch);
    assert.deepEqual(
      (await allOf(log.read(0, 1))).map(({ events }) => events),
      [[{ type: "lane.claimed", v: 1, owner: "one" }], [{ type: "lane.claimed", v: 1, owner: "two" }]],
    );
  });

  given("an owner that lost its lane, when it writes, then everything of it is refused for good", async ({ log }) => {
    await using late = await LaneWriter.open(log, { owner: "one" });
    await using owner = await LaneWriter.open(log, { owner: "two" });
    const writes = ["a", "b"].map(async (id) => late.write(rowOf(`run/${id}`, 0, id)));
    for (const { status } of await Promise.allSettled(writes)) assert.equal(status, "rejected");
    await expectCode("DRV_LOG_LANE_LOST", () => late.write(rowOf("run/c", 0, 1)));
    assert.equal((await owner.write(rowOf("run/a", 0, 1))).outcome, "appended");
    assert.equal(await log.tail(0), 3);
  });
}

/** Rows of many streams in few commits. */
function testCommits(given: GivenLog): void {
  given(
    "many streams, when they write at once, then few commits hold all and each stream is whole",
    async ({ log }) => {
      await using writer = await LaneWriter.open(log, { owner: "one" });
      const streams = Array.from({ length: 50 }, (_, index) => `run/${index}`);
      const heads = await Promise.all(
        streams.map(async (stream) => {
          let head = 0;
          for (let step = 0; step < 10; step++) {
            const outcome = await writer.append(0, head, batchOf("step", rowOf(stream, head, `${stream} ${step}`)));
            assert.equal(outcome.outcome, "appended");
            if (outcome.outcome === "appended") head = outcome.position;
          }
          return head;
        }),
      );
      assert.equal(await log.tail(0), 501);
      for (const [index, stream] of streams.entries()) {
        const rows = await allOf(log.readStream(0, heads[index] ?? 0));
        assert.deepEqual(
          rows.flatMap(({ events }) => events),
          Array.from({ length: 10 }, (_, step) => `${stream} ${step}`),
        );
      }
      const commits = new Set((await allOf(log.read(0, 2))).map(({ batchId }) => batchId));
      assert.ok(commits.size <= 30, `${commits.size} commits`);
    },
  );

  given("many large rows, when they are written at once, then no commit is over its limits", async ({ log }) => {
    await using writer = await LaneWriter.open(log, { owner: "one" });
    const events = Array.from({ length: 200 }, (_, index) => index);
    const wide = Array.from({ length: 20 }, async (_, index) => writer.write(rowOf(`wide/${index}`, 0, ...events)));
    const large = Array.from({ length: 8 }, async (_, index) =>
      writer.write(rowOf(`large/${index}`, 0, "x".repeat(400_000))),
    );
    await Promise.all([...wide, ...large]);
    const rowsByCommit = Map.groupBy(await allOf(log.read(0, 2)), ({ batchId }) => batchId);
    for (const rows of rowsByCommit.values()) {
      assert.ok(rows.reduce((sum, row) => sum + row.events.length, 0) <= 512);
      assert.ok(JSON.stringify(rows.map((row) => row.events)).length <= 1_100_000);
    }
  });
}

/** Overlaps, seals and the end of a writer. */
function testEnds(given: GivenLog): void {
  given("a stream of a shared lane, when two of its appends overlap, then the second is refused", async ({ log }) => {
    await using writer = await LaneWriter.open(log, { owner: "one" });
    const first = writer.write(rowOf("run/a", 0, 1));
    await expectCode("DRV_LOG_APPEND_IN_FLIGHT", () => writer.write(rowOf("run/a", 0, 2)));
    assert.equal((await first).outcome, "appended");
    assert.deepEqual(await writer.write(rowOf("run/a", 0, 2)), { outcome: "conflict", position: 2 });
    await expectCode("DRV_LOG_APPEND_INVALID", () => writer.append(0, 1, batchOf("a", rowOf("run/a", 2, 2))));
  });

  given("a shared lane, when it is sealed between writes, then nothing is lost", async ({ log }) => {
    await using writer = await LaneWriter.open(log, { owner: "one" });
    const before = writer.write(rowOf("run/a", 0, 1));
    const sealed = writer.seal(SNAPSHOT);
    const after = writer.write(rowOf("run/b", 0, 2));
    await Promise.all([before, sealed, after]);
    assert.equal(await sealed, 4);
    assert.deepEqual(
      (await allOf(log.read(0, 2))).map(({ stream }) => stream),
      ["run/a", "log/seal", "log/segment", "run/b"],
    );
  });

  given("a closed writer, when it is written to, then it is refused and the log goes on", async ({ log }) => {
    const writer = await LaneWriter.open(log, { owner: "one" });
    const written = writer.write(rowOf("run/a", 0, 1));
    await writer[Symbol.asyncDispose]();
    assert.equal((await written).outcome, "appended");
    await expectCode("DRV_LOG_CLOSED", () => writer.write(rowOf("run/a", 2, 1)));
    assert.equal(await appendTo(log, 2, batchOf("b", rowOf("run/b", 0, 1))), 3);
  });
}
