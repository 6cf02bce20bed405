import type { RunState } from "./run-state.ts";
import { FLAG_TOTAL_TIMEOUT } from "./status.ts";
import { taskOf } from "./task-access.ts";
import { hasFlag } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";

/** Times an unknown outcome may be settled by the engine; then a person decides. */
export const SETTLE_ATTEMPTS_MAX = 3;

/**
 * What settles an unknown outcome: another attempt of what may be repeated, a look at the goal, or a person. A person
 * also when the executor was told to end and did not answer, when a look did not help, and when asked too often.
 */
export function nextForUnknown(
  state: RunState,
  place: { readonly task: number; readonly unit: number },
): "rerun" | "probe" | "hold" {
  const { task, unit } = place;
  const key = unitKey(task, unit);
  const { body } = taskOf(state, task);
  if (body.kind === "gate" || body.kind === "group" || state.run.isDryRun) return "hold";
  if (state.run.stopMode === "cancel" || state.cancels.has(key) || hasFlag(state, task, FLAG_TOTAL_TIMEOUT))
    return "hold";
  if (state.unknowns.get(key)?.next === "probe") return "hold";
  if ((state.uncounted.get(key) ?? 0) >= SETTLE_ATTEMPTS_MAX) return "hold";
  return body.unknownPolicy;
}
