import { formatDuration } from "../base/duration.ts";
import type { RunView } from "../engine/run-view.ts";
import { span, type Line, type TextStyle } from "../report/line.ts";
import { printable } from "../report/printable.ts";
import { iconOf, statusLook } from "../report/status-look.ts";
import type { TaskLineLayout } from "../report/task-line.ts";
import { padEnd, padStart } from "../report/text-width.ts";
import { counted, formatCount } from "../report/wording.ts";
import type { ProgressModel } from "./progress-model.ts";

export interface LiveLinesOptions {
  readonly layout: TaskLineLayout;
  readonly style: TextStyle;
  readonly nowMs: number;
  readonly columns: number;
  /** Lines of the whole region, at least 2. */
  readonly linesMax: number;
  /** Counts frames; turns the spinner. */
  readonly frame: number;
  /** Failed tasks that have scrolled out of sight, newest last. */
  readonly failed: readonly number[];
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const ASCII_SPINNER = ["|", "/", "-", "\\"] as const;
const FAILED_MAX = 3;
/** Part of the run that must be over before its pace says anything about the rest. */
const ETA_PART_MIN = 0.05;
const ETA_ELAPSED_MS_MIN = 2_000;

/** The live region: failed tasks, then the longest running, then what waits; last the progress bar. */
export function liveLines(model: ProgressModel, view: RunView, options: LiveLinesOptions): readonly Line[] {
  const room = options.linesMax - 1;
  const failed = options.failed.slice(-Math.min(FAILED_MAX, room)).map((task) => failedLine(task, view, options));
  const rows = [...failed];
  for (const task of model.running) {
    if (rows.length >= room) break;
    rows.push(runningLine(task, model, view, options));
  }
  for (const task of model.waiting) {
    if (rows.length >= room) break;
    rows.push(waitingLine(task, view, options));
  }
  const hidden = model.running.size + model.waiting.size - (rows.length - failed.length);
  if (hidden > 0 && rows.length > 0) rows[rows.length - 1] = moreLine(hidden + 1);
  return [...rows, progressLine(view, options)];
}

function failedLine(task: number, view: RunView, { layout, style }: LiveLinesOptions): Line {
  const look = statusLook("failed");
  const { name, error } = view.task(task);
  return [
    iconOf(look, style),
    ` ${padEnd(printable(name), layout.nameColumns)} `,
    span(`${look.word}  ${error?.message ?? ""}`, look.ink),
  ];
}

function runningLine(task: number, model: ProgressModel, view: RunView, options: LiveLinesOptions): Line {
  const { name, startedAtMs, operation, kind, target, hostResults, attempts } = view.task(task);
  const elapsedMs = Math.max(0, options.nowMs - (startedAtMs ?? options.nowMs));
  const hostCount = target === undefined ? 0 : (model.hostCounts.get(target) ?? 0);
  const progress = model.progressOf(task);
  const remarks = [
    progress === undefined ? "" : `${Math.floor(progress.percent)} % ${printable(progress.message ?? "")}`.trimEnd(),
    [operation ?? kind, target].filter((part) => part !== undefined).join(" → "),
    hostCount > 1 ? `${hostResults.length} of ${counted(hostCount, "host")}` : "",
    attempts > 1 ? `attempt ${attempts}` : "",
  ];
  return [
    span(spinner(options), "cyan"),
    ` ${padEnd(printable(name), options.layout.nameColumns)} `,
    span(padStart(elapsedText(elapsedMs), 7), "cyan"),
    span(`  ${remarks.filter((remark) => remark !== "").join(" · ")}`, "dim"),
  ];
}

function waitingLine(task: number, view: RunView, { layout, style }: LiveLinesOptions): Line {
  const look = statusLook("waiting");
  const { name, reason } = view.task(task);
  return [
    iconOf(look, style),
    ` ${padEnd(printable(name), layout.nameColumns)} `,
    span(padStart(look.word, 7), look.ink),
    span(`  ${reason ?? ""}`, "dim"),
  ];
}

function moreLine(count: number): Line {
  return [span(`  … and ${formatCount(count)} more`, "dim")];
}

/** `━━━━━━━━────────  12/40 · 2 running · 1 failed  12s  about 30s left`. */
function progressLine(view: RunView, options: LiveLinesOptions): Line {
  const { counts, taskCount } = view;
  const done = taskCount - counts.pending - counts.ready - counts.waiting - counts.running;
  const part = taskCount === 0 ? 1 : done / taskCount;
  const elapsedMs = Math.max(0, options.nowMs - view.createdAtMs);
  const texts = [`${formatCount(done)}/${formatCount(taskCount)}`];
  if (counts.running > 0) texts.push(`${formatCount(counts.running)} running`);
  if (counts.waiting > 0) texts.push(`${formatCount(counts.waiting)} waiting`);
  const failed = counts.failed > 0 ? ` · ${formatCount(counts.failed)} failed` : "";
  return [
    ...bar(part, options),
    `  ${texts.join(" · ")}`,
    span(failed, "red"),
    span(`  ${elapsedText(elapsedMs)}${etaText(part, elapsedMs)}`, "dim"),
  ];
}

function bar(part: number, { columns, style }: LiveLinesOptions): Line {
  const width = Math.max(8, Math.min(30, columns - 52));
  const filled = Math.min(width, Math.floor(part * width));
  const [full, empty] = style.hasUnicode ? ["━", "─"] : ["#", "."];
  return [span((full ?? "#").repeat(filled), "green"), span((empty ?? ".").repeat(width - filled), "dim")];
}

/** At the pace so far. */
function etaText(part: number, elapsedMs: number): string {
  if (part < ETA_PART_MIN || part >= 1 || elapsedMs < ETA_ELAPSED_MS_MIN) return "";
  return `, about ${elapsedText((elapsedMs / part) * (1 - part))} left`;
}

/** Whole seconds: tenths that flicker are no information. */
function elapsedText(elapsedMs: number): string {
  return elapsedMs < 60_000 ? `${Math.floor(elapsedMs / 1_000)}s` : formatDuration(elapsedMs);
}

function spinner({ style, frame }: LiveLinesOptions): string {
  const frames = style.hasUnicode ? SPINNER : ASCII_SPINNER;
  return frames[frame % frames.length] ?? "*";
}
