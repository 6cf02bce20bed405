import { codedError, type CodedError } from "../base/coded-error.ts";
import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { GroupBody, GroupItem } from "../plan/compiled-plan.ts";
import { groupKeyOf } from "../plan/group-key.ts";
import { planOfItem } from "../plan/group-plans.ts";
import { nameDefect } from "../plan/task-name.ts";
import type { RunState } from "./run-state.ts";
import { nameOf, siblingNamed } from "./task-access.ts";

/** Tasks one run may hold, those of groups included: bounds what a list in a result can cost. */
export const TASKS_PER_RUN_MAX = 4_000_000;

/** The items of a group that is about to start, or why it cannot: `DRV_TASK_GROUP_KEYS_INVALID`, `DRV_TASK_GROUP_TOO_LARGE`. */
export function itemsOf(state: RunState, task: number, body: GroupBody): Result<readonly GroupItem[], CodedError> {
  const found = listItems(state, task, body);
  if (!found.ok) return found;
  const problem = checkItems(found.value);
  if (problem !== undefined) return err(invalid(state, task, problem));
  const size = state.tasks.count + taskCountOf(body, found.value);
  if (size <= TASKS_PER_RUN_MAX) return found;
  const message = `Cannot expand group "${nameOf(state, task)}": the run would have ${size} tasks, and ${TASKS_PER_RUN_MAX} are allowed`;
  return err(codedError("DRV_TASK_GROUP_TOO_LARGE", message));
}

function taskCountOf(body: GroupBody, items: readonly GroupItem[]): number {
  return items.reduce((count, item) => count + planOfItem(body, item).tasks.length, 0);
}

function listItems(state: RunState, task: number, body: GroupBody): Result<readonly GroupItem[], CodedError> {
  const { keys } = body;
  if (keys.kind === "fixed") return ok(keys.items);
  if (keys.kind === "function" || keys.kind === "template") return ok(state.groupItems.get(task) ?? []);
  const source = siblingNamed(state, task, keys.task);
  const list = source === undefined ? undefined : valueAt(dataOf(state, source), keys.path);
  if (list === undefined || !isJsonArray(list)) {
    const place = [keys.task, ...keys.path].join(".");
    return err(
      invalid(state, task, `"${place}" is ${list === undefined ? "absent" : "not a list"}, and a list is needed`),
    );
  }
  return ok(list.map((value) => ({ key: groupKeyOf(value), value })));
}

function dataOf(state: RunState, task: number): JsonValue | undefined {
  const outcome = state.outcomes.get(task) ?? state.fanOuts.get(task)?.outcomes[0];
  return outcome !== undefined && "data" in outcome ? outcome.data : undefined;
}

function valueAt(data: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = data;
  for (const step of path) {
    if (value === undefined) return undefined;
    if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else value = typeof value === "object" && value !== null && isJsonArray(value) ? value[Number(step)] : undefined;
  }
  return value;
}

function checkItems(items: readonly GroupItem[]): string | undefined {
  const seen = new Set<string>();
  for (const { key } of items) {
    // The only copy of a group without keys has none.
    const defect = key === "" && items.length === 1 ? undefined : nameDefect(key);
    if (defect !== undefined) return `a key cannot be used: ${defect.replace("its name", "it")}`;
    if (seen.has(key)) return `two items have the key ${JSON.stringify(key)}`;
    seen.add(key);
  }
  return undefined;
}

function invalid(state: RunState, task: number, problem: string): CodedError {
  return codedError("DRV_TASK_GROUP_KEYS_INVALID", `Cannot expand group "${nameOf(state, task)}": ${problem}`, {
    hint: "Give a list of distinct short texts or numbers, or items with a key of their own from a function",
  });
}
