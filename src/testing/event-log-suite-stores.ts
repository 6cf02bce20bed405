import assert from "node:assert/strict";
import { sha256 } from "../base/json.ts";
import { SNAPSHOTS_KEPT } from "../eventlog/durable-log.ts";
import { allOf, appendTo, batchOf, expectCode, rowOf, type GivenLog } from "./event-log-suite-subject.ts";

/** Snapshots, blobs, and what is there after the log was closed. */
export function testLogStores(given: GivenLog): void {
  given("a snapshot store, when one is put, then the latest is its content with its hash", async ({ log }) => {
    assert.deepEqual(await log.snapshots.latest("lane"), { damaged: [] });
    const content = new TextEncoder().encode("state".repeat(1_000));
    const reference = await log.snapshots.put("lane", 7, content);
    assert.deepEqual(reference, { name: "lane", position: 7, hash: sha256(content) });
    const { snapshot } = await log.snapshots.latest("lane");
    assert.equal(sha256(snapshot?.content ?? ""), reference.hash);
    assert.equal(snapshot?.position, 7);
    for (const other of ["", "../lane", "__proto__"]) {
      assert.deepEqual(await log.snapshots.latest(other), { damaged: [] });
      await log.snapshots.put(other, 1, new Uint8Array([1]));
    }
    assert.equal((await log.snapshots.latest("lane")).snapshot?.position, 7);
  });

  given(
    "more snapshots than are kept, when the latest is asked for, then it is the one of the newest row",
    async (subject) => {
      const { log } = subject;
      for (let position = 1; position <= SNAPSHOTS_KEPT + 1; position++) {
        await log.snapshots.put("lane", position, new Uint8Array([position]));
      }
      await log.snapshots.put("lane", 5, new Uint8Array([55]));
      const { snapshot, damaged } = await log.snapshots.latest("lane");
      assert.equal(snapshot?.position, SNAPSHOTS_KEPT + 1);
      assert.deepEqual(damaged, []);
    },
  );

  given("a blob store, when content is put, then its hash gives it back", async ({ log }) => {
    const content = new Uint8Array(100_000).map((_, index) => index % 251);
    const hash = await log.blobs.put(content);
    assert.equal(hash, sha256(content));
    assert.equal(await log.blobs.put(content), hash);
    assert.deepEqual(new Uint8Array(await log.blobs.get(hash)), content);
    const empty = await log.blobs.put(new Uint8Array());
    assert.equal((await log.blobs.get(empty)).length, 0);
    for (const unknown of [sha256("other"), "", "../../etc/passwd", "__proto__"]) {
      await expectCode("DRV_LOG_BLOB_MISSING", () => log.blobs.get(unknown));
    }
  });

  given("a log that was closed, when it is opened again, then everything is there and it goes on", async (subject) => {
    const { log, reopen } = subject;
    await appendTo(log, 0, batchOf("a", rowOf("run/a", 0, 1), rowOf("run/b", 0, 2)));
    const hash = await log.blobs.put(new Uint8Array([1, 2, 3]));
    const snapshot = await log.snapshots.put("lane", 2, new Uint8Array([4]));
    await log.seal(0, 2, snapshot);
    if (reopen === undefined) return;
    const again = await reopen();
    assert.equal(await again.tail(0), 4);
    assert.equal((await allOf(again.read(0, 1))).length, 4);
    assert.equal((await again.blobs.get(hash)).length, 3);
    assert.equal((await again.snapshots.latest("lane")).snapshot?.hash, snapshot.hash);
    assert.equal((await again.append(0, 3, batchOf("b", rowOf("run/a", 1, 3)))).outcome, "conflict");
    assert.equal(await appendTo(again, 4, batchOf("b", rowOf("run/a", 1, 3))), 5);
  });
}
