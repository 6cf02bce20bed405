import type { TaskDefinition } from "../definition/definition.ts";
import { shown } from "../definition/task-input.ts";
import type { CompiledTask } from "./compiled-plan.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";
import { ValueReader } from "./value-reader.ts";

/** Whether a task that says when it runs is a rollback step; what keeps it from being one goes to the scope. */
export function readRollbackStep({ runsOn, undo }: TaskDefinition, scope: TaskScope): boolean {
  const { place, plan, problems } = scope;
  if (new ValueReader(problems, place).oneOf("runsOn", runsOn, ["rollback"]) === undefined) return false;
  if (plan.depth > 0) {
    const found = "it is a rollback step inside a group, whose tasks run when the group does";
    const hint = "Make the whole group a rollback step, or move the task out of it";
    problems.add("DRV_PLAN_ROLLBACK_STEP_INVALID", memberOf(place, "runsOn"), found, { hint });
  }
  if (undo !== undefined) {
    const found = "undo makes no sense for a rollback step, which runs after everything has been undone";
    problems.add("DRV_PLAN_OPTION_MISUSED", memberOf(place, "undo"), found, { hint: "Remove it" });
  }
  return true;
}

/** What is checked about the steps of one plan. */
interface StepsInput {
  readonly definitions: readonly TaskDefinition[];
  readonly tasks: readonly CompiledTask[];
  readonly names: { readonly indexByName: ReadonlyMap<string, number> };
  readonly problems: Problems;
  readonly placeOf: (index: number) => Place;
}

/** Rollback steps run when all other tasks have ended, so neither may wait for the other. */
export function checkRollbackSteps({ definitions, tasks, names, problems, placeOf }: StepsInput): void {
  if (!tasks.some(isRollbackStep)) return;
  for (const [index, { needs = [] }] of definitions.entries()) {
    const isStep = tasks[index]?.isRollbackStep === true;
    for (const { task: name } of needs) {
      const needed = tasks[names.indexByName.get(name) ?? -1];
      if (needed === undefined || isRollbackStep(needed) === isStep) continue;
      const found = isStep
        ? `it is a rollback step and waits for ${shown(name)}, which is none`
        : `it waits for ${shown(name)}, which is a rollback step, and it is none`;
      const hint = isStep
        ? "Remove the dependency: rollback steps run when all other tasks have ended, and find their results"
        : "Make both rollback steps, or remove the dependency";
      problems.add("DRV_PLAN_ROLLBACK_STEP_INVALID", memberOf(placeOf(index), "needs"), found, { hint });
    }
  }
}

/** Steps of a plan that is never rolled back by itself are easily meant otherwise. */
export function warnAboutRollbackSteps(
  tasks: readonly CompiledTask[],
  { problems, placeOf }: Pick<StepsInput, "problems" | "placeOf">,
): void {
  for (const task of tasks) {
    if (!isRollbackStep(task)) continue;
    problems.warnings.push(
      `${placeOf(task.index).subject} is a rollback step, but the rollback of the plan is off, so a run has to ask for it`,
    );
  }
}

function isRollbackStep(task: CompiledTask): boolean {
  return task.isRollbackStep === true;
}
