import { must } from "../base/assert.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";

/** The longest way through a plan: what decides how long it takes at least. Rollback steps do not count. */
export interface PlanCriticalPath {
  /** From a task without dependencies to one that nothing waits for; empty for a plan without tasks. */
  readonly tasks: readonly CompiledTask[];
  /** Sum of the estimates in milliseconds; tasks without an estimate count 1 each. */
  readonly lengthMs: number;
  /** By task index: how much longer a task may take before the plan does. */
  readonly slackMs: Float64Array;
}

/** Finds the critical path by estimates; of equally long ones that through the smaller names. */
export function planCriticalPath(plan: CompiledPlan): PlanCriticalPath {
  const weights = Float64Array.from(plan.tasks, (task) =>
    task.isRollbackStep === true ? 0 : (task.policy.estimateMs ?? 1),
  );
  const computed = plan.graph.criticalPath(weights);
  const { path, length, slack } = must(computed.ok ? computed.value : undefined, "A compiled plan has no loops");
  const tasks = path.map((name) =>
    must(plan.tasks[plan.graph.indexOf(name) ?? -1], "Graph and tasks have the same names"),
  );
  return { tasks: tasks.filter((task) => task.isRollbackStep !== true), lengthMs: length, slackMs: slack };
}
