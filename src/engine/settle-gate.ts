import { codedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { Gate } from "../plan/compiled-plan.ts";
import type { GateRecord, RunState, Voice } from "./run-state.ts";
import { FLAG_STOPPED, FLAG_TOTAL_TIMEOUT } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { nameOf, taskOf } from "./task-access.ts";
import { hasFlag } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";

/** Opens a gate whose condition is met; ends one that was refused or stopped. */
export function settleGate(step: Step, task: number): void {
  const { state, now: at } = step;
  const record = state.gates.get(task);
  const { body } = taskOf(state, task);
  if (record === undefined || body.kind !== "gate") return;
  const outcome = stoppedOutcome(state, task) ?? gateOutcome(state, task, { record, gate: body.gate });
  if (outcome !== undefined) emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome });
}

function stoppedOutcome(state: RunState, task: number): Outcome | undefined {
  if (hasFlag(state, task, FLAG_TOTAL_TIMEOUT)) return timeoutFailure(state, task, { limit: "total" });
  if (!hasFlag(state, task, FLAG_STOPPED)) return undefined;
  return { status: "cancelled", reason: state.run.stopReason ?? "the run stopped" };
}

function gateOutcome(
  state: RunState,
  task: number,
  { record, gate }: { readonly record: GateRecord; readonly gate: Gate },
): Outcome | undefined {
  if (record.refusal !== undefined) return refused(state, task, record.refusal);
  if (gate.kind === "approval") {
    if (record.approvals.length < gate.quorum) return undefined;
    return { status: "unchanged", data: { approvals: record.approvals.map(voiceData) } };
  }
  const signal = gate.kind === "signal" ? state.signals.get(gate.name) : undefined;
  if (signal === undefined) return undefined;
  return signal.payload === undefined ? { status: "unchanged" } : { status: "unchanged", data: signal.payload };
}

function voiceData({ actor, reason, atMs }: Voice): JsonValue {
  return reason === undefined ? { actor, atMs } : { actor, reason, atMs };
}

function refused(state: RunState, task: number, { actor, reason }: Voice): Outcome {
  const why = reason === undefined ? "" : `: ${reason}`;
  const message = `Cannot pass gate "${nameOf(state, task)}": "${actor}" refused${why}`;
  return { status: "failed", error: codedError("DRV_TASK_APPROVAL_REFUSED", message), errorClass: "fatal" };
}
