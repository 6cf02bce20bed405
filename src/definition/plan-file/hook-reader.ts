import type { DependencyCondition, NeedDefinition, TaskDefinition } from "../definition.ts";
import type { GuardDefinition } from "../guard.ts";
import { HOOK_NAMES } from "./language/task-shape.ts";
import { itemsOf, membersOf, textOf } from "./members.ts";
import { placeOf } from "./place-of.ts";
import type { ReaderContext, TaskInput, TaskPart } from "./reader-context.ts";
import type { SourcePath } from "./source-tree.ts";

type HookName = (typeof HOOK_NAMES)[number];

/** Which end of a task each hook waits for. */
const CONDITIONS: { readonly [Name in HookName]: DependencyCondition } = {
  on_success: "success",
  on_failure: "failure",
  on_abort: "always",
  always: "always",
};

const NO_TASKS: readonly TaskDefinition[] = [];

/** The tasks of the hooks of a task: they depend on it, and nothing waits for them. */
export function readHooks(input: TaskInput, context: ReaderContext): readonly TaskDefinition[] {
  if (!HOOK_NAMES.some((hook) => input.members.has(hook))) return NO_TASKS;
  return HOOK_NAMES.filter((hook) => input.members.has(hook)).flatMap((hook) => {
    const at = placeOf(context.tree, [...input.path, hook], { isKey: true });
    const needs: readonly NeedDefinition[] = [{ task: input.name, on: CONDITIONS[hook], at }];
    const guards = hook === "on_abort" ? [CANCELLED] : [];
    return readHookTasks(hook, { ...input, prefix: `${input.name}.${hook}`, needs, guards }, context);
  });
}

/** The tasks of the hooks of a plan: they wait for all its tasks. */
export function readPlanHooks(
  part: TaskPart,
  tasks: readonly TaskDefinition[],
  context: ReaderContext,
): readonly TaskDefinition[] {
  return HOOK_NAMES.filter((hook) => part.members.has(hook)).flatMap((hook) => {
    const at = placeOf(context.tree, [...part.path, hook], { isKey: true });
    const names = tasks.filter(({ runsOn }) => runsOn === undefined).map(({ name }) => name);
    const needs = names.map((task): NeedDefinition => ({ task, on: "always", at }));
    return readHookTasks(hook, { ...part, prefix: hook, needs, guards: planGuards(hook) }, context);
  });
}

const CANCELLED: GuardDefinition = {
  kind: "expression",
  expression: "needs.cancelled",
  reason: "nothing was cancelled",
};

/** A plan has many ends: its hooks ask how its tasks ended. */
function planGuards(hook: HookName): readonly GuardDefinition[] {
  switch (hook) {
    case "on_success":
      return [
        { kind: "expression", expression: "!needs.failed && !needs.cancelled", reason: "not all tasks succeeded" },
      ];
    case "on_failure":
      return [{ kind: "expression", expression: "needs.failed", reason: "nothing failed" }];
    case "on_abort":
      return [CANCELLED];
    case "always":
      return [];
  }
}

interface HookInput extends TaskPart {
  readonly prefix: string;
  readonly needs: readonly NeedDefinition[];
  readonly guards: readonly GuardDefinition[];
}

/** The first task of a hook waits for what it is a hook of, each other one for the one before. */
function readHookTasks(hook: HookName, input: HookInput, context: ReaderContext): readonly TaskDefinition[] {
  const given = input.members.get(hook);
  const items = itemsOf(given);
  const steps = items ?? [given];
  let needs = input.needs;
  return steps.flatMap((step, index): readonly TaskDefinition[] => {
    const members = membersOf(step);
    if (members === undefined) return [];
    const path: SourcePath = items === undefined ? [...input.path, hook] : [...input.path, hook, index];
    const name = textOf(members.get("name")) ?? (steps.length === 1 ? input.prefix : `${input.prefix}-${index + 1}`);
    const [task, ...rest] = context.readTask({ name, members, path, needs }, context);
    if (task === undefined) return [];
    needs = [{ task: name, on: "success" }];
    const guards = index === 0 ? [...input.guards, ...(task.guards ?? [])] : (task.guards ?? []);
    return [guards.length === 0 ? task : { ...task, guards }, ...rest];
  });
}
