import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ResolvedTarget } from "../engine/commands.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan, Target } from "../plan/compiled-plan.ts";
import { plansOfGroup } from "../plan/group-plans.ts";

/** Hosts of every target in the plan and its groups; all targets without a host are reported together. */
export function resolveTargets(
  plan: CompiledPlan,
  fleet: Fleet,
): Result<readonly ResolvedTarget[], readonly CodedError[]> {
  const resolved: ResolvedTarget[] = [];
  const errors: CodedError[] = [];
  for (const [text, { target, allowsEmpty }] of targetsOf(plan)) {
    const hosts = fleet.resolve(target);
    if (!hosts.ok && !allowsEmpty) errors.push(hosts.error);
    else if (target.kind !== "any") resolved.push({ target: text, hosts: hosts.ok ? hosts.value : [] });
  }
  return errors.length > 0 ? err(errors) : ok(resolved);
}

interface UsedTarget {
  readonly target: Target;
  allowsEmpty: boolean;
}

function targetsOf(plan: CompiledPlan): ReadonlyMap<string, UsedTarget> {
  const used = new Map<string, UsedTarget>();
  const plans = [plan];
  for (let next = plans.pop(); next !== undefined; next = plans.pop()) {
    for (const task of next.tasks) {
      if (task.body.kind === "group") plans.push(...plansOfGroup(task.body));
      if (task.target === undefined) continue;
      const known = used.get(task.target.text);
      if (known === undefined)
        used.set(task.target.text, { target: task.target, allowsEmpty: task.policy.allowsEmptyTarget });
      else known.allowsEmpty &&= task.policy.allowsEmptyTarget;
    }
  }
  return used;
}
