import { assert } from "../base/assert.ts";
import { isJsonObject, toJson, type JsonObject } from "../base/json.ts";
import type { RunEvent, TaskRange } from "../engine/events.ts";
import type { RunView } from "../engine/run-view.ts";

/** Names of one range event that are listed; a cascade over a million tasks stays one short line. */
const NAMES_MAX = 1_000;

/**
 * An event for readers outside: what `--output ndjson` prints, one a line. The same members as in the log, but tasks are
 * named: `task` is a name, and `tasks` lists the names behind `ranges`.
 */
export function eventDocument(event: RunEvent, view: RunView): JsonObject {
  const converted = toJson(event, { bytesMax: Number.MAX_SAFE_INTEGER });
  assert(converted.ok && isJsonObject(converted.value), "An event is plain data");
  const document = converted.value;
  if ("ranges" in event) return { ...document, ...namesIn(event.ranges, view) };
  if ("task" in event && event.task !== undefined) return { ...document, task: view.task(event.task).name };
  return document;
}

function namesIn(ranges: readonly TaskRange[], view: RunView): JsonObject {
  const tasks: string[] = [];
  let taskCount = 0;
  for (const [first, last] of ranges) {
    taskCount += last - first + 1;
    for (let index = first; index <= last && tasks.length < NAMES_MAX; index++) tasks.push(view.task(index).name);
  }
  return { tasks, taskCount };
}
