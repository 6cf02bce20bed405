import type { RunState } from "./run-state.ts";

/** Puts a task into the ready queue, once. */
export function enqueueTask(state: RunState, task: number): void {
  const { queues } = state;
  if (queues.queued[task] === 1) return;
  queues.queued[task] = 1;
  queues.ready.push(task, 0);
}
