import { formatDuration } from "../base/duration.ts";
import type { FanOut } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import type { OperatorWord } from "./run-view.ts";
import { isHostFree, isKeyFree, keySlotsOf, writtenHost } from "./slots.ts";
import { EVALUATING, HELD, PENDING, READY, RUNNING, TRAIT_KEYED, WAITING } from "./status.ts";
import { dependenciesOf, nameOf, policyOf, taskOf } from "./task-access.ts";
import { statusOf, traitsAt } from "./task-status.ts";
import { isTerminal } from "./status.ts";
import { unitKey } from "./unit-key.ts";

/** Why a task that has not ended does not go on, in words; `undefined` while it runs. */
export function waitingReason(state: RunState, index: number): string | undefined {
  switch (statusOf(state, index)) {
    case PENDING:
      return pendingReason(state, index);
    case HELD:
      return "waiting for the level before to end";
    case EVALUATING:
      return "waiting for guards and parameters";
    case WAITING:
      return gateReason(state, index) ?? retryReason(state, index);
    case READY:
    case RUNNING:
      return slotReason(state, index);
    default:
      return undefined;
  }
}

function pendingReason(state: RunState, index: number): string | undefined {
  if (state.rollbackSteps.has(index) && state.run.phase !== "rollbackSteps")
    return "runs only when the run is rolled back";
  const open = dependenciesOf(state, index).filter((one) => !isTerminal(statusOf(state, one)));
  const [first] = open;
  if (first === undefined) return undefined;
  const more = open.length > 1 ? ` and ${open.length - 1} more` : "";
  return `waiting for task "${nameOf(state, first)}"${more}`;
}

function gateReason(state: RunState, index: number): string | undefined {
  const { body } = taskOf(state, index);
  const record = state.gates.get(index);
  if (body.kind !== "gate" || record === undefined) return undefined;
  const { gate } = body;
  if (gate.kind === "signal") return `waiting for signal "${gate.name}"`;
  if (gate.kind === "approval") return `waiting for approval: ${record.approvals.length} of ${gate.quorum}`;
  return `waiting ${formatDuration(Math.max(0, record.dueMs - state.run.lastAtMs))} for the gate to open`;
}

function retryReason(state: RunState, index: number): string | undefined {
  const units = state.fanOuts.get(index)?.hosts.length ?? 1;
  for (let unit = 0; unit < units; unit++) {
    const retry = state.retries.get(unitKey(index, unit));
    if (retry === undefined) continue;
    const delay = formatDuration(Math.max(0, retry.dueMs - state.run.lastAtMs));
    const end = retry.error === undefined ? "was refused" : "failed";
    return `attempt ${retry.attempt} ${end}, waiting ${delay} for the next`;
  }
  return undefined;
}

function slotReason(state: RunState, index: number): string | undefined {
  const fan = state.fanOuts.get(index);
  const isOpen = fan === undefined ? statusOf(state, index) === READY : fan.status.includes(READY);
  if (!isOpen) return undefined;
  if (state.run.pause !== undefined) return pauseReason(state.run.pause);
  const { running } = state.slots;
  if (running >= state.run.maxParallel)
    return `waiting for a slot: ${running} of ${state.run.maxParallel} slots in use`;
  if ((traitsAt(state, index) & TRAIT_KEYED) !== 0 && !isKeyFree(state, index)) {
    const key = keySlotsOf(state, index);
    return `waiting for "${policyOf(state, index).concurrencyKey}": ${key?.running} of ${key?.limit} slots in use`;
  }
  return fan === undefined ? undefined : hostReason(state, index, fan);
}

function pauseReason({ actor, reason }: OperatorWord): string {
  const by = actor === undefined ? "" : ` by ${actor}`;
  return `the run is paused${by}${reason === undefined ? "" : `: ${reason}`}`;
}

function hostReason(state: RunState, index: number, fan: FanOut): string | undefined {
  for (let unit = 0; unit < fan.status.length; unit++) {
    if (fan.status[unit] !== READY || isHostFree(state, index, unit)) continue;
    return `waiting for host ${state.hosts[writtenHost(state, index, unit)]}`;
  }
  return undefined;
}
