import { must } from "../base/assert.ts";
import { computeLevels } from "../dag/levels.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";

/**
 * Tasks by level: level 0 has no dependencies, every other task lies one above the highest of its own. Inside a level in plan
 * order. A plan without tasks has one empty level.
 */
export function planLevels(plan: CompiledPlan): readonly (readonly CompiledTask[])[] {
  const computed = computeLevels(plan.graph);
  const { levelOf, levelCount } = must(computed.ok ? computed.value : undefined, "A compiled plan has no loops");
  const levels: CompiledTask[][] = Array.from({ length: Math.max(1, levelCount) }, () => []);
  for (const task of plan.tasks) must(levels[levelOf[task.index] ?? 0], "Levels are dense").push(task);
  return levels;
}
