import type { CodedError } from "../base/coded-error.ts";
import type { RunEvent, TaskRange } from "../engine/events.ts";
import type { NoteRecord } from "./run-records.ts";

const TEXT_LENGTH_MAX = 1_000;

/**
 * What people read of an event in the history of a run, or `undefined` for what they see in the tasks themselves: starts
 * and ends of tasks and of hosts, which would double every row that is written.
 */
export function noteOf(event: RunEvent): NoteRecord | undefined {
  const text = textOf(event);
  if (text === undefined) return undefined;
  return {
    kind: event.type,
    atMs: event.at,
    task: "task" in event ? event.task : undefined,
    unit: "unit" in event ? event.unit : undefined,
    text: text.slice(0, TEXT_LENGTH_MAX),
  };
}

function textOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "task.dispatched":
    case "task.completed":
    case "unit.completed":
    case "task.evaluated":
    case "hosts.resolved":
      return undefined;
    case "run.created":
      return `${event.isDryRun ? "dry run" : "run"} created${by(event)}`;
    case "retry.scheduled":
      return `attempt ${event.attempt} failed and is made again: ${messageOf(event.error)}`;
    case "attempt.refused":
      return `attempt ${event.attempt} was refused: ${event.reason}`;
    case "attempt.unknown":
      return `nobody knows how attempt ${event.attempt} ended: ${event.reason}; ${NEXT[event.next]}`;
    case "attempt.timedOut":
      return event.limit === "total" ? "the time of the task is up" : `${event.limit} timeout`;
    case "attempt.cancelRequested":
      return event.strength === "abort" ? "asked to end" : "made to end";
    case "unknown.resolved":
      return `decided: ${event.decision}${by(event)}`;
    case "tasks.skipped":
      return `${countOf(event.ranges)} skipped: ${event.reason}`;
    case "tasks.notRun":
      return `${countOf(event.ranges)} not run: ${event.reason}`;
    case "group.expanded":
      return event.items === undefined ? "expanded" : `expanded to ${event.items.length} items`;
    case "gate.entered":
      return "waits";
    case "signal.received":
      return `signal "${event.name}"`;
    case "approval.given":
      return `approved${by(event)}`;
    case "approval.refused":
      return `refused${by(event)}`;
    case "run.stopping":
      return `stopping (${event.mode})${by(event)}`;
    case "phase.entered":
      return PHASES[event.phase];
    case "undo.started":
      return `undo started, attempt ${event.attempt}`;
    case "undo.completed":
      return event.outcome.status === "failed" ? `undo failed: ${event.outcome.error.message}` : "undone";
    case "run.completed":
      return `ended: ${event.verdict}`;
    case "run.paused":
      return `paused${by(event)}`;
    case "run.resumed":
      return `resumed${by(event)}`;
    case "task.marked":
      return `marked as succeeded${by(event)}`;
    case "tasks.adopted":
      return `${event.tasks.length} tasks taken over from ${event.from}`;
    case "tasks.reset":
      return `${countOf(event.ranges)} begin anew (${event.verb})${by(event)}`;
  }
}

const NEXT = { rerun: "it is made again", probe: "the host is asked", hold: "a person has to decide" } as const;

const PHASES = {
  failureBranches: "what is to run after failures runs now",
  undoing: "what was done is undone",
  rollbackSteps: "the rollback steps run",
} as const;

function by({ actor, reason }: { readonly actor?: string; readonly reason?: string }): string {
  return `${actor === undefined ? "" : ` by ${actor}`}${reason === undefined ? "" : `: ${reason}`}`;
}

/** Errors come from a log: one without a message must not stop the others. */
function messageOf(error: Partial<CodedError>): string {
  return error.message ?? error.code ?? "no reason given";
}

function countOf(ranges: readonly TaskRange[]): string {
  let count = 0;
  for (const [first, last] of ranges) count += last - first + 1;
  return count === 1 ? "1 task" : `${count} tasks`;
}
