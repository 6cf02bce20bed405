import { must } from "../base/assert.ts";
import { GROUP_DEPTH_MAX } from "../definition/definition-limits.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import { shown } from "../definition/task-input.ts";
import type { Place, Problems } from "./problems.ts";
import { nameDefect } from "./task-name.ts";

/** Names of the tasks of one plan. */
export interface TaskNames {
  /** By index; a name that cannot be used is replaced by one that can, so that the rest is still looked at. */
  readonly ids: readonly string[];
  /** The first task of each name. */
  readonly indexByName: ReadonlyMap<string, number>;
}

interface NamesContext {
  readonly problems: Problems;
  readonly place: Place;
  readonly placeOf: (index: number) => Place;
}

/** Checks the names of a plan and its tasks: form, and that each name stands for one task only. */
export function checkNames(definition: PlanDefinition, context: NamesContext): TaskNames {
  const { problems, placeOf } = context;
  const planDefect = nameDefect(definition.name);
  if (planDefect !== undefined) problems.add("DRV_PLAN_NAME_INVALID", context.place, planDefect);
  const indexByName = new Map<string, number>();
  const ids: string[] = [];
  for (const [index, { name }] of definition.tasks.entries()) {
    const defect = nameDefect(name);
    if (defect !== undefined) {
      problems.add("DRV_PLAN_NAME_INVALID", placeOf(index), defect, {
        hint: "Use 1 to 200 characters, no control characters and none of / [ ]",
      });
      ids.push(standIn(index));
      continue;
    }
    const isFirst = !indexByName.has(name);
    if (isFirst) indexByName.set(name, index);
    else rejectDuplicate(name, placeOf(index), problems);
    ids.push(isFirst ? name : standIn(index));
  }
  if (definition.tasks.some((task) => task.body?.kind === "group")) checkChildNames(definition, indexByName, context);
  return { ids, indexByName };
}

/** No legal name begins with a slash. */
function standIn(index: number): string {
  return `/${index}`;
}

function rejectDuplicate(name: string, place: Place, problems: Problems): void {
  problems.add("DRV_PLAN_TASK_DUPLICATE", place, `another task is already called ${shown(name)}`, {
    hint: "Give each task a name of its own",
  });
}

/**
 * Tasks of a group without keys are called `group.child`, so a task beside the group must not be called that as well. Keyed
 * groups cannot collide: their names contain brackets.
 */
function checkChildNames(
  definition: PlanDefinition,
  indexByName: ReadonlyMap<string, number>,
  { problems, placeOf }: NamesContext,
): void {
  const seen = new Map<string, number>();
  for (const [index, task] of definition.tasks.entries()) {
    for (const name of childNames(task.name, task.body)) {
      const other = indexByName.get(name) ?? seen.get(name);
      if (other !== undefined && other !== index) rejectDuplicate(name, placeOf(other), problems);
      seen.set(name, index);
    }
  }
}

/** Full names of everything inside groups without keys. */
function childNames(name: string, body: PlanDefinition["tasks"][number]["body"]): readonly string[] {
  const names: string[] = [];
  const open = [{ name, body, depth: 0 }];
  while (open.length > 0) {
    const group = must(open.pop(), "The list is not empty");
    if (group.body?.kind !== "group" || group.body.keys !== undefined || group.depth > GROUP_DEPTH_MAX) continue;
    for (const child of group.body.plan.tasks) {
      const childName = `${group.name}.${child.name}`;
      names.push(childName);
      open.push({ name: childName, body: child.body, depth: group.depth + 1 });
    }
  }
  return names;
}
