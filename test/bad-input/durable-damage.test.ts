import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { must } from "../../src/base/assert.ts";
import { DurableRuns, localFleet, ops, Plan } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";
import { CliSandbox } from "../golden/cli-process.ts";

// Files that something happened to, at the moment a run is to go on: never is anything made up, done twice or passed over in silence.

interface Given {
  readonly cli: CliSandbox;
  readonly data: string;
  readonly ledger: string;
}

/** A data folder with a run that has come far, has a snapshot and a large result, and has one command left to do. */
async function given(context: TestContext): Promise<Given> {
  const cli = new CliSandbox(context);
  const data = join(cli.folder, "data");
  const ledger = join(cli.folder, "ledger");
  mkdirSync(data);
  const plan = new Plan("far", { target: "_any" });
  const large = plan.task("large", ops.command.shell({ script: 'echo large >> "$1"; seq 1 5000', args: [ledger] }));
  const delays = Array.from({ length: 120 }, (_, index) => plan.delay(`delay-${index}`, "1ms").dependsOn(large));
  const go = plan.approval("go").dependsOn(...delays);
  plan.task("last", ops.command.shell({ script: 'echo last >> "$1"', args: [ledger] })).dependsOn(go);
  const fleet = localFleet({ journalFolder: join(data, "journal", "local") });
  const { promise: waits, resolve } = Promise.withResolvers<void>();
  const runs = await DurableRuns.open({ log: await openSqliteLog(data), fleet });
  const started = await runs.start(plan, {
    observer: { onEvents: (_, view) => view.statusOf(must(view.indexOf("go"), "a task")) === "waiting" && resolve() },
  });
  assert.ok(started.ok);
  await waits;
  await runs.shutdown();
  await using again = await DurableRuns.open({ log: await openSqliteLog(data), fleet: localFleet() });
  const task = must(
    plan.compile().tasks.findIndex(({ name }) => name === "go"),
    "a task",
  );
  assert.equal(await again.commandOffline(started.value.runId, { type: "approve", task, actor: "ada" }), undefined);
  return { cli, data, ledger };
}

function flip(path: string, part: number): void {
  const bytes = readFileSync(path);
  flipAt(path, bytes, Math.floor(bytes.length * part));
}

/** Flips a bit of a text wherever it stands: pages that are no longer used hold older copies. */
function flipIn(path: string, text: string): void {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1), count++) flipAt(path, bytes, at + 2);
  assert.ok(count > 0, `${text} is in the file`);
}

function flipAt(path: string, bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

function filesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What happens to a folder, and what the program says then: a code of a refusal, or of a warning when it goes on. */
interface Harm {
  readonly what: string;
  readonly harm: (data: string) => void;
  readonly refused?: RegExp;
  readonly warned?: RegExp;
}

const snapshots = (data: string) => filesIn(join(data, "snapshots"));
const blobs = (data: string) => filesIn(join(data, "blobs"));
const LOG = "log-0001.db";

const HARMS: readonly Harm[] = [
  {
    what: "a bit of every snapshot is flipped",
    harm: (data) => snapshots(data).forEach((path) => flip(path, 0.9)),
    warned: /DRV_LOG_SNAPSHOT_DAMAGED/,
  },
  {
    what: "every snapshot is cut in half",
    harm: (data) => snapshots(data).forEach((path) => truncateSync(path, Math.floor(readFileSync(path).length / 2))),
    warned: /DRV_LOG_SNAPSHOT_DAMAGED/,
  },
  {
    what: "every snapshot is empty",
    harm: (data) => snapshots(data).forEach((path) => truncateSync(path, 0)),
    warned: /DRV_LOG_SNAPSHOT_DAMAGED/,
  },
  { what: "the snapshots are gone", harm: (data) => rmSync(join(data, "snapshots"), { recursive: true }) },
  {
    what: "a bit of every content is flipped",
    harm: (data) => blobs(data).forEach((path) => flip(path, 0.5)),
    refused: /DRV_LOG_BLOB_DAMAGED/,
  },
  {
    what: "every content is cut in half",
    harm: (data) => blobs(data).forEach((path) => truncateSync(path, Math.floor(readFileSync(path).length / 2))),
    refused: /DRV_LOG_BLOB_DAMAGED/,
  },
  {
    what: "the contents are gone",
    harm: (data) => rmSync(join(data, "blobs"), { recursive: true }),
    refused: /DRV_LOG_BLOB_MISSING/,
  },
  {
    what: "a bit of an old row is flipped and the snapshots are gone",
    harm: (data) => {
      flipIn(join(data, LOG), '"hosts.resolved"');
      rmSync(join(data, "snapshots"), { recursive: true });
    },
    refused: /DRV_LOG_DAMAGED/,
  },
  {
    what: "a bit of the newest row is flipped",
    harm: (data) => flipIn(join(data, LOG), '"approval.given"'),
    refused: /DRV_LOG_DAMAGED/,
  },
  {
    what: "the log is cut in half",
    harm: (data) => truncateSync(join(data, LOG), readFileSync(join(data, LOG)).length / 2),
    refused: /DRV_LOG_DAMAGED/,
  },
  { what: "the log is empty", harm: (data) => truncateSync(join(data, LOG), 0), refused: /DRV_LOG_DAMAGED/ },
  { what: "the log is gone", harm: (data) => rmSync(join(data, LOG)), refused: /DRV_LOG_DAMAGED/ },
  {
    what: "there is more behind the log",
    harm: (data) => appendFileSync(join(data, LOG), Buffer.alloc(12_288, 7)),
  },
];

for (const { what, harm, refused, warned } of HARMS) {
  const then = refused === undefined ? "it goes on from an older state" : "it is refused with a code";
  test(`given a run of which ${what}, when it is resumed, then ${then}, and nothing is done twice`, async (context) => {
    const { cli, data, ledger } = await given(context);
    harm(data);
    const { exitCode, stdout, stderr } = await cli.run(["resume", "last", "--data", data, "--output", "json"]);
    const said = stdout + stderr;
    assert.doesNotMatch(said, /DRV_INTERNAL|at file:/);
    if (refused === undefined) {
      assert.equal(exitCode, 0, said);
      assert.equal(readFileSync(ledger, "utf8"), "large\nlast\n");
      assert.match(stderr, warned ?? /^(?!.*warning)/s);
    } else {
      assert.notEqual(exitCode, 0, said);
      assert.match(stderr, refused);
      assert.equal(readFileSync(ledger, "utf8"), "large\n", "Nothing was started");
    }
  });
}
