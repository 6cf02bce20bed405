import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { CliSandbox } from "../golden/cli-process.ts";
import { PrivateDisk } from "./private-mount.ts";

// Disks that refuse, under the real program.

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;
const TASKS = 16;
/**
 * Every command leaves a line outside, so that one that was run twice shows; what it says fills the disk. Its own output
 * may meet the full disk before the log does: that is not what is asked here.
 */
const PLAN = `
  import { ops, Plan } from ${JSON.stringify(LIBRARY)};
  const SCRIPT = 'printf "%s\\\\n" "$1" >> "$2"; head -c "$3" /dev/zero | tr "\\\\0" x';
  export default function filling({ ledger, characters }) {
    const plan = new Plan("filling", { target: "_any", maxParallel: 4 });
    for (let index = 0; index < ${TASKS}; index++) {
      plan.task("fill-" + index, ops.command.shell({ script: SCRIPT, args: ["line-" + index, ledger, characters] }));
    }
    return plan;
  }
`;

interface Given {
  readonly cli: CliSandbox;
  readonly data: string;
  readonly ledger: string;
  readonly run: readonly string[];
}

function given(context: TestContext, characters: number): Given {
  const cli = new CliSandbox(context);
  const plan = join(cli.folder, "plan.ts");
  writeFileSync(plan, PLAN);
  const data = join(cli.folder, "data");
  mkdirSync(data);
  const ledger = join(cli.folder, "ledger");
  const run = ["run", plan, `ledger=${ledger}`, `characters=${characters}`, "--data", data, "--output", "json"];
  return { cli, data, ledger, run };
}

/** Lines that commands have left: none twice. */
function linesOf(ledger: string): number {
  const lines = readFileSync(ledger, "utf8").trimEnd().split("\n");
  assert.equal(new Set(lines).size, lines.length, "A command ran twice");
  return lines.length;
}

/** Once the disk is well: the log is whole, and the run goes on to its end with nothing done twice. */
async function assertGoesOn({ cli, data, ledger }: Given): Promise<void> {
  const before = linesOf(ledger);
  assert.ok(before < TASKS, "The disk was full before the run had ended");
  const verified = await cli.run(["log", "verify", "--data", data]);
  assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr);
  const resumed = await cli.run(["resume", "last", "--data", data]);
  assert.equal(resumed.exitCode, 0, resumed.stdout + resumed.stderr);
  assert.equal(linesOf(ledger), TASKS);
}

/**
 * A full disk also takes from commands where they leave their output and their end. That is told as what it is, a failure
 * before anything started or an outcome that nobody knows, and it is never a reason to run one twice.
 */
async function assertTellsWhatWasLost({ cli, data, ledger }: Given, through: readonly string[]): Promise<void> {
  const before = linesOf(ledger);
  assert.ok(before < TASKS, "The disk was full before the run had ended");
  const verified = await cli.run(["log", "verify", "--data", data], {}, through);
  assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr);
  const resumed = await cli.run(["resume", "last", "--data", data], {}, through);
  const said = resumed.stdout + resumed.stderr;
  const lines = linesOf(ledger);
  if (resumed.exitCode === 0) assert.equal(lines, TASKS, said);
  else if (resumed.exitCode === 7) assert.match(said, /left no exit code|outcome unknown/);
  else assert.match(said, /fill-\d+ +failed[^]*\[DRV_(HOST_[A-Z_]+|COMMAND_EXIT|JOURNAL_\w+)\]/);
  assert.ok(lines >= before && lines <= TASKS, said);
}

for (const { what, characters, size } of [
  { what: "small events", characters: 2_500, size: "400k" },
  { what: "large contents", characters: 60_000, size: "1500k" },
]) {
  test(`given a disk that fills with ${what} during a run, when it has room again, then the log is whole, the run goes on or says what was lost, and nothing is done twice`, async (context) => {
    const there = given(context, characters);
    const disk = await PrivateDisk.open(context, there.data, size);
    if (disk === undefined) return;
    const filled = await there.cli.run(there.run, {}, disk.through);
    assert.equal(filled.exitCode, 1, filled.stderr);
    assert.match(filled.stderr, /\[DRV_LOG_WRITE_FAILED\]\n {2}next: Look at disk space/);
    disk.remount("size=256m");
    await assertTellsWhatWasLost(there, disk.through);
  });
}

test("given a log whose writes fail with an I/O error, when it can be written again, then it is whole and the run goes on", async (context) => {
  const there = given(context, 2_500);
  // No file may grow beyond this: what the log meets is an error of the device, not of space.
  const failed = await there.cli.run(there.run, {}, ["sh", "-c", 'ulimit -f 500 && exec "$@"', "drover-limited"]);
  assert.equal(failed.exitCode, 1, failed.stderr);
  assert.match(failed.stderr, /disk I\/O error \[DRV_LOG_WRITE_FAILED\]/);
  await assertGoesOn(there);
});

test("given a folder that can only be read now, when runs are started, listed or resumed in it, then each is refused with the reason, and the log can be verified", async (context) => {
  const { cli, data, run } = given(context, 10);
  const disk = await PrivateDisk.open(context, data, "64m");
  if (disk === undefined) return;
  const { through } = disk;
  assert.equal((await cli.run(run, {}, through)).exitCode, 0);
  disk.remount("ro");
  for (const words of [run, ["runs"], ["show", "last"], ["resume", "last"], ["fork", "last"], ["cancel", "last"]]) {
    const refused = await cli.run(words === run ? run : [...words, "--data", data], {}, through);
    assert.equal(refused.exitCode, 1, words.join(" "));
    assert.match(refused.stderr, /read-only file system.* \[DRV_LOG_FOLDER_UNUSABLE\]\n {2}next: Look at its owner/);
  }
  const verified = await cli.run(["log", "verify", "--data", data], {}, through);
  assert.equal(verified.exitCode, 0, verified.stderr);
});
