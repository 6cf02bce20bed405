import type { Effect } from "./effects.ts";
import type { RunState } from "./run-state.ts";

/**
 * Hands over the effects that became due by the events applied since the last call, in the order of those events. The
 * list belongs to the caller. An effect may be void by the time it is performed (its attempt has been cancelled since):
 * its answer is then stale and does no harm.
 */
export function takeEffects(state: RunState): readonly Effect[] {
  const { effects } = state.queues;
  if (effects.length === 0) return NOTHING;
  state.queues.effects = [];
  return effects;
}

const NOTHING: readonly Effect[] = [];
