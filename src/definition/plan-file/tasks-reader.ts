import type { NeedDefinition, TaskDefinition } from "../definition.ts";
import { itemsOf, membersOf, textOf } from "./members.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { SourcePath } from "./source-tree.ts";
import { StepNames } from "./task-names.ts";

export interface TasksPlace {
  readonly path: SourcePath;
  /** Each item of a list waits for the one before. */
  readonly isInOrder: boolean;
  readonly isRollbackStep?: boolean;
}

/** The tasks of a map, or those of a list with names for those that have none. */
export function readTasks(given: unknown, place: TasksPlace, context: ReaderContext): readonly TaskDefinition[] {
  const { path, isInOrder, isRollbackStep = false } = place;
  const named = membersOf(given);
  if (named !== undefined) {
    return [...named].flatMap(([name, value]) => {
      const members = membersOf(value);
      return members === undefined
        ? []
        : context.readTask({ name, members, path: [...path, name], isRollbackStep }, context);
    });
  }
  const steps = (itemsOf(given) ?? []).map(membersOf);
  const names = new StepNames(
    context.catalog,
    steps.flatMap((members) => textOf(members?.get("name")) ?? []),
  );
  let before: readonly NeedDefinition[] = [];
  return steps.flatMap((members, index) => {
    if (members === undefined) return [];
    const name = names.nameOf(members);
    const needs = before;
    if (isInOrder) before = [{ task: name }];
    return context.readTask({ name, members, path: [...path, index], needs, isRollbackStep }, context);
  });
}
