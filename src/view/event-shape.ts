import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { RunEventType } from "../engine/events.ts";

/** Largest index of a task that is believed: whatever names more would fill the disk. */
const TASK_INDEX_MAX = 20_000_000;
const UNIT_INDEX_MAX = 1_048_575;

const NUMBERS: readonly (readonly [member: string, max: number])[] = [
  ["task", TASK_INDEX_MAX],
  ["first", TASK_INDEX_MAX],
  ["unit", UNIT_INDEX_MAX],
  ["attempt", 1_000_000_000],
];

/** Members without which an event cannot be folded, beside `type`, `v` and `at`. */
const REQUIRED: Readonly<Partial<Record<RunEventType, readonly string[]>>> = {
  "run.created": ["runId", "plan"],
  "hosts.resolved": ["targets"],
  "task.evaluated": ["task"],
  "task.dispatched": ["task", "attempt"],
  "unit.completed": ["task", "unit", "attempt", "outcome"],
  "task.completed": ["task", "attempt", "outcome"],
  "retry.scheduled": ["task", "unit", "attempt", "error"],
  "attempt.refused": ["task", "unit", "attempt"],
  "attempt.unknown": ["task", "unit", "attempt", "next"],
  "unknown.resolved": ["task", "unit", "decision"],
  "tasks.skipped": ["ranges", "cause"],
  "tasks.notRun": ["ranges"],
  "group.expanded": ["task", "first"],
  "gate.entered": ["task"],
  "run.stopping": ["mode"],
  "phase.entered": ["phase"],
  "undo.started": ["task", "unit", "attempt"],
  "undo.completed": ["task", "unit", "attempt", "outcome"],
  "run.completed": ["verdict"],
};

const OUTCOMES: ReadonlySet<JsonValue> = new Set(["changed", "unchanged", "skipped", "failed", "cancelled", "unknown"]);

/**
 * What keeps an event from being folded, or `undefined`. The engine trusts its own log; the read model looks at the few
 * members it uses, because one bad row must not stop what it tells of other runs.
 */
export function shapeDefect(event: JsonObject): string | undefined {
  if (!isIndex(event["at"], Number.MAX_SAFE_INTEGER)) return "its time is no whole number of milliseconds";
  const required: readonly string[] = requiredOf(event["type"]);
  const missing = required.find((member) => event[member] === undefined);
  if (missing !== undefined) return `it has no member "${missing}"`;
  for (const [member, max] of NUMBERS) {
    const value = event[member];
    if (value !== undefined && !isIndex(value, max))
      return `its member "${member}" is no whole number from 0 to ${max}`;
  }
  const { outcome, ranges, units, targets, error } = event;
  if (outcome !== undefined && !isOutcome(outcome)) return "its outcome is none";
  if (ranges !== undefined && !areRanges(ranges)) return "its ranges of tasks are none";
  if (units !== undefined && !isListOf(units, (unit) => isIndex(unit, UNIT_INDEX_MAX))) return "its units are none";
  if (targets !== undefined && !isListOf(targets, isTarget)) return "its targets are none";
  if (error !== undefined && !isJsonObject(error)) return "its error is none";
  return undefined;
}

function requiredOf(type: JsonValue | undefined): readonly string[] {
  const byType: Readonly<Record<string, readonly string[]>> = REQUIRED;
  return typeof type === "string" && Object.hasOwn(byType, type) ? (byType[type] ?? []) : [];
}

function isIndex(value: JsonValue | undefined, max: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function isOutcome(value: JsonValue): boolean {
  if (!isJsonObject(value) || !OUTCOMES.has(value["status"] ?? null)) return false;
  return value["status"] !== "failed" || isJsonObject(value["error"]);
}

function areRanges(value: JsonValue): boolean {
  return isListOf(value, (range) => {
    if (!isJsonArray(range) || range.length !== 2) return false;
    const [first, last] = range;
    return isIndex(first, TASK_INDEX_MAX) && isIndex(last, TASK_INDEX_MAX) && first <= last;
  });
}

function isTarget(value: JsonValue): boolean {
  return (
    isJsonObject(value) &&
    typeof value["target"] === "string" &&
    isListOf(value["hosts"] ?? null, (host) => typeof host === "string")
  );
}

function isListOf(value: JsonValue, isItem: (item: JsonValue) => boolean): boolean {
  return isJsonArray(value) && value.every(isItem);
}
