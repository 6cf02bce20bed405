import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ops, Plan, type OperationCall, type OutputLine } from "drover";
import { z } from "zod";
import { assertCoded } from "./coded.ts";
import { untilGone } from "./processes.ts";

const RESULT = z.object({ stdout: z.string(), stderr: z.string(), droppedBytes: z.int().optional() });

async function run(call: OperationCall, options: Parameters<Plan["run"]>[0] = {}) {
  const plan = new Plan("command", { target: "_any" });
  plan.task("run", call, { timeouts: { killGrace: "100ms" } });
  const report = await plan.run(options);
  return { report, result: report.result("run") };
}

test("given a command that ignores SIGTERM, when its time is up, then its group is killed and that is told", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-command-");
  const pidFile = join(folder.path, "pids");
  const script = `trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 1; done' & echo $$ $! > "$1"; wait`;
  const { report, result } = await run(ops.command.shell({ script, args: [pidFile], timeout: "300ms" }));
  assert.equal(report.verdict, "failed");
  assertCoded(result?.error, { code: "DRV_HOST_TIMEOUT", says: /did not end within 300 ms/ });
  const processIds = readFileSync(pidFile, "utf8").trim().split(" ").map(Number);
  assert.equal(processIds.length, 2);
  for (const processId of processIds) await untilGone(processId);
});

test("given a command that ignores SIGTERM, when its attempt is out of time, then its group is killed and that is told", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-command-");
  const pidFile = join(folder.path, "pid");
  const plan = new Plan("attempt", { target: "_any" });
  const call = ops.command.shell({
    script: `trap '' TERM; echo $$ > "$1"; while :; do sleep 1; done`,
    args: [pidFile],
  });
  plan.task("deaf", call, { timeouts: { attempt: "300ms", killGrace: "100ms" } });
  const report = await plan.run();
  assert.equal(report.verdict, "failed");
  assertCoded(report.result("deaf")?.error, { code: "DRV_TASK_ATTEMPT_TIMEOUT", says: /"deaf".* within 300ms/ });
  await untilGone(Number(readFileSync(pidFile, "utf8")));
});

test("given a command that prints 1 GB, when a plan runs it, then head and tail are kept, the rest is counted", async () => {
  const gigabyte = 1_073_741_824;
  const script = `echo head; head -c ${gigabyte} /dev/zero; echo; echo tail`;
  const { report, result } = await run(ops.command.shell({ script }));
  assert.equal(report.verdict, "succeeded");
  const { stdout, droppedBytes } = RESULT.parse(result?.hostResults[0]?.data);
  assert.ok(stdout.startsWith("head\n"));
  assert.ok(stdout.endsWith("\ntail\n"));
  assert.ok(stdout.length <= 1_048_576 + 200, `${stdout.length} characters are kept`);
  assert.ok((droppedBytes ?? 0) > gigabyte - 2 * 1_048_576);
  assert.ok(process.memoryUsage().rss < 700 * 1_048_576, "The output was never in memory as a whole");
});

test("given broken UTF-8 on both streams, when a plan runs it, then only the broken bytes are replaced", async () => {
  const lines: OutputLine[] = [];
  const script = String.raw`printf 'a\377b\n\303'; printf 'x\355\240\200y\n' >&2`;
  const { report, result } = await run(ops.command.shell({ script }), {
    observer: { onEvents: () => {}, onOutput: (line) => lines.push(line) },
  });
  assert.equal(report.verdict, "succeeded");
  const { stdout, stderr } = RESULT.parse(result?.hostResults[0]?.data);
  assert.equal(stdout, "a\uFFFDb\n\uFFFD");
  assert.match(stderr, /^x\uFFFD+y\n$/);
  assert.ok(lines.some(({ text }) => text === "a\uFFFDb"));
});

test("given a command that leaves a child holding its pipes, when it ends, then the task ends with its output", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-command-");
  const pidFile = join(folder.path, "pid");
  const script = `sleep 3600 & echo $! > "$1"; echo done`;
  const { report, result } = await run(ops.command.shell({ script, args: [pidFile] }));
  assert.equal(report.verdict, "succeeded");
  assert.equal(RESULT.parse(result?.hostResults[0]?.data).stdout, "done\n");
  assert.ok((result?.durationMs ?? Number.POSITIVE_INFINITY) < 60_000);
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
});

test("given commands that cannot start, when a plan runs them, then each says why", async () => {
  const missing = await run(ops.command.exec({ command: "/no/such/program" }));
  assertCoded(missing.result?.error, { code: "DRV_HOST_COMMAND_NOT_FOUND", says: /"\/no\/such\/program"/ });
  const homeless = await run(ops.command.exec({ command: "true", cwd: "/no/such/folder" }));
  assertCoded(homeless.result?.error, { code: "DRV_HOST_FOLDER_NOT_FOUND", says: /"\/no\/such\/folder"/ });
  const folder = await run(ops.command.exec({ command: "/tmp" }));
  assertCoded(folder.result?.error, { code: "DRV_HOST_PERMISSION", says: /"\/tmp"/ });
  const args = Array.from("0123456789", (digit) => digit.repeat(1_000_000));
  const long = await run(ops.command.exec({ command: "true", args }));
  assertCoded(long.result?.error, { code: "DRV_HOST_ARGUMENTS_TOO_LONG", says: /true/ });
});

test("given a command that fails, when a plan runs it, then its code and output are kept", async () => {
  const { result } = await run(ops.command.shell({ script: "echo out; echo err >&2; exit 7" }));
  assertCoded(result?.error, { code: "DRV_COMMAND_EXIT", says: /7/ });
  assert.equal(RESULT.parse(result?.hostResults[0]?.data).stderr, "err\n");
});
