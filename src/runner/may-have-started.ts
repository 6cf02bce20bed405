import type { DispatchEffect, UndoEffect } from "../engine/effects.ts";
import type { RunState } from "../engine/run-state.ts";
import { taskOf } from "../engine/task-access.ts";
import type { Fleet } from "../fleet/fleet.ts";

/**
 * Whether an attempt may have been started by a process that has ended, so that nobody can be asked about it: a function of
 * the plan, or a job for a fleet that does not remember tokens. What changes nothing may always be sent again.
 */
export function mayHaveStarted(
  { state, fleet }: { readonly state: RunState; readonly fleet: Fleet },
  effect: DispatchEffect | UndoEffect,
): boolean {
  const task = taskOf(state, effect.task);
  const body = effect.type === "dispatch" ? task.body : effect.source === "declared" ? task.undo : undefined;
  if (body?.kind === "function") return true;
  const changesNothing = effect.type === "dispatch" && effect.mode !== "apply";
  return !changesNothing && !fleet.isDurable;
}
