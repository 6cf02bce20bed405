import { endPhase, writeOffUnreached } from "./end-phase.ts";
import { handleDue } from "./handle-due.ts";
import { settleTask } from "./settle-task.ts";
import { startReadyTasks } from "./start-ready.ts";
import { roomOf, emit, type Step } from "./step.ts";
import { nameOf } from "./task-access.ts";
import { startNextUndo } from "./decide-undo.ts";

/**
 * Writes everything that follows from the state, in this order: a failure stops the run, tasks that something has to be
 * written about are settled, what is due happens, what is ready starts, and a phase in which nothing moves any more ends.
 *
 * @returns whether the step ended for lack of room
 */
export function advanceRun(step: Step): boolean {
  while (roomOf(step) > 0) {
    if (!advanceOnce(step)) return false;
  }
  return true;
}

function advanceOnce(step: Step): boolean {
  const { run, queues } = step.state;
  if (run.phase === "created" || run.phase === "finished") return false;
  if (run.pendingStop !== -1) return stopForFailure(step, run.pendingStop);
  const task = queues.settle.shift();
  if (task !== -1) {
    settleTask(step, task);
    return true;
  }
  if (handleDue(step)) return true;
  // While paused nothing starts and no phase ends.
  if (run.pause !== undefined) return false;
  if (run.phase === "undoing") return undoOn(step);
  if (run.phase === "failureBranches" && writeOffUnreached(step)) return true;
  return startReadyTasks(step) || endPhase(step);
}

/** Units that are still to be undone keep the phase open while nothing may start. */
function undoOn(step: Step): boolean {
  const { queues, undo } = step.state;
  if (queues.isHeld) return (undo?.lanes.size ?? 0) === 0 && endPhase(step);
  return startNextUndo(step) || endPhase(step);
}

function stopForFailure(step: Step, task: number): boolean {
  const reason = `task "${nameOf(step.state, task)}" failed`;
  emit(step, { type: "run.stopping", v: 1, at: step.now, mode: "failure", task, reason });
  return true;
}
