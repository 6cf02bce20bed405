import { EVENTS_PER_STEP_MAX } from "../base/limits.ts";
import { apply } from "./apply.ts";
import type { RunEvent } from "./events.ts";
import { checkInvariants, sweepInvariants } from "./invariants.ts";
import type { RunState } from "./run-state.ts";

/** One call of `decide`: the state it works on, its time, and the events it has written so far. */
export interface Step {
  readonly state: RunState;
  /** Never before the latest event of the run. */
  readonly now: number;
  readonly events: RunEvent[];
  staleCount: number;
}

/** Starts a step. Clocks may jump back; the time of a run does not. */
export function openStep(state: RunState, nowMs: number): Step {
  return { state, now: Math.max(Math.floor(nowMs), state.run.lastAtMs), events: [], staleCount: 0 };
}

/** Writes one event and applies it at once, so that the next decision sees it. */
export function emit(step: Step, event: RunEvent): void {
  const { state } = step;
  if (state.invariants !== "off") checkInvariants(state, event);
  step.events.push(event);
  apply(state, event);
  if (state.invariants === "sweep") sweepInvariants(state);
}

/** Events that may still be written in this step. */
export function roomOf(step: Step): number {
  return EVENTS_PER_STEP_MAX - step.events.length;
}
