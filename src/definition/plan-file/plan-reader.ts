import type { PlanDefinition, TaskDefinition } from "../definition.ts";
import { readPlanHooks } from "./hook-reader.ts";
import type { ParameterDefinition, ParameterRecord } from "../parameters.ts";
import { copied, type Members, membersOf, oneOrMoreOf, plainOf, textOf } from "./members.ts";
import { type MemberNames, placeOf } from "./place-of.ts";
import type { PlanInput, ReaderContext, TaskPart } from "./reader-context.ts";
import { readStrategy, readTimeouts } from "./task-settings-reader.ts";
import { readTasks } from "./tasks-reader.ts";

const COPIED = ["title", "description", "rollback", "maxParallel", "maxWritingPerHost", "concurrency", "levelBarriers"];

/** A plan: a file, a part of one, or what stands inside a task. */
export function readPlan(input: PlanInput, outer: ReaderContext): PlanDefinition {
  const { members, path } = input;
  const defaults = membersOf(members.get("defaults"));
  const timeouts = { ...outer.defaults.timeouts, ...(defaults === undefined ? {} : readTimeouts(defaults)) };
  const context: ReaderContext = { ...outer, defaults: { timeouts } };
  const parts = readIncludes(input, context);
  const tasks = [...parts.flatMap((part) => part.tasks), ...readOwnTasks(input, context)];
  const params = mergedParams(parts, members);
  const settings: Partial<PlanDefinition> = settingsOf(members);
  const target = textOf(defaults?.get("target"));
  const onError = defaults === undefined ? undefined : readStrategy(defaults);
  warnAboutServices(input, context);
  return {
    ...settings,
    name: textOf(members.get("name")) ?? input.name,
    ...(Object.keys(params).length === 0 ? {} : { params }),
    ...(target === undefined ? {} : { target }),
    ...(onError === undefined ? {} : { onError }),
    tasks: [...tasks, ...readPlanHooks(input, tasks, context)],
    at: placeOf(context.tree, path, { names: namesIn(input, context) }),
  };
}

function settingsOf(members: Members): object {
  return Object.fromEntries(Object.entries(copied(members, COPIED)).map(([name, value]) => [name, plainOf(value)]));
}

/** Own declarations win over those of included files. The compiler checks them. */
function mergedParams(parts: readonly IncludedPart[], members: Members): ParameterRecord {
  const all: ParameterRecord = Object.fromEntries([
    ...parts.flatMap(({ params }) => Object.entries(params)),
    ...readParams(members),
  ]);
  return all;
}

function readParams(members: Members): readonly (readonly [string, ParameterDefinition])[] {
  const given = membersOf(members.get("params"));
  return [...(given ?? [])].flatMap(([name, value]) => {
    const declared = plainOf(value);
    return isDeclaration(declared) ? [[name, declared] as const] : [];
  });
}

/** What it holds is for the compiler to judge. */
function isDeclaration(value: unknown): value is ParameterDefinition {
  return typeof value === "object" && value !== null && "type" in value;
}

function namesIn({ path }: TaskPart, { tree }: ReaderContext): MemberNames {
  return (first, rest) => {
    if (first !== "target" && first !== "onError") return undefined;
    const more = rest.startsWith("retry") ? rest.split(".") : [first];
    return placeOf(tree, [...path, "defaults", ...more]);
  };
}

function readOwnTasks(input: PlanInput, context: ReaderContext): readonly TaskDefinition[] {
  const { members, path } = input;
  const own = ["tasks", "steps"].filter((name) => members.has(name));
  if (own.length === 2) {
    context.report({
      code: "DRV_PLANFILE_TASK_BODY",
      path: [...path, "steps"],
      isKey: true,
      message: "Cannot read the plan: it has both tasks and steps",
      hint: "Use tasks and say their order by needs, or steps for one after the other",
    });
  }
  if (own.length === 0 && !members.has("include") && !isIn(path, ["tasks", "steps"], context)) {
    context.report({
      code: "DRV_PLANFILE_KEY_MISSING",
      path,
      isKey: path.length > 0,
      message: "Cannot read the plan: it has no tasks",
      hint: "Add tasks (a map, ordered by needs) or steps (a list, in order)",
    });
  }
  const onRollback = { path: [...path, "onRollback"], isInOrder: true, isRollbackStep: true };
  return [
    ...readTasks(members.get("tasks"), { path: [...path, "tasks"], isInOrder: false }, context),
    ...readTasks(members.get("steps"), { path: [...path, "steps"], isInOrder: true }, context),
    ...readTasks(members.get("onRollback"), onRollback, context),
  ];
}

/** Whether the file has a member, also when it was refused. */
function isIn(path: TaskPart["path"], names: readonly string[], { tree }: ReaderContext): boolean {
  return names.some((name) => tree.has([...path, name]));
}

interface IncludedPart {
  readonly tasks: readonly TaskDefinition[];
  readonly params: ParameterRecord;
}

/** Tasks and parameters of the files that a plan includes. */
function readIncludes({ members, path }: PlanInput, context: ReaderContext): readonly IncludedPart[] {
  const given = members.get("include");
  return oneOrMoreOf(given).flatMap((reference, index): readonly IncludedPart[] => {
    const linked = context.link(textOf(reference) ?? "", "part");
    if (linked.kind === "refused") {
      const place = { path: Array.isArray(given) ? [...path, "include", index] : [...path, "include"] };
      const hint = linked.hint === undefined ? {} : { hint: linked.hint };
      context.report({ code: "DRV_PLANFILE_UNREADABLE", message: linked.message, ...hint, ...place });
    }
    if (linked.kind !== "plan") return [];
    const part = { name: "", members: linked.members, path: [] };
    const inner: ReaderContext = { ...linked.context, defaults: context.defaults };
    const deeper = readIncludes(part, inner);
    return [
      {
        tasks: [...deeper.flatMap(({ tasks }) => tasks), ...readOwnTasks(part, inner)],
        params: mergedParams(deeper, linked.members),
      },
    ];
  });
}

/** Members that are understood and that nothing can carry out yet. */
function warnAboutServices({ members, path }: PlanInput, context: ReaderContext): void {
  const missing: readonly (readonly [name: string, found: string, hint: string])[] = [
    ["locks", "runs cannot hold locks", "Remove locks; concurrencyKey limits tasks of one run"],
    ["notify", "there are no channels to notify", "Remove notify; a hook with http.request can call a webhook"],
  ];
  for (const [name, found, hint] of missing) {
    if (!members.has(name)) continue;
    context.report({
      code: "DRV_PLANFILE_NOT_AVAILABLE",
      severity: "warning",
      path: [...path, name],
      isKey: true,
      message: `Cannot run the plan yet: ${found}`,
      hint,
    });
  }
}
