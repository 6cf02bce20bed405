import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { DroverError } from "../../base/coded-error.ts";
import { LaneWriter } from "../lane-writer.ts";
import { openSqliteLog } from "./sqlite-log.ts";
import { verifyLog, type VerifyReport } from "./verify-log.ts";

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-verify-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Two segments with snapshot, two owners, two streams and a blob that an event names. */
async function writeLog(folder: string): Promise<void> {
  await using log = await openSqliteLog(folder);
  const hash = await log.blobs.put(Buffer.from("large"));
  {
    await using writer = await LaneWriter.open(log, { owner: "first" });
    await writer.write({ stream: "run/a", previousPosition: 0, events: [{ type: "x", blob: hash }] });
    await writer.write({ stream: "run/b", previousPosition: 0, events: [{ type: "x" }] });
    await writer.seal(await log.snapshots.put("lane", 3, Buffer.from("state")));
  }
  await using writer = await LaneWriter.open(log, { owner: "second" });
  await writer.write({ stream: "run/a", previousPosition: 2, events: [{ type: "y" }, { type: "z" }] });
}

function verified(folder: string): VerifyReport {
  const turns = verifyLog(folder, {
    blobsNamedBy: (event) =>
      typeof event === "object" && event !== null && "blob" in event && typeof event.blob === "string"
        ? [event.blob]
        : [],
  });
  for (let turn = turns.next(); ; turn = turns.next()) if (turn.done === true) return turn.value;
}

function codesOf(folder: string): readonly (readonly [string, number | undefined])[] {
  return verified(folder).findings.map(({ error, position }) => [error.code, position] as const);
}

/** Changes a segment as only a mistake could: the checksums are made anew. */
function forge(folder: string, name: string, sql: string): void {
  const segment = new DatabaseSync(join(folder, name));
  segment.exec(sql);
  segment.close();
}

test("given a log as it was written, when it is verified, then everything is counted and nothing found", async (context) => {
  const folder = temporaryFolder(context);
  await writeLog(folder);
  const { findings, ...counts } = verified(folder);
  assert.deepEqual(findings, []);
  assert.deepEqual(counts, {
    segments: 2,
    rows: 7,
    events: 8,
    streams: 2,
    epochs: 2,
    blobs: 1,
    snapshots: 1,
    findingCount: 0,
  });
});

test("given a log that is open for writing, when it is verified, then that goes on beside it", async (context) => {
  const folder = temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  await log.append(0, 0, { batchId: "b.1", rows: [{ stream: "run/a", previousPosition: 0, events: [1] }] });
  assert.deepEqual([verified(folder).rows, verified(folder).findingCount], [1, 0]);
  await log.append(0, 1, { batchId: "b.2", rows: [{ stream: "run/a", previousPosition: 1, events: [2] }] });
  assert.equal(verified(folder).rows, 2);
});

const HARM: Readonly<Record<string, readonly [(folder: string) => void, readonly (readonly [string, number?])[]]>> = {
  "a row is changed": [
    (folder) => forge(folder, "log-0001.db", `UPDATE log SET body = '[2]' WHERE seq = 3`),
    [["DRV_LOG_DAMAGED", 3]],
  ],
  "a row is missing": [
    (folder) => forge(folder, "log-0001.db", "DELETE FROM log WHERE seq = 3"),
    [["DRV_LOG_DAMAGED", 3]],
  ],
  "a segment is missing": [(folder) => rmSync(join(folder, "log-0002.db")), [["DRV_LOG_SEAL_BROKEN", 4]]],
  "a blob is missing": [(folder) => rmSync(join(folder, "blobs"), { recursive: true }), [["DRV_LOG_BLOB_MISSING", 2]]],
  "a blob is changed": [
    (folder) => {
      const [prefix = ""] = readdirSync(join(folder, "blobs"));
      const [hash = ""] = readdirSync(join(folder, "blobs", prefix));
      writeFileSync(join(folder, "blobs", prefix, hash), "larger");
    },
    [["DRV_LOG_BLOB_DAMAGED", 2]],
  ],
  "a blob nobody names is changed": [
    (folder) => {
      mkdirSync(join(folder, "blobs", "ab"));
      writeFileSync(join(folder, "blobs", "ab", `ab${"0".repeat(62)}`), "x");
    },
    [["DRV_LOG_BLOB_DAMAGED"]],
  ],
  "a snapshot is cut short": [
    (folder) => {
      const [name = ""] = readdirSync(join(folder, "snapshots"));
      const [file = ""] = readdirSync(join(folder, "snapshots", name));
      writeFileSync(join(folder, "snapshots", name, file), "short");
    },
    [["DRV_LOG_SNAPSHOT_DAMAGED"]],
  ],
  "a segment is another file": [
    (folder) => {
      writeFileSync(join(folder, "log-0002.db"), "not a database at all, but long enough to be looked at");
    },
    [["DRV_LOG_DAMAGED"], ["DRV_LOG_SEAL_BROKEN", 4]],
  ],
  "the first segments are renamed away": [
    (folder) => renameSync(join(folder, "log-0001.db"), join(folder, "old.db")),
    [],
  ],
};

for (const [what, [harm, expected]] of Object.entries(HARM)) {
  test(`given a log of which ${what}, when it is verified, then ${expected.length === 0 ? "it counts as dropped" : "a code and a position say so"}`, async (context) => {
    const folder = temporaryFolder(context);
    await writeLog(folder);
    harm(folder);
    assert.deepEqual(
      codesOf(folder),
      expected.map(([code, position]) => [code, position]),
    );
  });
}

test("given rows that never belonged together, when the log is verified, then links and owners are told", async (context) => {
  const folder = temporaryFolder(context);
  {
    await using log = await openSqliteLog(folder);
    const rows = [
      { stream: "log/claim", previousPosition: 0, events: [{ type: "lane.claimed", v: 1, owner: "first" }] },
      { stream: "log/claim", previousPosition: 0, events: [{ type: "lane.claimed", v: 1, owner: "second" }] },
    ];
    await log.append(0, 0, { batchId: "claims", rows });
    await log.append(0, 2, { batchId: "first.7", rows: [{ stream: "run/a", previousPosition: 0, events: [] }] });
    await log.append(0, 3, { batchId: "second.1", rows: [{ stream: "run/a", previousPosition: 1, events: [] }] });
  }
  assert.deepEqual(codesOf(folder), [
    ["DRV_LOG_OWNER_BROKEN", 3],
    ["DRV_LOG_LINK_BROKEN", 4],
  ]);
});

test("given a log whose beginning was dropped, when the snapshot it needs is lost, then that is told", async (context) => {
  const folder = temporaryFolder(context);
  await writeLog(folder);
  {
    await using log = await openSqliteLog(folder);
    assert.equal(await log.drop(0, 5), 1);
  }
  assert.deepEqual(codesOf(folder), []);
  rmSync(join(folder, "snapshots"), { recursive: true });
  assert.deepEqual(codesOf(folder), [["DRV_LOG_SNAPSHOT_DAMAGED", 5]]);
});

test("given a folder that is none, or holds nothing, when it is verified, then it is refused", (context) => {
  const folder = temporaryFolder(context);
  for (const path of [folder, join(folder, "missing")]) {
    assert.throws(
      () => verified(path),
      (thrown) => thrown instanceof DroverError && thrown.code === "DRV_LOG_ABSENT",
    );
  }
});
