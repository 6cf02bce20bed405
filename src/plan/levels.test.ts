import assert from "node:assert/strict";
import { test } from "node:test";
import { PlanBuilder } from "../definition/builder.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { planCriticalPath } from "./critical-path.ts";
import { planLevels } from "./levels.ts";

const unchanged = () => ({ changed: false });

function compiled(builder: PlanBuilder): CompiledPlan {
  const plan = compilePlan(builder.definition(), { catalog: builtinOperations() });
  assert.ok(plan.ok, plan.ok ? "" : plan.error[0]?.message);
  return plan.value;
}

test("given an empty plan, when its levels are asked for, then there is one empty level", () => {
  const plan = compiled(new PlanBuilder("empty"));
  assert.deepEqual(planLevels(plan), [[]]);
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
