import { attemptToken, type AttemptToken } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import type { RunState } from "./run-state.ts";
import { nameOf } from "./task-access.ts";
import { unitKey } from "./unit-key.ts";
import { hostOfUnit, type UnitAttempt } from "./unit-state.ts";

/** Names one attempt for the world. */
export interface AttemptName extends UnitAttempt {
  readonly generation: number;
}

/**
 * The idempotency token of an attempt, also of an undo. Derived from run, task, host, generation and attempt, so a
 * re-sent effect carries the same one, and computed only when asked for.
 */
export function attemptTokenOf(state: RunState, name: AttemptName): AttemptToken {
  return attemptToken(sha256(JSON.stringify(attemptIdentity(state, name))));
}

/** What makes an attempt this one and no other; the base of its token and its jitter. */
export function attemptIdentity(state: RunState, name: AttemptName): readonly (string | number)[] {
  const host = hostOfUnit(state, name.task, name.unit) ?? undoneHost(state, name);
  return [state.run.runId ?? "", nameOf(state, name.task), host, name.generation, name.attempt];
}

/** What an earlier generation did may have been on another host. */
function undoneHost(state: RunState, { task, unit }: AttemptName): string {
  const host = state.undo?.units.get(unitKey(task, unit))?.host ?? -1;
  return state.hosts[host] ?? "";
}
