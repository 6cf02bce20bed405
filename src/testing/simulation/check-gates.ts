import type { RunEvent } from "../../engine/events.ts";
import type { CheckContext } from "./run-checker.ts";
import type { TaskModel } from "./run-model.ts";

type GateEvent = Extract<
  RunEvent,
  { readonly type: "gate.entered" | "signal.received" | "approval.given" | "approval.refused" }
>;

/** I24: each person counts once, and only at a gate that waits. */
export function checkGate({ world, model }: CheckContext, event: GateEvent): void {
  if (event.type === "signal.received") {
    model.signals.add(event.name);
    return;
  }
  const task = model.task(event.task);
  if (event.type === "gate.entered") {
    task.hasGate = true;
    task.gateDueMs = event.dueMs;
    task.isCleanUp = model.phase !== "running";
    return;
  }
  world.check(
    "I24",
    task.hasGate && task.status === undefined,
    () => `${event.type} at ${task.name}, which does not wait`,
  );
  if (event.type === "approval.refused") {
    task.isRefused = true;
    return;
  }
  world.check("I24", !task.approvers.has(event.actor), () => `${event.actor} counts twice at ${task.name}`);
  task.approvers.add(event.actor);
}

/** I14, I15, I24: a gate opens when what it waits for has come, not before. */
export function checkGateEnd(
  { world, model }: CheckContext,
  task: TaskModel,
  event: Extract<RunEvent, { readonly type: "task.completed" }>,
): void {
  const { body } = task.task;
  const isOpen = event.outcome.status === "changed" || event.outcome.status === "unchanged";
  if (body.kind !== "gate" || !isOpen || model.created.isDryRun) return;
  const { gate } = body;
  if (gate.kind === "signal") {
    world.check("I15", model.signals.has(gate.name), () => `${task.name} opens, and "${gate.name}" has not come`);
  } else if (gate.kind === "approval") {
    const count = task.approvers.size;
    world.check("I24", count >= gate.quorum, () => `${task.name} opens with ${count} of ${gate.quorum} voices`);
    world.check("I24", !task.isRefused, () => `${task.name} opens although somebody refused`);
  } else {
    const dueMs = task.gateDueMs ?? Number.POSITIVE_INFINITY;
    world.check("I14", event.at >= dueMs, () => `${task.name} opens ${dueMs - event.at} ms before it is due`);
  }
}
