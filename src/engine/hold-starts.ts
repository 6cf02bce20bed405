import type { RunState } from "./run-state.ts";

/**
 * From now on `decide` starts no attempt and no undo of this run, as if all slots were taken. For a process that is going
 * to end: what runs is still written down. Not part of the run: whoever loads it next starts what is ready.
 */
export function holdStarts(state: RunState): void {
  state.queues.isHeld = true;
}
