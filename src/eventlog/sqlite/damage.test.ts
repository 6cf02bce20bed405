import assert from "node:assert/strict";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { DroverError } from "../../base/coded-error.ts";
import { must } from "../../base/assert.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { SegmentStore } from "./segment-store.ts";
import { openSqliteLog } from "./sqlite-log.ts";
import type { StoredRow } from "./worker-messages.ts";

const SNAPSHOT = { name: "lane", position: 60, hash: "0".repeat(64) };

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-damage-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A log of two segments; with a write-ahead log, as a killed process leaves it, when it is copied before it is closed. */
function writeLog(folder: string, options: { readonly isKilled: boolean }): readonly StoredRow[] {
  const source = join(folder, "source");
  const store = SegmentStore.open(source);
  const append = (index: number): void => {
    const row = {
      stream: `run/${index % 3}`,
      previousPosition: 0,
      body: JSON.stringify(["x".repeat((index * 37) % 900)]),
    };
    store.append(store.tail, `batch.${index}`, [row]);
  };
  for (let index = 0; index < 60; index++) append(index);
  store.seal(60, SNAPSHOT);
  for (let index = 0; index < 60; index++) append(index);
  const rows = readAll(store);
  const whole = join(folder, "whole");
  if (options.isKilled) copyLog(source, whole);
  store[Symbol.dispose]();
  if (!options.isKilled) copyLog(source, whole);
  return rows;
}

/** Without the files of the lock and of shared memory, which a process makes anew. */
function copyLog(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const name of readdirSync(from)) {
    if (/^log-[0-9]+\.db(-wal)?$/.test(name)) copyFileSync(join(from, name), join(to, name));
  }
}

function readAll(store: SegmentStore): readonly StoredRow[] {
  const rows: StoredRow[] = [];
  for (let part = store.read(1); part.length > 0; part = store.read(must(rows.at(-1), "Rows were read").position + 1)) {
    rows.push(...part);
  }
  return rows;
}

/** What a log says after something happened to it: its rows, or the code of its refusal. */
function readDamaged(folder: string, harm: (folder: string) => void): readonly StoredRow[] | string {
  const copy = join(folder, "copy");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(folder, "whole"), copy, { recursive: true });
  harm(copy);
  try {
    using store = SegmentStore.open(copy);
    return readAll(store);
  } catch (thrown) {
    assert.ok(thrown instanceof DroverError || isSqliteError(thrown), String(thrown));
    return thrown instanceof DroverError ? thrown.code : "DRV_LOG_DAMAGED";
  }
}

/** The thread of the log tells every failed reading as damage. */
function isSqliteError(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ERR_SQLITE_ERROR";
}

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  const index = Math.floor(bit / 8) % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
  writeFileSync(path, bytes);
}

for (const name of ["log-0001.db", "log-0002.db"]) {
  test(`given a closed log, when any bit of ${name} is flipped, then it is refused or nothing is different`, (context) => {
    const folder = temporaryFolder(context);
    const rows = writeLog(folder, { isKilled: false });
    assert.equal(rows.length, 122);
    assert.deepEqual(
      readDamaged(folder, () => undefined),
      rows,
    );
    const random = new SeededRandom(7);
    const bits = statSync(join(folder, "whole", name)).size * 8;
    let refusals = 0;
    for (let count = 0; count < 150; count++) {
      const bit = random.integer(bits);
      const found = readDamaged(folder, (copy) => flipBit(join(copy, name), bit));
      if (typeof found === "string") refusals += 1;
      else assert.deepEqual(found, rows, `bit ${bit}`);
    }
    assert.ok(refusals > 50, `${refusals} refusals`);
  });
}

test("given a log left by a killed process, when any bit is flipped, then at most its last transaction is missing", (context) => {
  const folder = temporaryFolder(context);
  const rows = writeLog(folder, { isKilled: true });
  assert.deepEqual(
    readDamaged(folder, () => undefined),
    rows,
  );
  const random = new SeededRandom(8);
  const bits = statSync(join(folder, "whole", "log-0002.db-wal")).size * 8;
  let refusals = 0;
  for (let count = 0; count < 150; count++) {
    const bit = random.integer(bits);
    const found = readDamaged(folder, (copy) => flipBit(join(copy, "log-0002.db-wal"), bit));
    if (typeof found === "string") refusals += 1;
    else assert.ok(found.length >= rows.length - 1 && isPrefix(found, rows), `bit ${bit}: ${found.length} rows`);
  }
  assert.ok(refusals > 100, `${refusals} refusals`);
});

function isPrefix(found: readonly StoredRow[], rows: readonly StoredRow[]): boolean {
  return JSON.stringify(found) === JSON.stringify(rows.slice(0, found.length));
}

test("given a closed log, when a page forgets its newest row, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  writeLog(folder, { isKilled: false });
  const path = join(folder, "whole", "log-0002.db");
  const pageBytes = 8_192;
  const leaves = Array.from({ length: statSync(path).size / pageBytes }, (_, index) => index * pageBytes).filter(
    (start) => start > 0 && readFileSync(path)[start] === 0x0d,
  );
  assert.ok(leaves.length > 3);
  for (const start of leaves) {
    const found = readDamaged(folder, (copy) => {
      const bytes = readFileSync(join(copy, "log-0002.db"));
      bytes.writeUInt16BE(bytes.readUInt16BE(start + 3) - 1, start + 3);
      writeFileSync(join(copy, "log-0002.db"), bytes);
    });
    assert.equal(found, "DRV_LOG_DAMAGED", `page at ${start}`);
  }
});

test("given a closed log, when a file is cut short or missing, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  writeLog(folder, { isKilled: false });
  for (const name of ["log-0001.db", "log-0002.db"]) {
    const { size } = statSync(join(folder, "whole", name));
    for (const length of [0, 50, 100, 4_096, 8_192, Math.floor(size / 2), size - 8_192, size - 1]) {
      const found = readDamaged(folder, (copy) => truncateSync(join(copy, name), length));
      assert.equal(found, "DRV_LOG_DAMAGED", `${name} cut to ${length}`);
    }
  }
  assert.equal(
    readDamaged(folder, (copy) => rmSync(join(copy, "log-0002.db"))),
    "DRV_LOG_DAMAGED",
  );
});

test("given a log left by a killed process, when a segment is missing, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  writeLog(folder, { isKilled: true });
  const found = readDamaged(folder, (copy) => rmSync(join(copy, "log-0002.db")));
  assert.equal(found, "DRV_LOG_DAMAGED");
});

test("given a folder with blobs and no log, when it is opened, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, "blobs"));
  assert.throws(() => SegmentStore.open(folder), { code: "DRV_LOG_DAMAGED" });
});

test("given a log whose rows were edited or removed, when it is read, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  writeLog(folder, { isKilled: false });
  for (const sql of [
    "UPDATE log SET body = '[]' WHERE seq = 5",
    "UPDATE log SET stream = 'run/9' WHERE seq = 5",
    "UPDATE log SET previous = 1 WHERE seq = 5",
    "UPDATE log SET lane = 1 WHERE seq = 5",
    "DELETE FROM log WHERE seq = 5",
    "DELETE FROM log WHERE seq = 1",
    "DELETE FROM log WHERE seq = 61",
    "DELETE FROM log",
    "DELETE FROM segment",
    "PRAGMA application_id = 1",
  ]) {
    const found = readDamaged(folder, (copy) => {
      const database = new DatabaseSync(join(copy, "log-0001.db"));
      database.exec(sql);
      database.close();
    });
    assert.equal(found, "DRV_LOG_DAMAGED", sql);
  }
});

test("given a damaged snapshot, when the latest is asked for, then it is the next older one and the damage is told", async (context) => {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  for (let position = 1; position <= 11; position++) {
    await log.snapshots.put("lane", position, new Uint8Array(500).fill(position));
  }
  const [name = ""] = readdirSync(join(folder, "snapshots"));
  const files = readdirSync(join(folder, "snapshots", name))
    .toSorted()
    .reverse();
  assert.equal(files.length, 10);
  const [newest = "", second = "", third = ""] = files.map((file) => join(folder, "snapshots", name, file));
  flipBit(newest, 8 * 70);
  truncateSync(second, 20);
  flipBit(third, 3);
  const { snapshot, damaged } = await log.snapshots.latest("lane");
  assert.equal(snapshot?.position, 8);
  assert.deepEqual(snapshot.content[0], 8);
  assert.deepEqual(
    damaged.map(({ code }) => code),
    ["DRV_LOG_SNAPSHOT_DAMAGED", "DRV_LOG_SNAPSHOT_DAMAGED", "DRV_LOG_SNAPSHOT_DAMAGED"],
  );
});

test("given a damaged blob, when it is read, then it is refused, and putting the content again mends it", async (context) => {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  const content = new Uint8Array(5_000).fill(3);
  const hash = await log.blobs.put(content);
  const path = join(folder, "blobs", hash.slice(0, 2), hash);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const harm of [() => flipBit(path, 1_000), () => truncateSync(path, 10)]) {
    harm();
    await assert.rejects(log.blobs.get(hash), { code: "DRV_LOG_BLOB_DAMAGED" });
    assert.equal(await log.blobs.put(content), hash);
    assert.deepEqual(new Uint8Array(await log.blobs.get(hash)), content);
  }
});
