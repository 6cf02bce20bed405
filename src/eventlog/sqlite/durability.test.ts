import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import { allOf, appendTo, batchOf, rowOf } from "../../testing/event-log-suite-subject.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { LaneWriter } from "../lane-writer.ts";
import { openSqliteLog } from "./sqlite-log.ts";

const KILLS = 20;

/** Eight streams that write as fast as they can and tell every row that was acknowledged; one seals now and then. */
const WRITER = `
  const { openSqliteLog } = await import(${JSON.stringify(new URL("sqlite-log.ts", import.meta.url).href)});
  const { LaneWriter } = await import(${JSON.stringify(new URL("../lane-writer.ts", import.meta.url).href)});
  const { writeSync } = await import("node:fs");
  const [, folder, round] = process.argv;
  const log = await openSqliteLog(folder);
  const writer = await LaneWriter.open(log, { owner: "round" + round });
  const write = async (stream) => {
    for (let step = 0, head = 0; ; step++) {
      const events = [stream, step, "x".repeat((step * 131) % 3000)];
      const outcome = await writer.write({ stream, previousPosition: head, events });
      head = outcome.position;
      writeSync(1, JSON.stringify([head, stream, step]) + "\\n");
      if (step % 40 === 39 && stream.endsWith("/0")) {
        const content = new TextEncoder().encode(stream + step);
        await writer.seal(await log.snapshots.put("lane", head, content));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, index) => write("run/" + round + "/" + index)));
`;

type Acknowledged = readonly [position: number, stream: string, step: number];

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "drover-kill-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Lets a writer work until it has told `count` rows, kills it, and answers all it told. */
async function writeUntilKilled(folder: string, round: number, count: number): Promise<readonly Acknowledged[]> {
  const argv = ["--input-type=module", "-e", WRITER, folder, String(round)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const told: Acknowledged[] = [];
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => {
    // The last line may have been cut short by the kill.
    if (line.endsWith("]")) told.push(JSON.parse(line) as Acknowledged);
    if (told.length === count) child.kill("SIGKILL");
  });
  await Promise.all([once(child, "close"), once(lines, "close")]);
  return told;
}

test(`given a writer that is killed ${KILLS} times, when the log is read each time, then nothing acknowledged is missing`, async (context) => {
  const folder = await temporaryFolder(context);
  const random = new SeededRandom(20);
  const acknowledged: Acknowledged[] = [];
  for (let round = 0; round < KILLS; round++) {
    const told = await writeUntilKilled(folder, round, 1 + random.integer(400));
    assert.ok(told.length > 0, `round ${round} told nothing`);
    acknowledged.push(...told);
    await using log = await openSqliteLog(folder);
    const rows = await allOf(log.read(0, 1));
    assert.deepEqual(
      rows.map(({ position }) => position),
      rows.map((_, index) => index + 1),
    );
    for (const [position, stream, step] of acknowledged) {
      const row = rows[position - 1];
      assert.deepEqual([row?.stream, row?.events[0], row?.events[1]], [stream, stream, step], `round ${round}`);
    }
    for (const stream of new Set(told.map((each) => each[1]))) {
      const newest = rows.findLast((row) => row.stream === stream);
      const steps = (await allOf(log.readStream(0, newest?.position ?? 0))).map(({ events }) => events[1]);
      assert.deepEqual(
        steps,
        steps.map((_, index) => index),
      );
    }
  }
});

test("given a full disk, when it is appended to, then writing ends for good and what was acknowledged is kept", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("missing part: root");
  const folder = await temporaryFolder(context);
  const disk = join(folder, "disk");
  await mkdir(disk);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "drover", disk]);
  if (mounted.status !== 0) return context.skip("missing part: mount");
  try {
    const kept = await fillDisk(disk);
    assert.ok(kept > 1, `${kept} rows`);
    spawnSync("mount", ["-o", "remount,size=8m", disk]);
    await using log = await openSqliteLog(disk);
    assert.ok(log.tail(0) >= kept, `${log.tail(0)} of ${kept} rows`);
    assert.equal((await allOf(log.read(0, 1))).length, log.tail(0));
    await appendTo(log, log.tail(0), batchOf("later", rowOf("run/b", 0, 1)));
  } finally {
    spawnSync("umount", [disk]);
  }
});

/** Appends until the disk is full and looks at how the log takes it; answers the acknowledged position. */
async function fillDisk(disk: string): Promise<number> {
  await using log = await openSqliteLog(disk);
  await using writer = await LaneWriter.open(log, { owner: "one" });
  let position = writer.epoch;
  await assert.rejects(
    async () => {
      for (let head = 0; ; head = position) {
        const outcome = await writer.write(rowOf("run/a", head, "x".repeat(20_000)));
        if (outcome.outcome === "appended") position = outcome.position;
      }
    },
    { code: "DRV_LOG_WRITE_FAILED" },
  );
  await assert.rejects(writer.write(rowOf("run/b", 0, 1)), { code: "DRV_LOG_WRITE_FAILED" });
  await assert.rejects(log.append(0, position, batchOf("b", rowOf("run/b", 0, 1))), { code: "DRV_LOG_WRITE_FAILED" });
  await assert.rejects(log.snapshots.put("lane", 1, new SeededRandom(1).bytes(2_000_000)), {
    code: "DRV_LOG_WRITE_FAILED",
  });
  assert.equal(log.tail(0), position);
  assert.ok((await allOf(log.read(0, 1))).length >= position);
  const left = (await readdir(disk, { recursive: true })).filter((name) => name.endsWith(".tmp"));
  assert.deepEqual(left, []);
  return position;
}

test("given 100,000 rows, when they are read back, then all come in order in parts of bounded size", async (context) => {
  const folder = await temporaryFolder(context);
  await using log = await openSqliteLog(folder);
  for (let tail = 0; tail < 100_000; tail += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, index) => rowOf(`run/${tail + index}`, 0, tail + index));
    await appendTo(log, tail, batchOf(`batch ${tail}`, ...rows));
  }
  let next = 0;
  for await (const row of log.read(0, 1)) {
    if (row.position !== next + 1 || row.events[0] !== next) assert.fail(`row ${row.position} after ${next}`);
    next += 1;
  }
  assert.equal(next, 100_000);
  assert.equal(await log.verify(), 100_000);
});
