import type { JsonObject } from "../base/json.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { levelsOf, rollbackStepNames } from "../report/explain-text.ts";
import { detailOf } from "../report/graph-picture.ts";

/** A task as plans are explained to programs. */
export interface TaskDocument extends JsonObject {
  readonly name: string;
}

/** A plan as it is explained to programs. */
export interface PlanDocument extends JsonObject {
  readonly plan: string;
  readonly fingerprint: string;
  readonly tasks: readonly TaskDocument[];
}

/** What a plan is, as data: its order, and each task with its limits. */
export function planDocument(plan: CompiledPlan): PlanDocument {
  return {
    version: 1,
    plan: plan.name,
    fingerprint: plan.fingerprint(),
    levels: levelsOf(plan).map((tasks) => tasks.map((task) => task.name)),
    ...rollbackStepNames(plan),
    tasks: plan.tasks.map((task) => {
      const dependencies = plan.graph.dependencies(task.name);
      return {
        name: task.name,
        kind: task.body.kind,
        detail: detailOf(task),
        dependsOn: dependencies.ok ? dependencies.value : [],
        guards: task.guards.map((guard) => guard.kind),
        afterFailure: task.policy.afterFailure,
        retries: task.policy.retry?.retries ?? 0,
        totalTimeoutMs: task.policy.totalTimeoutMs,
        ...(task.policy.attemptTimeoutMs !== undefined && { attemptTimeoutMs: task.policy.attemptTimeoutMs }),
      };
    }),
    warnings: plan.warnings,
  };
}
