import assert from "node:assert/strict";
import { existsSync, mkdtempDisposableSync } from "node:fs";
import { test } from "node:test";
import { ops } from "../operation/ops.ts";
import { Plan } from "./plan.ts";

test("given target _any and parameters from a function, when the run is dry, then the task is conditional and nobody is asked", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-dry-");
  let calls = 0;
  const plan = new Plan("late", { target: "_any" });
  const name = plan.taskFunc("name", () => ({ changed: false, data: "late" }));
  const params = (): { path: string; content: string } => {
    calls++;
    return { path: `${folder.path}/late`, content: "" };
  };
  plan.task("file", { operation: "file.deploy", params }).dependsOn(name);
  const report = await plan.dryRun();
  const { status, conditional, hostResults, error } = report.result("file") ?? {};
  assert.deepEqual(
    { status, conditional, hostResults, error },
    {
      status: "unchanged",
      conditional: true,
      hostResults: [],
      error: undefined,
    },
  );
  assert.deepEqual([report.verdict, calls], ["succeeded", 0]);
});

test("given target _any and a script, when the run is dry, then it is conditional", async () => {
  const plan = new Plan("script", { target: "_any" });
  plan.script("list", { script: "ls" });
  const report = await plan.dryRun();
  assert.deepEqual([report.result("list")?.status, report.result("list")?.conditional], ["unchanged", true]);
});

test("given target _any and plain parameters, when the run is dry, then one host is inspected", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-dry-");
  const path = `${folder.path}/file`;
  const plan = new Plan("plain", { target: "_any" });
  plan.task("file", ops.file.deploy({ path, content: "x" }));
  const report = await plan.dryRun();
  const { changed, conditional, hostResults } = report.result("file") ?? {};
  assert.deepEqual([changed, conditional, hostResults?.length], [true, false, 1]);
  assert.equal(existsSync(path), false);
});

for (const target of ["_any", "_all"]) {
  test(`given target ${target} and nothing unknown but a function guard, when the run is dry, then it is inspected and conditional`, async () => {
    using folder = mkdtempDisposableSync("/tmp/drover-dry-");
    const path = `${folder.path}/file`;
    let calls = 0;
    const plan = new Plan("guarded", { target });
    plan.task("file", ops.file.deploy({ path, content: "x" })).when(() => {
      calls++;
      return false;
    });
    const report = await plan.dryRun();
    const { changed, conditional, hostResults } = report.result("file") ?? {};
    assert.deepEqual([changed, conditional, calls], [true, true, 0]);
    assert.ok((hostResults?.[0]?.changes?.length ?? 0) > 0, "The inspection says what would change");
    assert.equal(existsSync(path), false);
  });
}

test("given a run that is told in other words to change nothing, when it is started, then it is refused before anything runs", async () => {
  let callCount = 0;
  const plan = new Plan("careful");
  plan.taskFunc("count", () => ({ changed: (callCount += 1) > 0 }));
  for (const name of ["dryRun", "isDryRun", "dry-run", "check", "maxParalel", "__proto__x"]) {
    const started = plan.tryStart({ [name]: true });
    assert.ok(!started.ok);
    assert.equal(started.error[0]?.code, "DRV_RUN_OPTION_UNKNOWN", name);
    await assert.rejects(plan.run({ [name]: true }), /is not an option of runs/);
  }
  const hintOf = (name: string) => {
    const started = plan.tryStart({ [name]: true });
    return started.ok ? "" : started.error[0]?.hint;
  };
  assert.match(hintOf("dryRun") ?? "", /plan\.dryRun\(\)/);
  assert.match(hintOf("maxParalel") ?? "", /maxParallel/);
  assert.equal(callCount, 0);
});
