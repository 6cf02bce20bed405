import { DUE_GATE } from "./due-queue.ts";
import type { ApprovalGiven, ApprovalRefused, GateEntered, SignalReceived } from "./events.ts";
import type { RunState, Voice } from "./run-state.ts";
import { WAITING } from "./status.ts";
import { setStatus } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { markStarted } from "./unit-state.ts";

/** A gate starts to wait. What it waits for may have come already: it is settled once more. */
export function applyGateEntered(state: RunState, event: GateEntered): void {
  const { task } = event;
  const dueMs = event.dueMs ?? -1;
  state.gates.set(task, { dueMs, approvals: [] });
  setStatus(state, task, WAITING);
  markStarted(state, task);
  if (dueMs !== -1) state.queues.due.at({ dueMs, kind: DUE_GATE, key: unitKey(task, 0), attempt: 0 });
  state.queues.settle.push(task);
}

/** A signal came in: every gate that waits is looked at again. */
export function applySignal(state: RunState, event: SignalReceived): void {
  const { name, id, payload } = event;
  state.signalIds.add(id);
  state.signals.set(name, payload === undefined ? { id } : { id, payload });
  for (const task of state.gates.keys()) state.queues.settle.push(task);
}

/** A person spoke about an approval. */
export function applyVoice(state: RunState, event: ApprovalGiven | ApprovalRefused): void {
  const gate = state.gates.get(event.task);
  if (gate === undefined) return;
  const { actor, reason, at } = event;
  const voice: Voice = reason === undefined ? { actor, atMs: at } : { actor, reason, atMs: at };
  if (event.type === "approval.given") gate.approvals.push(voice);
  else gate.refusal = voice;
  state.queues.settle.push(event.task);
}
