import { combinations } from "../group-maker.ts";
import type { NeedDefinition, PlanDefinition } from "../definition.ts";
import type { GroupDefinition, GroupItemDefinition, GroupKeysDefinition } from "../task-body.ts";
import { hasExpressions, TemplateDefinition } from "../template-definition.ts";
import { HOOK_NAMES } from "./language/task-shape.ts";
import { itemsOf, jsonOf, type Members, membersOf, oneOrMoreOf, plainOf, textOf } from "./members.ts";
import { placeOf } from "./place-of.ts";
import type { ReaderContext, TaskInput, TaskPart } from "./reader-context.ts";
import { StepNames } from "./task-names.ts";
import { readTasks } from "./tasks-reader.ts";

const GROUP_MEMBERS: ReadonlySet<string> = new Set(["group", "parallel", "plan", "run", "copies"]);
/** What belongs to the group when a leaf is repeated; everything else belongs to its copies. */
const OUTER_MEMBERS: ReadonlySet<string> = new Set([
  ...HOOK_NAMES,
  "name",
  "title",
  "needs",
  "prefer",
  "when",
  "guards",
  "foreach",
  "matrix",
  "tolerate",
  "runsOn",
]);

export function isGroupMember(name: string): boolean {
  return GROUP_MEMBERS.has(name);
}

/** A sub-plan, once or for each item; `undefined` when it was reported. */
export function readGroup(body: string, input: TaskInput, context: ReaderContext): GroupDefinition | undefined {
  if (body === "copies") return readCopies(input, context);
  const plan = readInner(body, input, context);
  if (plan === undefined) return undefined;
  const keys = readKeys(input, context);
  const given = membersOf(input.members.get("with"));
  const values = given === undefined ? undefined : plainOf(given);
  const bound = typeof values === "object" && values !== null ? values : undefined;
  return {
    kind: "group",
    plan,
    ...(keys === undefined ? {} : { keys }),
    ...(bound === undefined ? {} : { with: new TemplateDefinition(bound) }),
  };
}

function readInner(body: string, input: TaskInput, context: ReaderContext): PlanDefinition | undefined {
  const { name, members, path } = input;
  const at = placeOf(context.tree, [...path, body], { isKey: true });
  switch (body) {
    case "group":
    case "parallel": {
      const tasks = readTasks(members.get(body), { path: [...path, body], isInOrder: body === "group" }, context);
      return { name, tasks, at };
    }
    case "plan": {
      const plan = membersOf(members.get("plan"));
      return plan === undefined
        ? undefined
        : context.readPlan({ name, members: plan, path: [...path, "plan"] }, context);
    }
    case "run":
      return readOther(input, context);
    default: {
      const inner: Members = new Map([...members].filter(([member]) => !OUTER_MEMBERS.has(member)));
      const innerName = new StepNames(context.catalog, []).nameOf(inner);
      return { name, tasks: context.readTask({ name: innerName, members: inner, path }, context), at };
    }
  }
}

/** The plan of another file. */
function readOther({ name, members, path }: TaskInput, context: ReaderContext): PlanDefinition | undefined {
  const linked = context.link(textOf(members.get("run")) ?? "", "plan");
  if (linked.kind === "refused") {
    const { message, hint } = linked;
    const place = { path: [...path, "run"], ...(hint === undefined ? {} : { hint }) };
    context.report({ code: "DRV_PLANFILE_UNREADABLE", message, ...place });
  }
  if (linked.kind !== "plan") return undefined;
  return linked.context.readPlan({ name, members: linked.members, path: [] }, linked.context);
}

function readCopies({ name, members, path }: TaskInput, context: ReaderContext): GroupDefinition | undefined {
  const items = (itemsOf(members.get("copies")) ?? []).flatMap((item, index): readonly GroupItemDefinition[] => {
    const copy = membersOf(item);
    const body = membersOf(copy?.get("plan"));
    if (copy === undefined || body === undefined) return [];
    const key = textOf(copy.get("key"));
    const plan = context.readPlan({ name, members: body, path: [...path, "copies", index, "plan"] }, context);
    return [{ ...(key === undefined ? {} : { key }), value: plainOf(copy.get("value")), plan }];
  });
  const plan = items[0]?.plan ?? { name, tasks: [] };
  return { kind: "group", plan, keys: { kind: "items", items } };
}

/** What a group is repeated over. */
function readKeys({ members, path }: TaskPart, context: ReaderContext): GroupKeysDefinition | undefined {
  const foreach = members.get("foreach");
  const matrix = membersOf(members.get("matrix"));
  if (foreach !== undefined && matrix !== undefined) {
    context.report({
      code: "DRV_PLANFILE_TASK_BODY",
      path: [...path, "matrix"],
      isKey: true,
      message: "Cannot repeat the task over foreach and matrix at once",
      hint: "Put a group with one of them around a task with the other",
    });
  }
  if (foreach !== undefined) return readForeach(foreach);
  return matrix === undefined ? undefined : readMatrix(matrix);
}

function readForeach(foreach: unknown): GroupKeysDefinition | undefined {
  const values = itemsOf(foreach);
  if (typeof foreach === "string" || hasExpressions(foreach))
    return { kind: "template", list: new TemplateDefinition(foreach) };
  if (values !== undefined) return { kind: "items", items: values.map((value) => ({ value: plainOf(value) })) };
  const members = membersOf(foreach);
  const items = itemsOf(members?.get("items"));
  if (items !== undefined) {
    return {
      kind: "items",
      items: items.flatMap((item): readonly GroupItemDefinition[] => {
        const given = membersOf(item);
        const key = textOf(given?.get("key"));
        return given === undefined
          ? []
          : [{ ...(key === undefined ? {} : { key }), value: plainOf(given.get("value")) }];
      }),
    };
  }
  const task = textOf(members?.get("from"));
  if (task === undefined) return undefined;
  return { kind: "result", task, path: oneOrMoreOf(members?.get("path")).map(String) };
}

function readMatrix(matrix: Members): GroupKeysDefinition | undefined {
  const axes = plainOf(matrix);
  if (typeof axes !== "object" || axes === null) return undefined;
  if (!hasExpressions(axes)) {
    const lists = Object.entries(jsonOf(axes)).flatMap(([axis, list]) =>
      Array.isArray(list) ? [[axis, list] as const] : [],
    );
    return { kind: "matrix", axes: Object.fromEntries(lists) };
  }
  const combined = combinations(
    Object.fromEntries(Object.entries(jsonOf(axes)).map(([axis, list]) => [axis, Array.isArray(list) ? list : []])),
  );
  return { kind: "template", list: new TemplateDefinition((combined ?? []).map(({ value }) => value)), isMatrix: true };
}

/** The task in whose data a list is, which must have ended before. */
export function listNeeds({ members, path }: TaskPart, { tree }: ReaderContext): readonly NeedDefinition[] {
  const from = textOf(membersOf(members.get("foreach"))?.get("from"));
  return from === undefined ? [] : [{ task: from, at: placeOf(tree, [...path, "foreach", "from"]) }];
}
