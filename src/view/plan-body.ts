import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** What the read model wants to know of a plan: the names behind the indices of its tasks. */
export interface PlanBody {
  readonly name: string | undefined;
  readonly tasks: readonly PlanTask[];
}

export interface PlanTask {
  readonly name: string;
  readonly title?: string;
  readonly target?: string;
  readonly kind?: string;
  readonly operation?: string;
  /** Of a group: the tasks made for each item, when the plan body tells them. */
  readonly tasks?: readonly PlanTask[];
  /** Of a group: its items, when they stand in the plan. */
  readonly items?: readonly PlanItem[];
}

/** What a group makes its tasks for. */
export interface PlanItem {
  readonly key: string;
  /** Tasks of this item, when they are others than those of the group. */
  readonly tasks?: readonly PlanTask[];
}

/** Reads the document behind `run.created.planBody`. What it does not say, or says in another shape, is left out. */
export function readPlanBody(document: JsonValue): PlanBody {
  if (!isJsonObject(document)) return { name: undefined, tasks: [] };
  return { name: textIn(document["name"]), tasks: tasksIn(document["tasks"]) ?? [] };
}

function tasksIn(value: JsonValue | undefined): readonly PlanTask[] | undefined {
  if (value === undefined || !isJsonArray(value)) return undefined;
  return value.map((task, index) => taskIn(task, index));
}

function taskIn(value: JsonValue, index: number): PlanTask {
  if (!isJsonObject(value)) return { name: `#${index}` };
  const title = textIn(value["title"]);
  const target = textIn(value["target"]);
  const kind = textIn(value["kind"]);
  const operation = textIn(value["operation"]);
  const tasks = groupTasksIn(value);
  const items = itemsIn(value["keys"]);
  return {
    name: textIn(value["name"]) ?? `#${index}`,
    ...(title !== undefined && { title }),
    ...(target !== undefined && { target }),
    ...(kind !== undefined && { kind }),
    ...(operation !== undefined && { operation }),
    ...(tasks !== undefined && { tasks }),
    ...(items !== undefined && { items }),
  };
}

/** Of a group: the tasks of the plan that is copied for each item. */
function groupTasksIn({ plan }: JsonObject): readonly PlanTask[] | undefined {
  return plan !== undefined && isJsonObject(plan) ? tasksIn(plan["tasks"]) : undefined;
}

/** Items that stand in the plan; others are known only once the group has expanded. */
function itemsIn(keys: JsonValue | undefined): readonly PlanItem[] | undefined {
  if (keys === undefined || !isJsonObject(keys) || keys["kind"] !== "fixed") return undefined;
  const { items } = keys;
  if (items === undefined || !isJsonArray(items)) return undefined;
  const read = items.flatMap((item) => itemIn(item) ?? []);
  return read.length === items.length ? read : undefined;
}

function itemIn(item: JsonValue): PlanItem | undefined {
  const key = isJsonObject(item) ? textIn(item["key"]) : undefined;
  if (key === undefined || !isJsonObject(item)) return undefined;
  const tasks = groupTasksIn(item);
  return { key, ...(tasks !== undefined && { tasks }) };
}

function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
