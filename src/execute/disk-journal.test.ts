import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { must } from "../base/assert.ts";
import { attemptToken, parseRunId, type AttemptToken, type RunId } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import { temporaryFolder } from "../host/test-kit/temporary-folder.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { openDiskJournal, type DiskJournal, type DiskJournalOptions } from "./disk-journal.ts";

const DAY_MS = 24 * 3_600_000;

const tokenOf = (name: string): AttemptToken => attemptToken(sha256(name));

/** The id of a run that was created at this time. */
function runAt(atMs: number): RunId {
  const time = atMs.toString(16).padStart(12, "0");
  return must(parseRunId(`run_${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`), "a run id");
}

async function givenFolder(context: TestContext): Promise<string> {
  const folder = await temporaryFolder();
  context.after(() => folder[Symbol.asyncDispose]());
  return folder.path;
}

function opened(folder: string, options: Partial<DiskJournalOptions> = {}): DiskJournal {
  return openDiskJournal({ folder, clock: new FakeClock(), ...options });
}

async function finish(journal: DiskJournal, name: string, data = ""): Promise<void> {
  await journal.accept(tokenOf(name));
  await journal.finish({ token: tokenOf(name), outcome: { status: "changed", data }, durationMs: 1 });
}

async function stateOf(journal: DiskJournal, name: string): Promise<string | undefined> {
  return (await journal.find(tokenOf(name)))?.state;
}

/** A journal with one started and two finished tokens; answers the path of its only segment. */
async function filled(folder: string): Promise<string> {
  await using journal = opened(folder);
  await finish(journal, "a", "first");
  await journal.accept(tokenOf("b"));
  await finish(journal, "c", "last");
  return join(folder, "00000001.journal");
}

test("given a journal, when its last bytes are cut anywhere, then whole frames are kept and what follows is written well", async (context) => {
  const folder = await givenFolder(context);
  const path = await filled(folder);
  const whole = await readFile(path);
  const lastFrame = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (const length of [whole.length - 1, lastFrame + 30, lastFrame + 3, lastFrame]) {
    await writeFile(path, whole);
    await truncate(path, length);
    {
      await using journal = opened(folder);
      assert.deepEqual([await stateOf(journal, "a"), await stateOf(journal, "c")], ["finished", "started"]);
      await finish(journal, "d");
    }
    await using again = opened(folder);
    assert.deepEqual([await stateOf(again, "c"), await stateOf(again, "d")], ["started", "finished"]);
  }
});

test("given a journal, when its end is zeros after a loss of power, then that is cut too", async (context) => {
  const folder = await givenFolder(context);
  const path = await filled(folder);
  const whole = await readFile(path);
  const lastFrame = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (const from of [lastFrame, lastFrame + 40]) {
    await writeFile(path, Buffer.from(whole).fill(0, from));
    await using journal = opened(folder);
    assert.deepEqual([await stateOf(journal, "a"), await stateOf(journal, "c")], ["finished", "started"]);
  }
});

test("given a journal, when any bit of it is flipped, then it is refused", async (context) => {
  const folder = await givenFolder(context);
  const path = await filled(folder);
  const whole = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      await writeFile(path, flipped);
      assert.throws(() => opened(folder), { code: "DRV_JOURNAL_DAMAGED" });
    }),
    { numRuns: 60 },
  );
});

test("given several segments, when one in the middle is missing or another version wrote it, then it is refused", async (context) => {
  const folder = await givenFolder(context);
  {
    await using journal = opened(folder, { segmentBytes: 1 });
    for (const name of ["a", "b", "c"]) await finish(journal, name);
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith(".journal"));
  assert.ok(names.length >= 3, names.join());
  await rm(join(folder, names[1] ?? ""));
  assert.throws(() => opened(folder), { code: "DRV_JOURNAL_DAMAGED" });
});

test("given a segment that was being made when its process ended, when opened, then it is made anew", async (context) => {
  const folder = await givenFolder(context);
  const path = await filled(folder);
  await writeFile(join(folder, "00000002.journal"), "0000");
  {
    await using journal = opened(folder, { segmentBytes: 1 });
    await finish(journal, "d");
  }
  await using again = opened(folder);
  assert.deepEqual([await stateOf(again, "a"), await stateOf(again, "d")], ["finished", "finished"]);
  assert.ok((await stat(path)).size > 0);
});

test("given another boot of the machine, when opened, then what was started before is known to be of the old one", async (context) => {
  const folder = await givenFolder(context);
  const started = async (boot: string, names: readonly string[]): Promise<unknown> => {
    await using journal = opened(folder, { boot });
    return await Promise.all(names.map((name) => journal.accept(tokenOf(name))));
  };
  await started("one", ["a"]);
  assert.deepEqual(await started("two", ["a", "b"]), [{ state: "started", isSameBoot: false }, { state: "accepted" }]);
  const isSameBoot = { state: "started", isSameBoot: true };
  assert.deepEqual(await started("two", ["a", "b"]), [{ state: "started", isSameBoot: false }, isSameBoot]);
});

test("given more than it may hold, when it goes on, then the oldest results go, claims stay, and nothing old runs again", async (context) => {
  const folder = await givenFolder(context);
  const clock = new FakeClock();
  const options = { clock, segmentBytes: 2_000, bytesMax: 6_000 };
  const sending = { runId: runAt(clock.nowMs()), isResent: true };
  {
    await using journal = opened(folder, options);
    await journal.accept(tokenOf("never ends"), sending);
    await journal.accept(tokenOf("old"), sending);
    await journal.finish({ token: tokenOf("old"), outcome: { status: "unchanged" }, durationMs: 1 });
    for (let index = 0; index < 100; index++) await finish(journal, `filler ${index}`, "x".repeat(100));
  }
  await using journal = opened(folder, options);
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 12_000, sizes.join());
  assert.equal(await stateOf(journal, "old"), undefined);
  assert.equal(await stateOf(journal, "filler 99"), "finished");
  assert.deepEqual(await journal.accept(tokenOf("never ends"), sending), { state: "started", isSameBoot: true });
  assert.deepEqual(await journal.accept(tokenOf("old"), sending), { state: "forgotten" });
  const first = { ...sending, isResent: false };
  assert.deepEqual(await journal.accept(tokenOf("new in the old run"), first), { state: "accepted" });
  const younger = { runId: runAt(clock.nowMs() + 1), isResent: true };
  assert.deepEqual(await journal.accept(tokenOf("of a later run"), younger), { state: "accepted" });
});

test("given tokens older than 7 days, when the journal goes on, then they are forgotten, but not right after opening", async (context) => {
  const folder = await givenFolder(context);
  const clock = new FakeClock();
  {
    await using journal = opened(folder, { clock });
    await finish(journal, "old");
    await journal.accept(tokenOf("never ended"));
  }
  await clock.advance(8 * DAY_MS);
  await using journal = opened(folder, { clock });
  await finish(journal, "first after opening");
  assert.equal(await stateOf(journal, "old"), "finished");
  await clock.advance(2 * DAY_MS);
  await finish(journal, "later");
  const names = ["old", "never ended", "first after opening", "later"];
  const states = await Promise.all(names.map(async (name) => await stateOf(journal, name)));
  assert.deepEqual(states, [undefined, undefined, "finished", "finished"]);
});

test("given a full disk, when a token is claimed, then that is refused, and works again once there is room", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("missing part: root");
  const folder = await givenFolder(context);
  const disk = join(folder, "disk");
  await mkdir(disk);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "drover", disk]).status !== 0) {
    return context.skip("missing part: mount");
  }
  try {
    await using journal = opened(disk);
    await finish(journal, "a");
    const filler = await open(join(disk, "filler"), "w");
    await assert.rejects(
      async () => {
        for (;;) await filler.write(Buffer.alloc(1024));
      },
      { code: "ENOSPC" },
    );
    await filler.close();
    await assert.rejects(finish(journal, "b", "x".repeat(8_192)), { code: "DRV_JOURNAL_FAILED" });
    await rm(join(disk, "filler"));
    await finish(journal, "c", "y".repeat(8_192));
    await journal[Symbol.asyncDispose]();
    await using again = opened(disk);
    assert.deepEqual([await stateOf(again, "a"), await stateOf(again, "c")], ["finished", "finished"]);
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("given a segment that cannot be read, when opened, then the refusal says so", async (context) => {
  const folder = await givenFolder(context);
  const path = await filled(folder);
  await rm(path);
  await mkdir(path);
  assert.throws(() => opened(folder), { code: "DRV_JOURNAL_FAILED" });
});

test("given a journal that is closed, when a token is claimed, then that is refused", async (context) => {
  const journal = opened(await givenFolder(context));
  await journal[Symbol.asyncDispose]();
  await assert.rejects(journal.accept(tokenOf("a")), { code: "DRV_JOURNAL_FAILED" });
});
