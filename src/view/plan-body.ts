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
  return { name: textIn(document["name"]), tasks: tasksIn(document) ?? [] };
}

/** Tasks that differ in their names alone share a shape; in the first form of bodies each has its own, with its name in it. */
function tasksIn(plan: JsonObject): readonly PlanTask[] | undefined {
  const [tasks, names, shapes, shapeOf] = [plan["tasks"], plan["names"], plan["shapes"], plan["shapeOf"]].map(listIn);
  if (tasks !== undefined) return tasks.map((task, index) => ({ name: nameIn(task, index), ...shapeIn(task) }));
  if (names === undefined || shapes === undefined || shapeOf === undefined) return undefined;
  const read = shapes.map(shapeIn);
  return names.map((name, index) => {
    const shape = shapeOf[index];
    return { name: textIn(name) ?? `#${index}`, ...(typeof shape === "number" ? read[shape] : undefined) };
  });
}

function nameIn(task: JsonValue, index: number): string {
  return (isJsonObject(task) ? textIn(task["name"]) : undefined) ?? `#${index}`;
}

function shapeIn(value: JsonValue): Omit<PlanTask, "name"> {
  if (!isJsonObject(value)) return {};
  const title = textIn(value["title"]);
  const target = textIn(value["target"]);
  const kind = textIn(value["kind"]);
  const operation = textIn(value["operation"]);
  const tasks = groupTasksIn(value);
  const items = itemsIn(value["keys"]);
  return {
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
  return plan !== undefined && isJsonObject(plan) ? tasksIn(plan) : undefined;
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

function listIn(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return value !== undefined && isJsonArray(value) ? value : undefined;
}
