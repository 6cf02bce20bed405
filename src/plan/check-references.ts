import { codedError, type CodedError } from "../base/coded-error.ts";
import { EDGE_PREFERRED } from "../dag/edge.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { memberPosition } from "../definition/source-place.ts";
import { shown } from "../definition/task-input.ts";
import type { CompiledPlan, CompiledTask } from "./compiled-plan.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { parameterNames } from "./params.ts";
import type { Problems } from "./problems.ts";

interface ReferencesInput {
  readonly names: { readonly indexByName: ReadonlyMap<string, number> };
  readonly tasks: readonly CompiledTask[];
  readonly order: Pick<CompiledPlan, "graph"> | undefined;
  readonly problems: Problems;
}

/** Results are there only of tasks that have ended: whoever speaks of one must wait for it. */
export function checkTaskReferences(expressions: ExpressionScope, input: ReferencesInput): void {
  const { names, tasks, order, problems } = input;
  if (order === undefined) return;
  const ancestors = new Map<number, ReadonlySet<number>>();
  for (const reference of expressions.references) {
    const source = names.indexByName.get(reference.name);
    const task = tasks[reference.task];
    // Tasks around a group are waited for by the group; rollback steps run when everything else has ended.
    if (source === undefined || task === undefined || task.isRollbackStep === true) continue;
    const before = ancestors.get(reference.task) ?? ancestorsOf(reference.task, order);
    ancestors.set(reference.task, before);
    if (before.has(source)) continue;
    const found = `it uses task ${shown(reference.name)}, which may not have ended by then`;
    problems.add("DRV_PLAN_REFERENCE_UNORDERED", reference.place, found, {
      hint: `Add ${shown(reference.name)} to needs`,
    });
  }
}

function ancestorsOf(task: number, { graph }: Pick<CompiledPlan, "graph">): ReadonlySet<number> {
  const { offsets, targets, kinds } = graph.incoming;
  const found = new Set<number>();
  const open = [task];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const end = offsets[next + 1] ?? 0;
    for (let edge = offsets[next] ?? 0; edge < end; edge++) {
      const source = targets[edge] ?? 0;
      if (kinds[edge] === EDGE_PREFERRED || found.has(source)) continue;
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
      const at = memberPosition(definition.at, `params.${name}`);
      const hint = `Remove it, or use it as \${params.${name}}`;
      notice(codedError("DRV_PLANFILE_UNUSED", message, { ...(at === undefined ? {} : { at }), hint }), "warning");
    }
  }
  for (const task of definition.tasks) {
    if (used.has(`outputs ${task.name}`)) continue;
    for (const name of Object.keys(task.outputs ?? {})) {
      if (used.has(`outputs ${task.name}.${name}`)) continue;
      const message = `Nothing uses output ${shown(name)} of task ${shown(task.name)}`;
      const at = memberPosition(task.at, `outputs.${name}`);
      const hint = `Remove it, or use it as \${tasks.${task.name}.outputs.${name}}`;
      notice(codedError("DRV_PLANFILE_UNUSED", message, { ...(at === undefined ? {} : { at }), hint }), "warning");
    }
  }
}
