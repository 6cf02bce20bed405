import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";

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
  /** Of a group: keys of its fixed items. */
  readonly keys?: readonly string[];
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
  const tasks = tasksIn(value["tasks"]);
  const keys = keysIn(value["keys"]);
  return {
    name: textIn(value["name"]) ?? `#${index}`,
    ...(title !== undefined && { title }),
    ...(target !== undefined && { target }),
    ...(kind !== undefined && { kind }),
    ...(operation !== undefined && { operation }),
    ...(tasks !== undefined && { tasks }),
    ...(keys !== undefined && { keys }),
  };
}

function keysIn(value: JsonValue | undefined): readonly string[] | undefined {
  if (value === undefined || !isJsonArray(value)) return undefined;
  const keys = value.flatMap((key) => textIn(key) ?? []);
  return keys.length === value.length ? keys : undefined;
}

function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
