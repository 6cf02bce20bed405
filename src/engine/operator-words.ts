import type { Command } from "./commands.ts";
import type { RunEvent } from "./events.ts";

/** Whether an event was written because a person said something. Each raises the control version of the run. */
export function isOperatorEvent(event: RunEvent): boolean {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others are no words of people
  switch (event.type) {
    case "run.stopping":
      return event.mode !== "failure";
    case "tasks.skipped":
      return event.cause === "operator";
    case "run.paused":
    case "run.resumed":
    case "task.marked":
    case "tasks.reset":
    case "unknown.resolved":
    case "signal.received":
    case "approval.given":
    case "approval.refused":
      return true;
    default:
      return false;
  }
}

/** Commands of people that open a finished run again. */
const REOPENING: ReadonlySet<Command["type"]> = new Set([
  "retryFailed",
  "retryFrom",
  "rewind",
  "skip",
  "markSucceeded",
  "resolveUnknown",
  "undo",
]);

/** Whether a command may be followed in a run that has finished. */
export function isReopening(command: Command): boolean {
  return REOPENING.has(command.type);
}
