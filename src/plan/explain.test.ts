import assert from "node:assert/strict";
import { test } from "node:test";
import { PlanBuilder } from "../definition/builder.ts";
import { continueRun, retry } from "../definition/error-strategy.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { ops } from "../operation/ops.ts";
import { compilePlan } from "./compile.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { planCriticalPath } from "./critical-path.ts";
import { explainPlan } from "./explain.ts";
import { planLevels } from "./levels.ts";

const unchanged = () => ({ changed: false });

function compiled(builder: PlanBuilder): CompiledPlan {
  const plan = compilePlan(builder.definition(), { catalog: builtinOperations() });
  assert.ok(plan.ok, plan.ok ? "" : plan.error[0]?.message);
  return plan.value;
}

test("given a plan with something of everything, when it is explained, then the text says it", () => {
  const builder = new PlanBuilder("web");
  const install = builder.task("install", ops.file.deploy({ path: "/a", content: "" }), "role:web").batches([1, "50%"]);
  const facts = builder.task("facts", ops.node.hostnameGet(), "_all");
  builder
    .taskFunc("announce", unchanged)
    .dependsOn(install)
    .dependsOn(facts, { on: "always" })
    .onlyIfChanged()
    .when(() => true)
    .onError(retry(3, { initial: "1s", max: "30s" }).then(continueRun));
  builder.approval("go", { quorum: 2 }).dependsOn(install, { on: "failure" }).prefer("announce");
  builder.foreach("sites", ["a", "b"], (_item, part) => part.script("fetch", { script: "x" })).dependsOn("go");
  assert.equal(
    explainPlan(compiled(builder)),
    `Plan: 5 tasks, 3 levels

Level 0 (parallel):
  install [file.deploy on role:web]
    attempt 10m00s, total 1d00h, stop all on failure, batches 1 50% 100%, reversible
  facts [node.hostname.get on _all]
    attempt 1m00s, total 1d00h, stop all on failure, changes nothing

Level 1 (parallel):
  announce [fn] <- facts always, install (only-if-changed, when)
    attempt unlimited, total 1d00h, retry 3 after 1.0s × 2 up to 30.0s, continue on failure, not reversible
  go [approval by 2] <- announce preferred, install on failure
    total 1d00h, stop all on failure

Level 2:
  sites [2 copies of 1 task] <- go
    total unlimited, stop all on failure
    fetch [script sh]
      attempt 1h00m, total 1d00h, stop all on failure, not reversible`,
  );
});

test("given an empty plan, when it is explained, then it has one empty level", () => {
  const plan = compiled(new PlanBuilder("empty"));
  assert.deepEqual(planLevels(plan), [[]]);
  assert.equal(explainPlan(plan), "Plan: 0 tasks, 1 levels\n\nLevel 0:");
  assert.deepEqual(planCriticalPath(plan).tasks, []);
});

test("given tasks of one level, when levels are asked for, then they stand in plan order", () => {
  const builder = new PlanBuilder("p");
  const z = builder.taskFunc("z", unchanged);
  builder.taskFunc("m", unchanged);
  builder.taskFunc("a", unchanged).dependsOn(z).prefer("m");
  builder.taskFunc("b", unchanged);
  const levels = planLevels(compiled(builder)).map((level) => level.map((task) => task.name));
  assert.deepEqual(levels, [["z", "m", "b"], ["a"]]);
});

test("given estimates, when the critical path is asked for, then it is the longest one, with slack for the others", () => {
  const builder = new PlanBuilder("p");
  const start = builder.taskFunc("start", unchanged).estimate("1s");
  const slow = builder.taskFunc("slow", unchanged).estimate("10s").dependsOn(start);
  const quick = builder.taskFunc("quick", unchanged).estimate("4s").dependsOn(start);
  builder.taskFunc("end", unchanged).estimate("1s").dependsOn(slow, quick);
  const plan = compiled(builder);
  const path = planCriticalPath(plan);
  assert.deepEqual(
    path.tasks.map((task) => task.name),
    ["start", "slow", "end"],
  );
  assert.equal(path.lengthMs, 12_000);
  assert.equal(path.slackMs[plan.graph.indexOf("quick") ?? -1], 6_000);
  assert.deepEqual([...plan.remainingMs], [12_000, 11_000, 5_000, 1_000]);
});

test("given warnings, when the plan is explained, then they stand at the end", () => {
  const builder = new PlanBuilder("p");
  builder.taskFunc("a", unchanged).onlyIfFailed();
  assert.match(explainPlan(compiled(builder)), /\n\nWarnings:\n {2}task "a" has the guard onlyIfFailed .*$/);
});
