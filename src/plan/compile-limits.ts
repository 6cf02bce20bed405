import { MAX_PARALLEL_DEFAULT } from "../base/limits.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import type { CompiledTask, PlanLimits } from "./compiled-plan.ts";
import { plansOfGroup } from "./group-plans.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";
import { ValueReader } from "./value-reader.ts";

/** More units at once than any fleet has hosts. */
const PARALLEL_MAX = 1_000_000;
const RANGE = { min: 1, max: PARALLEL_MAX };
const WRITING_PER_HOST_DEFAULT = 1;
/** Of a key that tasks use and the plan does not list. */
const KEY_LIMIT_DEFAULT = 1;

/** Reads how much may happen at once. */
export function readLimits(
  definition: PlanDefinition,
  {
    problems,
    place,
    tasks,
  }: { readonly problems: Problems; readonly place: Place; readonly tasks: readonly CompiledTask[] },
): PlanLimits {
  const reader = new ValueReader(problems, place);
  const keys = new Map<string, number>();
  const keyReader = new ValueReader(problems, memberOf(place, "concurrency"));
  for (const [key, limit] of reader.members("concurrency", definition.concurrency) ?? []) {
    keys.set(key, keyReader.number(key, limit, RANGE) ?? KEY_LIMIT_DEFAULT);
  }
  addUsedKeys(tasks, keys);
  return {
    maxParallel: reader.number("maxParallel", definition.maxParallel, RANGE) ?? MAX_PARALLEL_DEFAULT,
    maxWritingPerHost:
      reader.number("maxWritingPerHost", definition.maxWritingPerHost, RANGE) ?? WRITING_PER_HOST_DEFAULT,
    keys,
  };
}

function addUsedKeys(tasks: readonly CompiledTask[], keys: Map<string, number>): void {
  for (const { body, policy } of tasks) {
    const key = policy.concurrencyKey;
    if (key !== undefined && !keys.has(key)) keys.set(key, KEY_LIMIT_DEFAULT);
    // A group's tasks share the limits of the run, so what they use counts here as well.
    if (body.kind !== "group") continue;
    for (const plan of plansOfGroup(body)) addUsedKeys(plan.tasks, keys);
  }
}
