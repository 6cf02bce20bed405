import type { CompiledPlan, GroupBody, GroupItem } from "./compiled-plan.ts";

/** What one copy of a group runs: the body of its item, else that of the group. */
export function planOfItem(body: GroupBody, item: GroupItem): CompiledPlan {
  return item.plan ?? body.plan;
}

/** Every plan of which a group may have copies, each once: that of the group first, then those of its fixed items. */
export function plansOfGroup({ plan, keys }: GroupBody): ReadonlySet<CompiledPlan> {
  const plans = new Set([plan]);
  if (keys.kind === "fixed") for (const item of keys.items) if (item.plan !== undefined) plans.add(item.plan);
  return plans;
}
