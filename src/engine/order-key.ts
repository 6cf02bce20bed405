import { longestRemaining } from "../dag/longest-remaining.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { TaskEstimate } from "./commands.ts";

/**
 * One number per task by which ready tasks are ordered, larger first: priority, then longest remaining path. Without
 * priorities it is the column of the plan itself, shared.
 *
 * A priority is worth twice the longest path, rounded up to a power of two, so both parts stay exact.
 */
export function orderKeys(plan: CompiledPlan, estimates: readonly TaskEstimate[] = []): Float64Array {
  const remainingMs = estimates.length === 0 ? plan.remainingMs : withEstimates(plan, estimates);
  if (!plan.tasks.some((task) => task.policy.priority !== 0)) return remainingMs;
  const weight = priorityWeight(remainingMs);
  return remainingMs.map((key, index) => (plan.tasks[index]?.policy.priority ?? 0) * weight + key);
}

function priorityWeight(remainingMs: Float64Array): number {
  let longest = 1;
  for (const key of remainingMs) if (key > longest) longest = key;
  return 2 ** (Math.ceil(Math.log2(longest)) + 1);
}

/** The longest remaining paths with other durations for some tasks. */
function withEstimates(plan: CompiledPlan, estimates: readonly TaskEstimate[]): Float64Array {
  const weights = Float64Array.from(plan.tasks, (task) => task.policy.estimateMs ?? 1);
  for (const { task, estimateMs } of estimates) if (task < weights.length) weights[task] = estimateMs;
  const computed = longestRemaining(plan.graph, weights);
  return computed.ok ? computed.value : plan.remainingMs;
}
