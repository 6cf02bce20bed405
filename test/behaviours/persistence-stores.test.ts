import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { MemoryLog } from "../../src/eventlog/memory-log.ts";
import { openSqliteLog, type DurableLog } from "../../src/sqlite.ts";
import { allOf, appendTo, batchOf, expectCode, rowOf } from "../../src/testing/event-log-suite-subject.ts";

// Stores: blobs, and data folders on a disk.

const BYTES = new TextEncoder().encode("hello");
/** Of `hello`; SHA-256 is the name under which it is kept. */
const HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

function memory(): DurableLog {
  return new MemoryLog({ keepsEvents: true });
}

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-stores-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "data");
}

/** A data folder in which a process has left one row, one blob and one snapshot. */
async function leftFolder(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  await appendTo(log, 0, batchOf("x", rowOf("run/a", 0, { text: "kept" })));
  await log.blobs.put(BYTES);
  await log.snapshots.put("run/a", 1, BYTES);
  return folder;
}

/** All files below a folder, as paths in it. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}

function damage(folder: string, pattern: RegExp): void {
  for (const name of filesOf(folder).filter((file) => pattern.test(file))) writeFileSync(join(folder, name), "damaged");
}

test("given content, when it is put, then its name is its SHA-256", async () => {
  assert.equal(await memory().blobs.put(BYTES), HASH);
});

test("given a blob, when it is got, then it is as it was put", async () => {
  const { blobs } = memory();
  assert.deepEqual(await blobs.get(await blobs.put(BYTES)), BYTES);
});

test("given a blob, when it is put again, then it has the same name", async () => {
  const { blobs } = memory();
  assert.equal(await blobs.put(BYTES), await blobs.put(BYTES.slice()));
});

test("given an empty blob, when it is got, then it is empty", async () => {
  const { blobs } = memory();
  assert.equal((await blobs.get(await blobs.put(new Uint8Array()))).length, 0);
});

test("given content that is changed after it was put, when it is got, then it is as it was put", async () => {
  const { blobs } = memory();
  const content = BYTES.slice();
  const hash = await blobs.put(content);
  content[0] = 0;
  assert.deepEqual(await blobs.get(hash), BYTES);
});

test("given a hash nobody has put, when it is got, then a code says that it is missing", async () => {
  await expectCode("DRV_LOG_BLOB_MISSING", () => memory().blobs.get("0".repeat(64)));
});

test("given a hash that is a path, when it is got from a folder, then nothing outside of it is read", async (context) => {
  await using log = await openSqliteLog(temporaryFolder(context));
  await expectCode("DRV_LOG_BLOB_MISSING", () => log.blobs.get("../../../../etc/passwd"));
});

test("given no folder, when a log is opened there, then it is made", async (context) => {
  const folder = temporaryFolder(context);
  await using _log = await openSqliteLog(folder);
  assert.equal(statSync(folder).isDirectory(), true);
});

test("given a new data folder, when its rights are looked at, then only its owner may enter", async (context) => {
  const folder = temporaryFolder(context);
  await using _log = await openSqliteLog(folder);
  assert.equal(statSync(folder).mode & 0o077, 0);
});

test("given a new data folder, when the log is read, then it is empty", async (context) => {
  await using log = await openSqliteLog(temporaryFolder(context));
  assert.equal(log.tail(0), 0);
});

test("given a data folder, when it is opened again, then its rows are there", async (context) => {
  await using log = await openSqliteLog(await leftFolder(context));
  const [row] = await allOf(log.read(0, 1));
  assert.deepEqual(row?.events, [{ text: "kept" }]);
});

test("given a data folder, when it is opened again, then its blobs are there", async (context) => {
  await using log = await openSqliteLog(await leftFolder(context));
  assert.deepEqual(Buffer.from(await log.blobs.get(HASH)), Buffer.from(BYTES));
});

test("given a data folder, when it is opened again, then its snapshots are there", async (context) => {
  await using log = await openSqliteLog(await leftFolder(context));
  assert.equal((await log.snapshots.latest("run/a")).snapshot?.position, 1);
});

test("given a data folder, when it is opened again, then appends go on behind the newest row", async (context) => {
  await using log = await openSqliteLog(await leftFolder(context));
  assert.equal(await appendTo(log, 1, batchOf("y", rowOf("run/a", 1, 2))), 2);
});

test("given a data folder that is open, when it is opened once more, then that is refused", async (context) => {
  const folder = temporaryFolder(context);
  await using _log = await openSqliteLog(folder);
  await expectCode("DRV_LOG_LOCKED", () => openSqliteLog(folder));
});

test("given a data folder that was closed, when it is opened once more, then it opens", async (context) => {
  const folder = await leftFolder(context);
  const log = await openSqliteLog(folder);
  await log[Symbol.asyncDispose]();
  await using again = await openSqliteLog(folder);
  assert.equal(again.tail(0), 1);
});

test("given a log in a folder, when it is closed twice, then the second time does nothing", async (context) => {
  const log = await openSqliteLog(await leftFolder(context));
  await log[Symbol.asyncDispose]();
  await assert.doesNotReject(async () => log[Symbol.asyncDispose]());
});

test("given a blob whose file was damaged, when it is got, then a code says so", async (context) => {
  const folder = await leftFolder(context);
  damage(folder, new RegExp(HASH.slice(4)));
  await using log = await openSqliteLog(folder);
  await expectCode("DRV_LOG_BLOB_DAMAGED", () => log.blobs.get(HASH));
});

test("given a log file that was overwritten, when it is opened or read, then it is refused", async (context) => {
  const folder = await leftFolder(context);
  damage(folder, /\.db$/);
  await assert.rejects(
    async () => {
      await using log = await openSqliteLog(folder);
      await allOf(log.read(0, 1));
    },
    { name: "DroverError" },
  );
});

test("given a file in place of the data folder, when a log is opened there, then it is refused", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(folder, "not a folder");
  await assert.rejects(async () => openSqliteLog(folder), { name: "DroverError" });
});

test("given hostile text in an event, when it is read from a folder, then it is as it was", async (context) => {
  await using log = await openSqliteLog(temporaryFolder(context));
  const text = "\0\n\"'; DROP TABLE row; -- __proto__ 𝒳";
  await appendTo(log, 0, batchOf("x", rowOf("run/a", 0, text)));
  const [row] = await allOf(log.read(0, 1));
  assert.deepEqual(row?.events, [text]);
});

test("given two streams in a folder, when one is read, then rows of the other are left out", async (context) => {
  await using log = await openSqliteLog(temporaryFolder(context));
  await appendTo(log, 0, batchOf("x", rowOf("run/a", 0, 1), rowOf("run/b", 0, 2)));
  assert.equal((await allOf(log.readStream(0, 2))).length, 1);
});

test("given a log in a folder, when an append expects another position, then it conflicts", async (context) => {
  await using log = await openSqliteLog(await leftFolder(context));
  assert.deepEqual(await log.append(0, 0, batchOf("y", rowOf("run/a", 0, 1))), { outcome: "conflict", position: 1 });
});

test("given a large blob, when it is got from a folder, then every byte is there", async (context) => {
  await using log = await openSqliteLog(temporaryFolder(context));
  const content = new Uint8Array(1_000_000).fill(7);
  const got = await log.blobs.get(await log.blobs.put(content));
  assert.equal(Buffer.compare(got, content), 0);
});
