import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openSqliteLog } from "../../src/eventlog/sqlite/sqlite-log.ts";
import { CliSandbox, type CliResult } from "../golden/cli-process.ts";

// The log tools as programs, on folders that something happened to.

interface GivenFolder {
  readonly cli: CliSandbox;
  readonly data: string;
}

const HEAD = { v: 1, params: {}, maxParallel: 4, isDryRun: false, rollback: "off", onUnknownHeld: "finish" };

/** A data folder with 60 runs of 20 events, a blob, a snapshot and two segments. */
async function givenFolder(context: TestContext): Promise<GivenFolder> {
  const cli = new CliSandbox(context);
  const data = join(cli.folder, "data");
  await using log = await openSqliteLog(data);
  const whole = {
    type: "task.completed",
    v: 1,
    at: 1_002,
    task: 0,
    attempt: 1,
    outcome: { status: "changed", data: "x" },
  };
  const hash = await log.blobs.put(Buffer.from(JSON.stringify(whole)));
  for (let run = 0; run < 60; run++) {
    if (run === 30) await log.seal(0, log.tail(0), await log.snapshots.put("lane", log.tail(0), Buffer.from("state")));
    const created = { ...HEAD, type: "run.created", at: 1_000, runId: `run_${run}`, plan: `plan ${run}` };
    const events: object[] = [created, { type: "hosts.resolved", v: 1, at: 1_000, targets: [] }];
    for (let task = 0; task < 9; task++) {
      events.push({ type: "task.dispatched", v: 1, at: 1_001, task, attempt: 1 });
      events.push(
        task === 0
          ? { type: "task.completed", v: 1, at: 1_002, task, attempt: 1, status: "changed", blob: hash }
          : { type: "task.completed", v: 1, at: 1_002, task, attempt: 1, outcome: { status: "unchanged" } },
      );
    }
    const row = { stream: `run/run_${run}`, previousPosition: 0, events };
    await log.append(0, log.tail(0), { batchId: `b.${run}`, rows: [row] });
  }
  return { cli, data };
}

function flip(path: string, at: (size: number) => number): void {
  const bytes = readFileSync(path);
  const index = at(bytes.length);
  bytes[index] = (bytes[index] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** The code that the program printed; it must have ended in an orderly way. */
function codeIn({ stderr, exitCode }: CliResult): string {
  assert.equal(exitCode, 1, stderr);
  assert.doesNotMatch(stderr, /DRV_INTERNAL|at file:/);
  return /DRV_[A-Z_]+/.exec(stderr)?.[0] ?? "none";
}

test("given a data folder, when the log is verified, exported and rebuilt, then all of it is there and well", async (context) => {
  const { cli, data } = await givenFolder(context);
  const verified = await cli.run(["log", "verify", "--data", data]);
  assert.deepEqual([verified.exitCode, verified.stderr], [0, ""]);
  assert.match(verified.stdout, /2 segments, 62 rows with 1,202 events of 60 streams/);
  const exported = await cli.run(["log", "export"], { DROVER_DATA: data });
  const lines = exported.stdout.trimEnd().split("\n");
  assert.equal(lines.length, 1_202);
  assert.match(lines[3] ?? "", /"data":"x"/);
  const one = await cli.run(["log", "export", "--data", data, "--run", "run_7", "--file", "seven.ndjson"]);
  assert.deepEqual([one.exitCode, one.stdout], [0, ""]);
  assert.equal(readFileSync(join(cli.folder, "seven.ndjson"), "utf8").trimEnd().split("\n").length, 20);
  const rebuilt = await cli.run(["log", "rebuild", "--data", data, "--output", "ndjson"]);
  const reports = rebuilt.stdout.trimEnd().split("\n");
  // One for each hundred events, and what came of it.
  assert.equal(reports.length, 12 + 1);
  assert.match(reports.at(-2) ?? "", /"events":1200,.*"percent":100/);
});

test("given no data folder, or one without a log, when the log tools are used, then they say so", async (context) => {
  const cli = new CliSandbox(context);
  mkdirSync(join(cli.folder, "empty"));
  for (const verb of ["verify", "rebuild", "export"]) {
    assert.equal(codeIn(await cli.run(["log", verb, "--data", "missing"])), "DRV_LOG_ABSENT");
  }
  assert.equal(codeIn(await cli.run(["log", "verify", "--data", "empty"])), "DRV_LOG_ABSENT");
  assert.equal(codeIn(await cli.run(["log", "verify"])), "DRV_LOG_ABSENT");
});

test("given a run that is not there, when it is exported, then no file is left behind", async (context) => {
  const { cli, data } = await givenFolder(context);
  const run = "run_'; DROP TABLE log; --";
  assert.equal(
    codeIn(await cli.run(["log", "export", "--data", data, "--run", run, "--file", "x"])),
    "DRV_CLI_NOTHING_FOUND",
  );
  assert.throws(() => readFileSync(join(cli.folder, "x")));
  assert.equal(
    codeIn(await cli.run(["log", "export", "--data", data, "--file", "no/such/folder/x"])),
    "DRV_CLI_FILE_FAILED",
  );
});

const HARM: Readonly<Record<string, (data: string) => void>> = {
  "the newest segment is cut in half": (data) => truncateSync(join(data, "log-0002.db"), 8_192 * 2),
  "the first segment is cut in half": (data) => truncateSync(join(data, "log-0001.db"), 8_192 * 2),
  "a segment is empty": (data) => truncateSync(join(data, "log-0001.db"), 0),
  "a bit of the header is flipped": (data) => flip(join(data, "log-0001.db"), () => 3),
  "a bit of the format number is flipped": (data) => flip(join(data, "log-0001.db"), () => 71),
  "a bit in the middle is flipped": (data) => flip(join(data, "log-0001.db"), (size) => Math.floor(size * 0.6)),
  "a bit at the end is flipped": (data) => flip(join(data, "log-0002.db"), (size) => size - 40),
  "a segment is gone": (data) => rmSync(join(data, "log-0001.db")),
  "a segment is that of another log": (data) => copyFileSync(join(data, "log-0001.db"), join(data, "log-0002.db")),
  "a segment is a text": (data) => writeFileSync(join(data, "log-0002.db"), "hello ".repeat(2_000)),
  "the blobs are gone": (data) => rmSync(join(data, "blobs"), { recursive: true }),
};

for (const [what, harm] of Object.entries(HARM)) {
  test(`given a log of which ${what}, when it is verified, then a code tells`, async (context) => {
    const { cli, data } = await givenFolder(context);
    harm(data);
    const result = await cli.run(["log", "verify", "--data", data]);
    if (what === "a segment is gone") assert.equal(result.exitCode, 0, "Old segments may be dropped");
    else assert.match(codeIn(result), /^DRV_LOG_/);
  });
}

for (const what of ["a bit in the middle is flipped", "the newest segment is cut in half", "the blobs are gone"]) {
  test(`given a log of which ${what}, when it is rebuilt and exported, then neither loses its head`, async (context) => {
    const { cli, data } = await givenFolder(context);
    HARM[what]?.(data);
    for (const verb of ["rebuild", "export"]) {
      const { exitCode, stderr } = await cli.run(["log", verb, "--data", data]);
      assert.ok(exitCode === 0 || /DRV_(?:LOG|VIEW)_/.test(stderr), `${verb}: ${stderr}`);
      assert.doesNotMatch(stderr, /DRV_INTERNAL/);
    }
  });
}
