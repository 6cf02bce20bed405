import { must } from "../base/assert.ts";
import { computeLevels } from "../dag/levels.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";

/**
 * Tasks by level: level 0 has no dependencies, every other task lies one above the highest of its own. Inside a level in plan
 * order. Rollback steps, which run when all levels are through, are in none. A plan without tasks has one empty level.
 */
export function planLevels(plan: CompiledPlan): readonly (readonly CompiledTask[])[] {
  const computed = computeLevels(plan.graph);
  const { levelOf } = must(computed.ok ? computed.value : undefined, "A compiled plan has no loops");
  const levels: CompiledTask[][] = [];
  for (const task of plan.tasks) {
    if (task.isRollbackStep === true) continue;
    const level = levelOf[task.index] ?? 0;
    while (levels.length <= level) levels.push([]);
    must(levels[level], "Levels are dense").push(task);
  }
  return levels.length === 0 ? [[]] : levels;
}

/** The rollback steps of a plan, in plan order. */
export function rollbackStepsOf(plan: CompiledPlan): readonly CompiledTask[] {
  return plan.tasks.filter((task) => task.isRollbackStep === true);
}
