import { codedError, type CodedError } from "../base/coded-error.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { keyPosition, memberPosition } from "../definition/source-place.ts";
import { shown } from "../definition/task-input.ts";
import type { CompiledTask } from "./compiled-plan.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { parameterNames } from "./params.ts";
import type { Problems } from "./problems.ts";

interface ReferencesInput {
  readonly definition: PlanDefinition;
  readonly names: { readonly indexByName: ReadonlyMap<string, number> };
  readonly tasks: readonly CompiledTask[];
  readonly problems: Problems;
}

/** Results are there only of tasks that have ended: whoever speaks of one must wait for it. */
export function checkTaskReferences(expressions: ExpressionScope, input: ReferencesInput): void {
  const { names, tasks, problems } = input;
  const ancestors = new Map<number, ReadonlySet<number>>();
  for (const reference of expressions.references) {
    const source = names.indexByName.get(reference.name);
    const task = tasks[reference.task];
    // Tasks around a group are waited for by the group; rollback steps run when everything else has ended.
    if (source === undefined || task === undefined || task.isRollbackStep === true) continue;
    const before = ancestors.get(reference.task) ?? ancestorsOf(reference.task, input);
    ancestors.set(reference.task, before);
    if (before.has(source)) continue;
    const found = `it uses task ${shown(reference.name)}, which may not have ended by then`;
    problems.add("DRV_PLAN_REFERENCE_UNORDERED", reference.place, found, {
      hint: `Add ${shown(reference.name)} to needs`,
    });
  }
}

/** Of the definition, so that it is known also where tasks form a loop. */
function ancestorsOf(task: number, { definition, names }: ReferencesInput): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [task];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const need of definition.tasks[next]?.needs ?? []) {
      const source = names.indexByName.get(need.task);
      if (source === undefined || found.has(source)) continue;
      found.add(source);
      open.push(source);
    }
  }
  return found;
}

/** Parameters and outputs that nothing uses; only where no function of a program could. */
export function noticeUnused(
  definition: PlanDefinition,
  { used }: ExpressionScope,
  notice: (error: CodedError, severity: "warning" | "hint") => void,
): void {
  if (!used.has("params")) {
    for (const name of parameterNames(definition.params)) {
      if (used.has(`params.${name}`)) continue;
      const message = `Nothing uses parameter ${shown(name)}`;
      const at = keyPosition(memberPosition(definition.at, `params.${name}`));
      const hint = `Remove it, or use it as \${params.${name}}`;
      notice(codedError("DRV_PLANFILE_UNUSED", message, { ...(at === undefined ? {} : { at }), hint }), "warning");
    }
  }
  for (const task of definition.tasks) {
    if (used.has(`outputs ${task.name}`)) continue;
    for (const name of Object.keys(task.outputs ?? {})) {
      if (used.has(`outputs ${task.name}.${name}`)) continue;
      const message = `Nothing uses output ${shown(name)} of task ${shown(task.name)}`;
      const at = keyPosition(memberPosition(task.at, `outputs.${name}`));
      const hint = `Remove it, or use it as \${tasks.${task.name}.outputs.${name}}`;
      notice(codedError("DRV_PLANFILE_UNUSED", message, { ...(at === undefined ? {} : { at }), hint }), "warning");
    }
  }
}
