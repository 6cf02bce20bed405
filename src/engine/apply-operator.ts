import { closeTask, TASK_ENDS, type TaskEnd } from "./close-task.ts";
import type { TasksSkipped } from "./events.ts";
import type { RunPaused, RunResumed, TaskMarked } from "./operator-events.ts";
import { hasChanged, QUEUE_NONE, setUnitStatus } from "./fan-out.ts";
import { rebuildCaches } from "./rebuild-caches.ts";
import type { RunState } from "./run-state.ts";
import type { OperatorWord } from "./run-view.ts";
import { passSlotsOn } from "./slots.ts";
import {
  CANCELLED,
  CAUSE_NONE,
  codeOfOutcome,
  FLAG_CHANGED,
  isTerminal,
  PENDING,
  skipCauseCode,
  SKIPPED,
} from "./status.ts";
import { setFlag } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { endAttempt, unitCount } from "./unit-state.ts";

/** Nothing new starts from here on. */
export function applyPaused(state: RunState, event: RunPaused): void {
  state.run.pause = wordOf(event);
}

/** What was passed over during the pause is looked at again. */
export function applyResumed(state: RunState, _event: RunResumed): void {
  state.run.pause = undefined;
  rebuildCaches(state);
}

/** A person has done the task by other means. */
export function applyMarked(state: RunState, event: TaskMarked): void {
  const { task, outcome } = event;
  leaveTask(state, task);
  state.decisions.set(task, { verb: "markedSucceeded", ...wordOf(event) });
  if (outcome.data === undefined) state.outcomes.delete(task);
  else state.outcomes.set(task, outcome);
  if (hasChanged(outcome)) setFlag(state, task, FLAG_CHANGED);
  const status = codeOfOutcome(outcome.status);
  closeTask(state, task, TASK_ENDS[status] ?? { status, cause: CAUSE_NONE });
}

/** A person passes over tasks. */
export function applyOperatorSkip(state: RunState, event: TasksSkipped): void {
  const end: TaskEnd = { status: SKIPPED, cause: skipCauseCode("operator") };
  for (const [first, last] of event.ranges) {
    for (let task = first; task <= last; task++) {
      leaveTask(state, task);
      state.decisions.set(task, { verb: "skipped", ...wordOf(event) });
      state.reasons.set(task, event.reason);
      closeTask(state, task, end);
    }
  }
}

/** Gives up what a task that does not run was waiting for: slots, retries, a gate, a decision. */
function leaveTask(state: RunState, task: number): void {
  passSlotsOn(state, task);
  const fan = state.fanOuts.get(task);
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    endAttempt(state, task, unit);
    state.unknowns.delete(unitKey(task, unit));
    if (fan === undefined || isTerminal(fan.status[unit] ?? PENDING)) continue;
    setUnitStatus(fan, unit, CANCELLED);
    fan.queue[unit] = QUEUE_NONE;
  }
  state.gates.delete(task);
}

function wordOf({
  actor,
  reason,
  at,
}: {
  readonly actor?: string;
  readonly reason?: string;
  readonly at: number;
}): OperatorWord {
  return { atMs: at, ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
}
