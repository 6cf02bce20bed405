import assert from "node:assert/strict";
import { allOf, appendTo, batchOf, expectCode, rowOf, type GivenLog } from "./event-log-suite-subject.ts";

const HOSTILE_TEXTS = ["'; DROP TABLE log; --", '"', "\n\r\t\0", "__proto__", "\u202E\uFEFF", "𝒳", "x".repeat(300_000)];
const SNAPSHOT = { name: "lane", position: 2, hash: "0".repeat(64) };

/** Positions, the fence, and reading. */
export function testLogAppends(given: GivenLog): void {
  testPositions(given);
  testFence(given);
  testContent(given);
  testReading(given);
}

function testPositions(given: GivenLog): void {
  given("an empty log, when its tail and rows are read, then there is nothing", async ({ log }) => {
    assert.equal(await log.tail(0), 0);
    assert.equal(await log.firstPosition(0), 1);
    assert.deepEqual(await allOf(log.read(0, 0)), []);
  });

  given("an empty log, when batches are appended, then positions are dense from 1", async ({ log }) => {
    assert.equal(await appendTo(log, 0, batchOf("a", rowOf("run/1", 0, 1), rowOf("run/2", 0, 2))), 2);
    assert.equal(await appendTo(log, 2, batchOf("b", rowOf("run/1", 1, 3, 4))), 3);
    assert.deepEqual(await allOf(log.read(0, 1)), [
      { position: 1, batchId: "a", stream: "run/1", previousPosition: 0, events: [1] },
      { position: 2, batchId: "a", stream: "run/2", previousPosition: 0, events: [2] },
      { position: 3, batchId: "b", stream: "run/1", previousPosition: 1, events: [3, 4] },
    ]);
    assert.equal(await log.tail(0), 3);
  });

  given("a log with rows, when read from a later position, then earlier rows are left out", async ({ log }) => {
    await appendTo(log, 0, batchOf("a", rowOf("s/1", 0, 1), rowOf("s/2", 0, 2), rowOf("s/3", 0, 3)));
    assert.deepEqual(
      (await allOf(log.read(0, 2))).map(({ position }) => position),
      [2, 3],
    );
    assert.deepEqual(await allOf(log.read(0, 4)), []);
  });
}

/** Who appends at the wrong place or too early is refused. */
function testFence(given: GivenLog): void {
  given(
    "a log at 1, when an append expects another position, then it conflicts and nothing is kept",
    async ({ log }) => {
      await appendTo(log, 0, batchOf("a", rowOf("s/1", 0, 1)));
      for (const expected of [0, 2, 100]) {
        const outcome = await log.append(0, expected, batchOf("b", rowOf("s/2", 0, 2)));
        assert.deepEqual(outcome, { outcome: "conflict", position: 1 });
      }
      assert.equal((await allOf(log.read(0, 1))).length, 1);
      assert.equal(await appendTo(log, 1, batchOf("c", rowOf("s/2", 0, 2))), 2);
    },
  );

  given("two appends at once, when both expect the same position, then one of them is refused", async ({ log }) => {
    const appends = ["a", "b"].map(async (id) => log.append(0, 0, batchOf(id, rowOf("s/1", 0, id))));
    const settled = await Promise.allSettled(appends);
    const taken = settled.filter(({ status, ...rest }) => {
      const outcome = "value" in rest ? rest.value.outcome : "refused";
      return status === "fulfilled" && outcome === "appended";
    });
    assert.equal(taken.length, 1);
    assert.equal((await allOf(log.read(0, 1))).length, 1);
  });

  given("several lanes, when one is appended to, then the others stay empty", async ({ log }) => {
    const last = log.laneCount - 1;
    await log.append(last, 0, batchOf("a", rowOf("s/1", 0, 1)));
    assert.equal(await log.tail(last), 1);
    if (last > 0) assert.equal(await log.tail(0), 0);
    for (const lane of [-1, 0.5, log.laneCount, Number.NaN]) {
      await expectCode("DRV_LOG_APPEND_INVALID", () => log.append(lane, 0, batchOf("a", rowOf("s/1", 0, 1))));
    }
  });
}

/** What is kept, and what cannot be. */
function testContent(given: GivenLog): void {
  given("a batch that cannot be kept, when it is appended, then it is refused", async ({ log }) => {
    await appendTo(log, 0, batchOf("a", rowOf("s/1", 0, 1)));
    const bad = [
      batchOf("b"),
      batchOf("", rowOf("s/1", 1, 1)),
      batchOf("b", rowOf("", 0, 1)),
      batchOf("b", rowOf("s/\n", 0, 1)),
      batchOf("b", rowOf("log/seal", 0, 1)),
      batchOf("b", rowOf("log/segment", 0, 1)),
      batchOf("b", rowOf("s/\uD800", 0, 1)),
      batchOf("b", rowOf("x".repeat(401), 0, 1)),
      batchOf("b", rowOf("s/1", 2, 1)),
      batchOf("b", rowOf("s/1", -1, 1)),
    ];
    for (const batch of bad) await expectCode("DRV_LOG_APPEND_INVALID", () => log.append(0, 1, batch));
    for (const expected of [-1, 1.5, Number.NaN]) {
      await expectCode("DRV_LOG_APPEND_INVALID", () => log.append(0, expected, batchOf("b", rowOf("s/1", 0, 1))));
    }
    assert.equal(await log.tail(0), 1);
  });

  given("events with hostile texts, when they are read, then they are as they were", async ({ log }) => {
    const events = HOSTILE_TEXTS.map((text) => JSON.parse(JSON.stringify({ [text]: text, nested: [text] })) as unknown);
    await appendTo(log, 0, batchOf("'; --", rowOf("run/'; DROP TABLE log; --", 0, ...events)));
    const [row] = await allOf(log.read(0, 1));
    assert.deepEqual(row?.events, events);
    assert.equal(row?.stream, "run/'; DROP TABLE log; --");
    assert.equal(row?.batchId, "'; --");
  });
}

/** Streams and segments. */
function testReading(given: GivenLog): void {
  given("rows of two streams, when one stream is read, then only its rows come, oldest first", async ({ log }) => {
    let tail = 0;
    const heads = new Map<string, number>();
    for (let count = 0; count < 600; count++) {
      const stream = count % 3 === 0 ? "run/a" : "run/b";
      tail = await appendTo(log, tail, batchOf(`${count}`, rowOf(stream, heads.get(stream) ?? 0, count)));
      heads.set(stream, tail);
    }
    const newest = heads.get("run/a") ?? 0;
    const rows = await allOf(log.readStream(0, newest));
    assert.deepEqual(
      rows.map(({ events }) => events[0]),
      Array.from({ length: 200 }, (_, index) => index * 3),
    );
    const later = await allOf(log.readStream(0, newest, { after: 590 }));
    assert.deepEqual(
      later.map(({ position }) => position),
      [592, 595, 598],
    );
    await expectCode("DRV_LOG_ROW_MISSING", () => allOf(log.readStream(0, 601)));
  });

  given(
    "a log, when a segment is sealed and dropped, then positions go on and older rows are refused",
    async ({ log }) => {
      await appendTo(log, 0, batchOf("a", rowOf("run/a", 0, 1)));
      await appendTo(log, 1, batchOf("b", rowOf("run/a", 1, 2)));
      assert.deepEqual(await log.seal(0, 1, SNAPSHOT), { outcome: "conflict", position: 2 });
      assert.deepEqual(await log.seal(0, 2, SNAPSHOT), { outcome: "appended", position: 4 });
      await appendTo(log, 4, batchOf("c", rowOf("run/a", 2, 3)));
      assert.deepEqual(
        (await allOf(log.read(0, 1))).map(({ stream }) => stream),
        ["run/a", "run/a", "log/seal", "log/segment", "run/a"],
      );
      assert.equal(await log.drop(0, 3), 0);
      assert.equal(await log.drop(0, 4), 1);
      assert.equal(await log.drop(0, 100), 0);
      assert.equal(await log.firstPosition(0), 4);
      await expectCode("DRV_LOG_ROW_MISSING", () => allOf(log.read(0, 1)));
      await expectCode("DRV_LOG_ROW_MISSING", () => allOf(log.readStream(0, 5)));
      assert.deepEqual(
        (await allOf(log.readStream(0, 5, { after: 2 }))).map(({ events }) => events),
        [[3]],
      );
      const [reference] = await allOf(log.read(0, 0));
      assert.deepEqual(reference?.events, [{ type: "segment.opened", v: 1, snapshot: SNAPSHOT }]);
    },
  );

  given("a closed log, when it is appended to, then it is refused", async ({ log }) => {
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await expectCode("DRV_LOG_CLOSED", () => log.append(0, 0, batchOf("a", rowOf("s/1", 0, 1))));
  });
}
