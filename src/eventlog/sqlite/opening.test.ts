import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { DroverError } from "../../base/coded-error.ts";
import { allOf, appendTo, batchOf, rowOf } from "../../testing/event-log-suite-subject.ts";
import { openSqliteLog } from "./sqlite-log.ts";
import { checkSqliteVersion } from "./sqlite-version.ts";

const MODULE = JSON.stringify(new URL("sqlite-log.ts", import.meta.url).href);

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "drover-open-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("given no folder, when a log is opened, then folder and files are for their owner alone", async (context) => {
  const folder = join(await temporaryFolder(context), "deep", "data");
  await using log = await openSqliteLog(folder);
  await appendTo(log, 0, batchOf("a", rowOf("run/a", 0, 1)));
  await log.blobs.put(new Uint8Array([1]));
  await log.snapshots.put("lane", 1, new Uint8Array([1]));
  for (const name of ["", ...(await readdir(folder, { recursive: true }))]) {
    const found = await stat(join(folder, name));
    assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name);
  }
});

test("given a log of this process, when it is opened again, then that is refused until it is closed", async (context) => {
  const folder = await temporaryFolder(context);
  const log = await openSqliteLog(folder);
  await assert.rejects(openSqliteLog(folder), { code: "DRV_LOG_LOCKED" });
  await appendTo(log, 0, batchOf("a", rowOf("run/a", 0, 1)));
  await log[Symbol.asyncDispose]();
  await using again = await openSqliteLog(folder);
  assert.equal(again.tail(0), 1);
});

test("given a log that this process tried to open twice, when another process opens it, then that is refused too", async (context) => {
  const folder = await temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  await assert.rejects(openSqliteLog(folder), { code: "DRV_LOG_LOCKED" });
  const source = `
    const { openSqliteLog } = await import(${MODULE});
    await openSqliteLog(process.argv[1]).then(() => process.stdout.write("open"), (thrown) => process.stdout.write(thrown.code));
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", source, folder], { timeout: 30_000 });
  assert.equal(child.stdout.toString(), "DRV_LOG_LOCKED");
  await appendTo(log, 0, batchOf("a", rowOf("run/a", 0, 1)));
});

test("given a log of another process, when it is opened, then the refusal names it, and its death frees the log", async (context) => {
  const folder = await temporaryFolder(context);
  const source = `
    const { openSqliteLog } = await import(${MODULE});
    const log = await openSqliteLog(process.argv[1]);
    await log.append(0, 0, { batchId: "a", rows: [{ stream: "run/a", previousPosition: 0, events: [1] }] });
    process.stdout.write("open");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(child.stdout, "data"), once(child, "close")]);
  await assert.rejects(openSqliteLog(folder), (thrown) => {
    assert.ok(thrown instanceof DroverError);
    assert.equal(thrown.code, "DRV_LOG_LOCKED");
    assert.match(thrown.message, new RegExp(`process ${child.pid} `));
    assert.equal(thrown.errors[0]?.details?.["pid"], child.pid);
    return true;
  });
  child.kill("SIGKILL");
  await once(child, "close");
  await using log = await openSqliteLog(folder);
  assert.equal(log.tail(0), 1);
});

test("given a process that forgets its log, when it has nothing else to do, then it ends, and all is kept", async (context) => {
  const folder = await temporaryFolder(context);
  const source = `
    const { openSqliteLog } = await import(${MODULE});
    const log = await openSqliteLog(process.argv[1]);
    await log.append(0, 0, { batchId: "a", rows: [{ stream: "run/a", previousPosition: 0, events: [1] }] });
    process.stdout.write("done");
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", source, folder], { timeout: 30_000 });
  assert.deepEqual([child.status, child.stdout.toString(), child.stderr.toString()], [0, "done", ""]);
  await using log = await openSqliteLog(folder);
  assert.equal((await allOf(log.read(0, 1))).length, 1);
});

test("given a path that is no folder or cannot be made, when a log is opened, then that is said", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "file"), "");
  for (const path of [join(folder, "file"), join(folder, "file", "data"), "/proc/drover", join(folder, "a\0b")]) {
    await assert.rejects(openSqliteLog(path), { code: "DRV_LOG_FOLDER_UNUSABLE" });
  }
});

test("given a read-only file system, when a log is opened, then that is said and nothing changes", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("missing part: root");
  const folder = await temporaryFolder(context);
  const disk = join(folder, "disk");
  await mkdir(disk);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "ro", "drover", disk]);
  if (mounted.status !== 0) return context.skip("missing part: mount");
  try {
    await assert.rejects(openSqliteLog(disk), { code: "DRV_LOG_FOLDER_UNUSABLE" });
    await assert.rejects(openSqliteLog(join(disk, "data")), { code: "DRV_LOG_FOLDER_UNUSABLE" });
    assert.deepEqual(await readdir(disk), []);
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("given a log in a newer format, when it is opened, then it is refused and left as it is", async (context) => {
  const folder = await temporaryFolder(context);
  await (await openSqliteLog(folder))[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, "log-0001.db"));
  database.exec("PRAGMA user_version = 2");
  database.close();
  await assert.rejects(openSqliteLog(folder), { code: "DRV_LOG_FORMAT_UNKNOWN" });
});

test("given a file that is no database, when it stands for a segment, then it is refused", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "log-0001.db"), "not a database, but long enough to be one".repeat(1_000));
  await assert.rejects(openSqliteLog(folder), { code: "DRV_LOG_DAMAGED" });
});

test("given a seal that was interrupted at any point, when the log is opened, then it is finished or forgotten", async (context) => {
  const folder = await temporaryFolder(context);
  const [data, unsealed, copy] = ["data", "unsealed", "copy"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const first = await openSqliteLog(data);
  await appendTo(first, 0, batchOf("a", rowOf("run/a", 0, 1)));
  await first[Symbol.asyncDispose]();
  await cp(data, unsealed, { recursive: true });
  const log = await openSqliteLog(data);
  await log.seal(0, 1, { name: "lane", position: 1, hash: "0".repeat(64) });
  await log[Symbol.asyncDispose]();
  // The new segment is there and empty, before and after the seal.
  for (const [sealed, tail] of [
    [unsealed, 1],
    [data, 3],
  ] as const) {
    await rm(copy, { recursive: true, force: true });
    await cp(sealed, copy, { recursive: true });
    await cp(join(data, "log-0002.db"), join(copy, "log-0002.db"));
    const database = new DatabaseSync(join(copy, "log-0002.db"));
    database.exec("DELETE FROM log");
    database.close();
    await writeFile(join(copy, "log-0003.db.new"), "half made");
    await using again = await openSqliteLog(copy);
    assert.equal(again.tail(0), tail);
    assert.equal((await allOf(again.read(0, 1))).length, tail);
    assert.equal(await appendTo(again, tail, batchOf("b", rowOf("run/a", 1, 2))), tail + 1);
    assert.ok(!(await readdir(copy)).includes("log-0003.db.new"));
  }
});

test("given versions of SQLite, when they are looked at, then those before 3.51.3 are refused", () => {
  for (const version of ["3.51.3", "3.51.10", "3.52.0", "4.0.0"]) checkSqliteVersion(version);
  for (const version of ["3.51.2", "3.50.9", "2.99.99", "3.51", "none", ""]) {
    assert.throws(() => checkSqliteVersion(version), { code: "DRV_LOG_SQLITE_TOO_OLD" }, version);
  }
});
