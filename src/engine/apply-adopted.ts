import { closeTask, TASK_ENDS } from "./close-task.ts";
import type { AdoptedTask } from "./adopted-tasks.ts";
import { createFanOut, hasChanged, QUEUE_NONE, setUnitStatus } from "./fan-out.ts";
import { hostIndexOf } from "./host-index.ts";
import type { TasksAdopted } from "./operator-events.ts";
import type { RunState } from "./run-state.ts";
import { CAUSE_NONE, codeOfOutcome, FLAG_CHANGED, skipCauseCode } from "./status.ts";
import { policyOf } from "./task-access.ts";
import { setFlag } from "./task-status.ts";

/** Tasks have ended in another run. They have not started in this one, so there is nothing to undo of them. */
export function applyAdopted(state: RunState, event: TasksAdopted): void {
  for (const adopted of event.tasks) adopt(state, adopted, event);
}

function adopt(state: RunState, adopted: AdoptedTask, { from, at }: TasksAdopted): void {
  const { task, status, skipCause, outcome, reason, hosts } = adopted;
  if (hosts !== undefined) adoptHosts(state, task, hosts);
  if (outcome !== undefined) state.outcomes.set(task, outcome);
  if (reason !== undefined) state.reasons.set(task, reason);
  if (status === "changed" || hasChanged(outcome)) setFlag(state, task, FLAG_CHANGED);
  state.decisions.set(task, { verb: "adopted", from, atMs: at });
  const code = codeOfOutcome(status);
  const end = { status: code, cause: skipCause === undefined ? CAUSE_NONE : skipCauseCode(skipCause) };
  closeTask(state, task, skipCause === undefined ? (TASK_ENDS[code] ?? end) : end);
}

function adoptHosts(state: RunState, task: number, hosts: NonNullable<AdoptedTask["hosts"]>): void {
  const indices = hosts.map(({ host }) => hostIndexOf(state, host));
  const fan = createFanOut(indices, policyOf(state, task));
  for (const [unit, { outcome }] of hosts.entries()) {
    setUnitStatus(fan, unit, codeOfOutcome(outcome.status));
    fan.queue[unit] = QUEUE_NONE;
    fan.outcomes[unit] = outcome;
  }
  fan.batch = fan.batchEnds.length;
  state.fanOuts.set(task, fan);
}
