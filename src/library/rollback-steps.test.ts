import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { ops } from "../operation/ops.ts";
import { exitCodeOf } from "../report/exit-code.ts";
import { Plan } from "./plan.ts";

test("given files, a command and steps, when the run fails, then files are back before the steps, which see what happened", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-steps-");
  const log = `${folder.path}/log`;
  const conf = `${folder.path}/site.conf`;
  writeFileSync(conf, "old\n");
  const plan = new Plan("release", { target: "_any", rollback: "onFailure" });
  const config = plan.task("config", ops.file.deploy({ path: conf, content: "new\n" }));
  const measure = plan.taskFunc("measure", () => ({ changed: false, data: 42 })).dependsOn(config);
  plan
    .taskFunc("check", () => {
      throw new Error("it does not answer");
    })
    .dependsOn(measure);
  const restart = plan
    .taskFunc("restart", ({ results }) => {
      const found = `${readFileSync(conf, "utf8").trim()} ${results.status("check")} ${results.get(measure)}`;
      appendFileSync(log, `restart ${found}\n`);
      return { changed: true };
    })
    .onRollback();
  plan
    .task("verify", ops.command.exec({ command: "sh", args: ["-c", `echo verify >> ${log}`] }))
    .onRollback()
    .dependsOn(restart);

  const report = await plan.run();
  assert.equal(report.verdict, "rolledBack");
  assert.equal(exitCodeOf(report.view), 4);
  assert.equal(readFileSync(log, "utf8"), "restart old failed 42\nverify\n");
  assert.equal(report.result("restart")?.rollbackStep, true);
});

test("given steps, when the run succeeds, then they are skipped, count as such, and are in no level", async () => {
  const levels: string[][] = [];
  const plan = new Plan("fine", { rollback: "onFailure" });
  plan
    .taskFunc("step", () => {
      throw new Error("it must not run");
    })
    .onRollback();
  plan.taskFunc("work", () => ({ changed: true }));
  const report = await plan.run({ hooks: { beforeLevel: (_level, tasks) => levels.push([...tasks]) } });
  assert.equal(report.ok, true);
  assert.equal(report.summary().split("\n")[0], "2 tasks: 1 changed, 1 skipped");
  assert.equal(report.result("step")?.reason, "no rollback was needed");
  assert.deepEqual([levels, plan.levels()], [[["work"]], [["work"]]]);
});

test("given a step that fails, when the run was undone, then the rollback is incomplete: exit code 8", async () => {
  const plan = new Plan("stuck", { rollback: "onFailure" });
  plan.taskFunc("work", () => {
    throw new Error("no");
  });
  plan
    .taskFunc("repair", () => {
      throw new Error("no good either");
    })
    .onRollback();
  const report = await plan.run();
  assert.deepEqual([report.verdict, exitCodeOf(report.view)], ["failed", 8]);
  assert.match(report.error?.message ?? "", /no/);
});

test("given steps on hosts, when the run is dry, then they are not looked at", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-steps-");
  const path = `${folder.path}/file`;
  const plan = new Plan("dry", { target: "_any", rollback: "onFailure" });
  plan.task("work", ops.file.directory({ path: folder.path }));
  plan.task("step", ops.file.deploy({ path, content: "x" })).onRollback();
  const report = await plan.dryRun();
  const { status, changed, hostResults } = report.result("step") ?? {};
  assert.deepEqual([status, changed, hostResults], ["skipped", false, []]);
  assert.equal(existsSync(path), false);
});

test("given a signal that aborts while steps run, when they end, then the rollback was carried through", async () => {
  const controller = new AbortController();
  const plan = new Plan("late", { rollback: "onFailure" });
  plan.taskFunc("work", () => {
    throw new Error("no");
  });
  plan
    .taskFunc("step", () => {
      controller.abort();
      return { changed: true };
    })
    .onRollback();
  const report = await plan.run({ signal: controller.signal });
  assert.deepEqual([report.verdict, report.result("step")?.status], ["rolledBack", "changed"]);
});
