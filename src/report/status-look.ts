import { unreachable } from "../base/assert.ts";
import type { TaskStatus, TaskView, Verdict } from "../engine/run-view.ts";
import type { OutcomeStatus } from "../operation/outcome.ts";
import { span, type Ink, type Span, type TextStyle } from "./line.ts";

/** How a state looks: an icon and a word always, colour only on top. */
export interface StatusLook {
  readonly icon: string;
  readonly asciiIcon: string;
  readonly word: string;
  readonly ink: Ink;
}

const ROLLED_BACK: StatusLook = { icon: "↩", asciiIcon: "<", word: "rolled back", ink: "magenta" };
const CONDITIONAL: StatusLook = { icon: "◇", asciiIcon: "?", word: "conditional", ink: "cyan" };

/** The look of a status; *changed* is not *unchanged*, in colour, icon and word. */
export function statusLook(status: TaskStatus | OutcomeStatus): StatusLook {
  switch (status) {
    case "changed":
      return { icon: "●", asciiIcon: "*", word: "changed", ink: "yellow" };
    case "unchanged":
      return { icon: "✔", asciiIcon: "=", word: "unchanged", ink: "green" };
    case "skipped":
      return { icon: "○", asciiIcon: "-", word: "skipped", ink: "dim" };
    case "failed":
      return { icon: "✖", asciiIcon: "x", word: "failed", ink: "red" };
    case "cancelled":
      return { icon: "⊘", asciiIcon: "/", word: "cancelled", ink: "magenta" };
    case "notRun":
      return { icon: "·", asciiIcon: ".", word: "not run", ink: "dim" };
    case "unknown":
      return { icon: "?", asciiIcon: "?", word: "unknown", ink: "magenta" };
    case "running":
      return { icon: "▶", asciiIcon: ">", word: "running", ink: "cyan" };
    case "waiting":
      return { icon: "◔", asciiIcon: ":", word: "waiting", ink: "blue" };
    case "ready":
      return { icon: "◦", asciiIcon: "o", word: "ready", ink: "blue" };
    case "pending":
      return { icon: "·", asciiIcon: ".", word: "pending", ink: "dim" };
    default:
      return unreachable(status);
  }
}

/** The look of a task, with what its flags add to the status. */
export function taskLook(task: Pick<TaskView, "status" | "isRolledBack" | "isConditional">): StatusLook {
  if (task.isRolledBack && task.status !== "failed") return ROLLED_BACK;
  return task.isConditional ? CONDITIONAL : statusLook(task.status);
}

/** The look of a whole run. */
export function verdictLook(verdict: Verdict): StatusLook {
  switch (verdict) {
    case "succeeded":
      return { icon: "✔", asciiIcon: "=", word: "succeeded", ink: "green" };
    case "failed":
      return { icon: "✖", asciiIcon: "x", word: "failed", ink: "red" };
    case "cancelled":
      return { icon: "⊘", asciiIcon: "/", word: "was cancelled", ink: "magenta" };
    case "rolledBack":
      return { icon: "↩", asciiIcon: "<", word: "failed and was rolled back", ink: "red" };
    case "needsDecision":
      return { icon: "?", asciiIcon: "?", word: "needs a decision", ink: "magenta" };
    default:
      return unreachable(verdict);
  }
}

export function iconOf(look: StatusLook, style: Pick<TextStyle, "hasUnicode">): Span {
  return span(style.hasUnicode ? look.icon : look.asciiIcon, look.ink);
}
