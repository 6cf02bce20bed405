import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { continueRun, ops, Plan, type OperationCall, type Report } from "drover";
import { assertCoded } from "./coded.ts";

/** Runs one operation on this machine, beside a task that must not suffer from its failure. */
async function reportOf(call: OperationCall): Promise<Report> {
  const plan = new Plan("operation", { target: "_any", onError: continueRun });
  plan.task("bad", call);
  plan.taskFunc("beside", () => ({ changed: true }));
  const report = await plan.run();
  assert.equal(report.result("beside")?.status, "changed");
  return report;
}

/** The error of that operation, which its host and the task tell alike. */
async function errorOf(call: OperationCall) {
  const report = await reportOf(call);
  const result = report.result("bad");
  assert.equal(report.verdict, "failed");
  assert.equal(result?.status, "failed");
  assert.deepEqual(result?.hostResults[0]?.error, result?.error);
  return result?.error;
}

/** A file system of 256 KiB in memory; `undefined`, and the test skipped, where nothing may be mounted. */
function smallDisk(context: TestContext): string | undefined {
  const folder = mkdtempDisposableSync("/tmp/drover-disk-");
  const disk = join(folder.path, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    folder.remove();
    context.skip("missing part: mount");
    return undefined;
  }
  context.after(() => {
    execFileSync("umount", [disk]);
    folder.remove();
  });
  return disk;
}

test("given a path that is a folder, when operations want a file there, then each says so and the folder stays", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-bad-");
  const path = join(folder.path, "taken");
  mkdirSync(path);
  writeFileSync(join(path, "inside"), "kept\n");
  const calls: readonly OperationCall[] = [
    ops.file.deploy({ path, content: "x" }),
    ops.file.undeploy({ path }),
    ops.file.symlink({ path, target: "/etc/motd", force: true }),
    ops.file.line({ path, line: "x" }),
  ];
  for (const call of calls) {
    const error = await errorOf(call);
    assertCoded(error, { code: error?.code ?? "", says: new RegExp(`${path}.*(folder|directory)`) });
    assert.match(error?.code ?? "", /^DRV_(FILE_TYPE_CONFLICT|HOST_NOT_A_FILE)$/, call.operation);
  }
  assert.equal(readFileSync(join(path, "inside"), "utf8"), "kept\n");
});

test("given a path below a file, when a file is wanted there, then that is said and the file stays", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-bad-");
  writeFileSync(join(folder.path, "file"), "kept\n");
  const error = await errorOf(ops.file.deploy({ path: join(folder.path, "file/below"), content: "x" }));
  assertCoded(error, { code: error?.code ?? "", says: /file/ });
  assert.equal(readFileSync(join(folder.path, "file"), "utf8"), "kept\n");
});

test("given a loop of symbolic links, when a file is wanted behind it, then that is said", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-bad-");
  symlinkSync("loop", join(folder.path, "loop"));
  const error = await errorOf(ops.file.deploy({ path: join(folder.path, "loop/file"), content: "x" }));
  assertCoded(error, { code: "DRV_HOST_SYMLINK_LOOP", says: /loop/ });
});

test("given a read-only file system, when a plan writes there, then it fails with that and nothing has changed", async (context) => {
  const disk = smallDisk(context);
  if (disk === undefined) return;
  const path = join(disk, "app.conf");
  writeFileSync(path, "old\n");
  execFileSync("mount", ["-o", "remount,ro", disk]);
  const error = await errorOf(ops.file.deploy({ path, content: "new\n" }));
  assertCoded(error, { code: "DRV_HOST_READ_ONLY", says: new RegExp(`${path}.*read-only`) });
  assert.equal(readFileSync(path, "utf8"), "old\n");
  assert.deepEqual(readdirSync(disk), ["app.conf"]);
});

test("given a disk that fills up while a plan writes, when it fails, then the old content and all else are intact", async (context) => {
  const disk = smallDisk(context);
  if (disk === undefined) return;
  const path = join(disk, "app.conf");
  writeFileSync(path, "old\n", { mode: 0o640 });
  writeFileSync(join(disk, "other"), "other\n");
  const error = await errorOf(ops.file.deploy({ path, content: "new\n".repeat(100_000) }));
  assertCoded(error, { code: "DRV_HOST_DISK_FULL", says: new RegExp(path) });
  assert.equal(readFileSync(path, "utf8"), "old\n");
  assert.equal(statSync(path).mode & 0o7777, 0o640);
  assert.deepEqual(readdirSync(disk).toSorted(), ["app.conf", "other"]);
});

test("given a disk that fills up, when the plan rolls back, then the tasks before are undone byte for byte", async (context) => {
  const disk = smallDisk(context);
  if (disk === undefined) return;
  writeFileSync(join(disk, "first"), "one\n", { mode: 0o600 });
  writeFileSync(join(disk, "second"), "two\n");
  const plan = new Plan("full", { target: "_any", rollback: "onFailure" });
  const first = plan.task("first", ops.file.deploy({ path: join(disk, "first"), content: "changed\n", mode: "0644" }));
  const made = plan.task("made", ops.file.deploy({ path: join(disk, "a/b/made"), content: "made\n" }));
  const second = ops.file.deploy({ path: join(disk, "second"), content: "x".repeat(1_000_000) });
  plan.task("second", second).dependsOn(first, made);
  const report = await plan.run();
  assert.equal(report.verdict, "rolledBack");
  assertCoded(report.error, { code: "DRV_HOST_DISK_FULL", says: /second/ });
  assert.equal(readFileSync(join(disk, "first"), "utf8"), "one\n");
  assert.equal(statSync(join(disk, "first")).mode & 0o7777, 0o600);
  assert.equal(readFileSync(join(disk, "second"), "utf8"), "two\n");
  assert.deepEqual(readdirSync(disk).toSorted(), ["first", "second"]);
});
