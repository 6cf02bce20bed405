import { unreachable } from "../base/assert.ts";
import { formatDuration } from "../base/duration.ts";
import type { PhaseEntered, TaskRange } from "../engine/events.ts";
import type { RunView, TaskStatus } from "../engine/run-view.ts";
import { span, type Line, type TextStyle } from "../report/line.ts";
import { iconOf, statusLook } from "../report/status-look.ts";
import { taskLine, taskLines, type TaskLineLayout } from "../report/task-line.ts";
import { counted, formatCount, withoutWord } from "../report/wording.ts";
import type { Announcement, NoteEvent } from "./progress-model.ts";

export interface AnnouncementOptions {
  readonly layout: TaskLineLayout;
  readonly style: TextStyle;
  /** Finished tasks that get a line each; when there are more, only those that failed do. */
  readonly tasksMax: number;
}

/** Passed-over tasks of one event that get a line each. */
const PASSED_OVER_MAX = 4;
/** Names looked up for one collapsed line. */
const NAMES_MAX = 3;

/** Announcements as lines. When very much happened at once, what went well is only counted. */
export function announcementLines(
  announcements: readonly Announcement[],
  view: RunView,
  options: AnnouncementOptions,
): readonly Line[] {
  const finishedCount = announcements.filter((one) => one.kind === "finished").length;
  const isCrowded = finishedCount > options.tasksMax;
  const lines: Line[] = [];
  const collapsed = new Map<TaskStatus, number>();
  for (const announcement of announcements) {
    if (isCrowded && announcement.kind === "finished" && wentWell(view.statusOf(announcement.task))) {
      const status = view.statusOf(announcement.task);
      collapsed.set(status, (collapsed.get(status) ?? 0) + 1);
    } else lines.push(...linesOf(announcement, view, options));
  }
  return collapsed.size === 0 ? lines : [...lines, collapsedLine(collapsed)];
}

function wentWell(status: TaskStatus): boolean {
  return status !== "failed" && status !== "unknown";
}

function collapsedLine(counts: ReadonlyMap<TaskStatus, number>): Line {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].map(([status, count]) => `${formatCount(count)} ${statusLook(status).word}`);
  return [span(`… ${counted(total, "more task")}: ${parts.join(", ")}`, "dim")];
}

function linesOf(announcement: Announcement, view: RunView, options: AnnouncementOptions): readonly Line[] {
  switch (announcement.kind) {
    case "finished":
      // What was undone since has lines of its own.
      return taskLines({ ...view.task(announcement.task), isRolledBack: false }, options.layout, options.style);
    case "passedOver":
      return passedOverLines(announcement, view, options);
    case "note":
      return noteLines(announcement.event, view, options);
    default:
      return unreachable(announcement);
  }
}

function passedOverLines(
  { ranges, status, reason }: Extract<Announcement, { readonly kind: "passedOver" }>,
  view: RunView,
  { layout, style }: AnnouncementOptions,
): readonly Line[] {
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (status === "skipped" && count <= PASSED_OVER_MAX) {
    return firstOf(ranges, count).map((index) => taskLine(view.task(index), layout, style));
  }
  const look = statusLook(status);
  const names = firstOf(ranges, NAMES_MAX).map((index) => view.task(index).name);
  const listedNames = count > NAMES_MAX ? `${names.join(", ")}, …` : names.join(", ");
  return [
    [
      iconOf(look, style),
      ` ${counted(count, "task")} `,
      span(look.word, look.ink),
      span(`  ${listedNames}: ${withoutWord(reason, look.word)}`, "dim"),
    ],
  ];
}

function firstOf(ranges: readonly TaskRange[], countMax: number): readonly number[] {
  const indexes: number[] = [];
  for (const [first, last] of ranges) {
    for (let index = first; index <= last && indexes.length < countMax; index++) indexes.push(index);
  }
  return indexes;
}

function noteLines(event: NoteEvent, view: RunView, { style }: AnnouncementOptions): readonly Line[] {
  switch (event.type) {
    case "retry.scheduled": {
      const delay = event.dueMs > event.at ? ` in ${formatDuration(event.dueMs - event.at)}` : " now";
      const what = `attempt ${event.attempt} failed, next${delay}: ${event.error.message}`;
      return [noteLine("↻", view.task(event.task).name, what, style)];
    }
    case "attempt.unknown":
      return [
        noteLine("?", view.task(event.task).name, `outcome unknown, ${nextText(event.next)}: ${event.reason}`, style),
      ];
    case "gate.entered": {
      const until = event.dueMs === undefined ? "" : ` for ${formatDuration(Math.max(0, event.dueMs - event.at))}`;
      return [noteLine("◔", view.task(event.task).name, `waiting${until}`, style)];
    }
    case "approval.given":
      return [noteLine("◔", view.task(event.task).name, `approved by ${event.actor}`, style)];
    case "approval.refused":
      return [noteLine("◔", view.task(event.task).name, `refused by ${event.actor}`, style)];
    case "run.stopping":
      return [[span(style.hasUnicode ? "■" : "#", "red"), span(` Stopping: ${event.reason}`, "bold")]];
    case "phase.entered":
      return [[span(style.hasUnicode ? "↩" : "<", "magenta"), span(` ${phaseText(event.phase)}`, "bold")]];
    case "undo.completed": {
      const { status } = event.outcome;
      const name = view.task(event.task).name;
      const isDone = status === "changed" || status === "unchanged";
      return [noteLine("↩", name, isDone ? "undone" : `undo ${status}`, style)];
    }
    default:
      return unreachable(event);
  }
}

function noteLine(icon: string, name: string, text: string, style: TextStyle): Line {
  return [span(style.hasUnicode ? icon : "~", "magenta"), ` ${name}  `, span(text, "dim")];
}

function nextText(next: "rerun" | "probe" | "hold"): string {
  switch (next) {
    case "rerun":
      return "running it again";
    case "probe":
      return "looking at the host";
    case "hold":
      return "waiting for a decision";
    default:
      return unreachable(next);
  }
}

function phaseText(phase: PhaseEntered["phase"]): string {
  switch (phase) {
    case "failureBranches":
      return "Running failure branches and cleanup";
    case "undoing":
      return "Undoing what was changed";
    case "rollbackSteps":
      return "Running rollback steps";
    default:
      return unreachable(phase);
  }
}
