import { unreachable } from "../base/assert.ts";
import { reopenRun } from "./apply-reset.ts";
import { considerTask } from "./consider-task.ts";
import { openFailureBranches } from "./failure-branches.ts";
import type { HostsResolved, PhaseEntered, RunCompleted, RunCreated, RunStopping } from "./events.ts";
import { hostIndexOf } from "./host-index.ts";
import { orderKeys } from "./order-key.ts";
import { rebuildCaches } from "./rebuild-caches.ts";
import { originOf } from "./run-origin.ts";
import type { RunState } from "./run-state.ts";
import { TRAIT_DRY } from "./status.ts";
import { stopAllTasks } from "./stop-tasks.ts";
import { openUndo } from "./unwind.ts";

/** The inputs of the run are frozen. */
export function applyRunCreated(state: RunState, event: RunCreated): void {
  const { run, tasks } = state;
  run.runId = event.runId;
  run.origin = originOf(event);
  run.controlVersion = 1;
  run.params = event.params;
  run.createdAtMs = event.at;
  run.maxParallel = event.maxParallel;
  run.isDryRun = event.isDryRun;
  run.rollback = event.rollback;
  run.onUnknownHeld = event.onUnknownHeld;
  run.estimates = event.estimates;
  if (event.estimates !== undefined) state.order.orderKey = orderKeys(state.plan, event.estimates);
  if (!event.isDryRun) return;
  for (let task = 0; task < tasks.count; task++) tasks.traits[task] = (tasks.traits[task] ?? 0) | TRAIT_DRY;
}

/** Hosts are known: tasks without dependencies are considered. */
export function applyHostsResolved(state: RunState, event: HostsResolved): void {
  for (const { target, hosts } of event.targets) {
    state.targets.set(
      target,
      [...new Set(hosts)].map((host) => hostIndexOf(state, host)),
    );
  }
  state.run.hasResolvedHosts = true;
  state.run.phase = "running";
  const { remaining, rootCount } = state.tasks;
  for (let task = 0; task < rootCount; task++) if (remaining[task] === 0) considerTask(state, task);
}

/** Nothing new starts from here on. Later stops only change the reason; a cancel has the last word. */
export function applyStopping(state: RunState, event: RunStopping): void {
  const { run } = state;
  if (run.phase === "finished") {
    reopenRun(state);
    rebuildCaches(state);
  }
  if (event.mode !== "failure") run.pause = undefined;
  run.phase = "stopping";
  run.stopMode = event.mode;
  run.stopReason = event.reason;
  run.stopTask = event.task ?? -1;
  run.pendingStop = -1;
  stopAllTasks(state);
}

/** The phase before is over. */
export function applyPhase(state: RunState, event: PhaseEntered): void {
  state.run.phase = event.phase;
  switch (event.phase) {
    case "failureBranches":
      state.queues.notRunFrom = 0;
      return openFailureBranches(state);
    case "undoing":
      return openUndo(state);
    case "rollbackSteps":
      return openRollbackSteps(state);
    default:
      return unreachable(event.phase);
  }
}

function openRollbackSteps(state: RunState): void {
  for (const task of state.rollbackSteps) if (state.tasks.remaining[task] === 0) considerTask(state, task);
}

/** The run is over: what only helped to decide is let go. */
export function applyRunCompleted(state: RunState, event: RunCompleted): void {
  const { run, queues } = state;
  run.phase = "finished";
  run.verdict = event.verdict;
  run.finishedAtMs = event.at;
  queues.ready.clear();
  queues.settle.clear();
  queues.due.clear();
  queues.parkedByHost.clear();
  queues.heartbeats.clear();
  queues.queued = new Uint8Array(0);
}
