import assert from "node:assert/strict";
import { test } from "node:test";
import { PlanBuilder } from "../definition/builder.ts";
import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "./compile.ts";
import type { CompiledPlan } from "./compiled-plan.ts";
import { planCriticalPath } from "./critical-path.ts";
import { planLevels, rollbackStepsOf } from "./levels.ts";

const catalog = builtinOperations();
const unchanged = () => ({ changed: false });

function compiled(definition: PlanDefinition): CompiledPlan {
  const plan = compilePlan(definition, { catalog });
  assert.ok(plan.ok, plan.ok ? "" : plan.error[0]?.message);
  return plan.value;
}

function problemsOf(definition: PlanDefinition): readonly string[] {
  const plan = compilePlan(definition, { catalog });
  return plan.ok ? [] : plan.error.map(({ code, message, at }) => `${code} ${at?.path}: ${message}`);
}

/** Two ordinary tasks and three rollback steps in a row. */
function planWithSteps(): PlanBuilder {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  const step = builder.taskFunc("step", unchanged).onRollback();
  const next = builder.taskFunc("next", unchanged, { runsOn: "rollback", dependsOn: step });
  builder.taskFunc("last", unchanged).dependsOn(next).onRollback();
  const first = builder.taskFunc("first", unchanged);
  builder.taskFunc("second", unchanged).dependsOn(first);
  return builder;
}

test("given tasks on rollback, when the plan is compiled, then they are marked, by method or by option", () => {
  const plan = compiled(planWithSteps().definition());
  assert.deepEqual(
    rollbackStepsOf(plan).map(({ name }) => name),
    ["step", "next", "last"],
  );
  assert.deepEqual(plan.warnings, []);
  assert.equal("isRollbackStep" in (plan.tasks[3] ?? {}), false);
});

test("given rollback steps, when levels are asked for, then they are in none", () => {
  const levels = planLevels(compiled(planWithSteps().definition()));
  assert.deepEqual(
    levels.map((tasks) => tasks.map(({ name }) => name)),
    [["first"], ["second"]],
  );
});

test("given nothing but rollback steps, when levels and critical path are asked for, then both are empty", () => {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  builder.taskFunc("step", unchanged).onRollback();
  const plan = compiled(builder.definition());
  assert.deepEqual([planLevels(plan), planCriticalPath(plan).tasks], [[[]], []]);
});

test("given more rollback steps in a row than tasks, when the critical path is asked for, then it is that of the tasks", () => {
  const { tasks, lengthMs } = planCriticalPath(compiled(planWithSteps().definition()));
  assert.deepEqual([tasks.map(({ name }) => name), lengthMs], [["first", "second"], 2]);
});

test("given a task that becomes a rollback step, when the plan is compiled, then its fingerprint is another", () => {
  const task: TaskDefinition = { name: "a", body: { kind: "function", run: unchanged } };
  const plain: PlanDefinition = { name: "p", tasks: [task] };
  const step: PlanDefinition = { name: "p", tasks: [{ ...task, runsOn: "rollback" }] };
  assert.notEqual(compiled(plain).fingerprint(), compiled(step).fingerprint());
});

test("given dependencies between steps and tasks, when the plan is compiled, then both directions are refused together", () => {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  const task = builder.taskFunc("task", unchanged);
  const step = builder.taskFunc("step", unchanged).dependsOn(task).onRollback();
  builder.taskFunc("after", unchanged).dependsOn(step, { on: "always" });
  assert.deepEqual(problemsOf(builder.definition()), [
    'DRV_PLAN_ROLLBACK_STEP_INVALID tasks.step.needs: Cannot compile task "step": it is a rollback step and waits for "task", which is none',
    'DRV_PLAN_ROLLBACK_STEP_INVALID tasks.after.needs: Cannot compile task "after": it waits for "step", which is a rollback step, and it is none',
  ]);
});

test("given a step that prefers a task, when the plan is compiled, then that is fine: nothing waits for it", () => {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  const task = builder.taskFunc("task", unchanged);
  builder.taskFunc("step", unchanged).prefer(task).onRollback();
  assert.deepEqual(problemsOf(builder.definition()), []);
});

test("given a rollback step inside a group, when the plan is compiled, then it is refused, while a group may be one", () => {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  builder.group("inside", (part) => part.taskFunc("step", unchanged).onRollback());
  assert.match(problemsOf(builder.definition()).join(), /^DRV_PLAN_ROLLBACK_STEP_INVALID .*inside a group/);
  const other = new PlanBuilder("p", { rollback: "onFailure" });
  other.foreach("each", [1, 2], (_item, part) => part.taskFunc("t", unchanged)).onRollback();
  assert.equal(compiled(other.definition()).tasks[0]?.isRollbackStep, true);
});

test("given an undo on a rollback step, when the plan is compiled, then it is refused: nothing would call it", () => {
  const builder = new PlanBuilder("p", { rollback: "onFailure" });
  builder.taskFunc("step", unchanged).undo(unchanged).onRollback();
  assert.match(problemsOf(builder.definition()).join(), /^DRV_PLAN_OPTION_MISUSED tasks\.step\.undo/);
});

test("given anything else than rollback, when the plan is compiled, then it is refused", () => {
  const plan = { name: "p", tasks: [{ name: "a", body: { kind: "function", run: unchanged }, runsOn: "failure" }] };
  // A plain JavaScript program may say anything.
  assert.match(problemsOf(plan as unknown as PlanDefinition).join(), /^DRV_PLAN_VALUE_INVALID tasks\.a\.runsOn/);
});

test("given rollback steps in a plan without rollback, when it is compiled, then it warns", () => {
  const builder = new PlanBuilder("p");
  builder.taskFunc("step", unchanged).onRollback();
  const { warnings } = compiled(builder.definition());
  assert.deepEqual(warnings, [
    'task "step" is a rollback step, but the rollback of the plan is off, so a run has to ask for it',
  ]);
});
