import { formatDuration } from "../base/duration.ts";
import type { RunView } from "../engine/run-view.ts";
import type { HostGroup } from "./host-groups.ts";
import { span, type Ink, type Line, type TextStyle } from "./line.ts";
import { pathTaken, type TimedTask } from "./path-taken.ts";
import { printable } from "./printable.ts";
import { recapOf, type Recap, type TaskChange, type TaskFailure } from "./recap.ts";
import { shellWord } from "./shell-word.ts";
import { iconOf, statusLook, verdictLook } from "./status-look.ts";
import { errorGroupLines, errorLines } from "./task-line.ts";
import { padEnd, padStart, textWidth } from "./text-width.ts";
import { counted, formatCount, listed } from "./wording.ts";

export interface RecapOptions {
  readonly style: TextStyle;
  /** The words after `drover run` that repeat this run; without them no command to repeat it is shown. */
  readonly runArguments?: readonly string[];
}

/** Entries of a section that are shown; the rest is a number. */
const ENTRIES_MAX = 12;
const ENTRIES_SLACK = 3;
/** Below these a run is seen at a glance: no slowest tasks, no critical path. */
const TIMING_TASKS_MIN = 6;
const TIMING_DURATION_MS_MIN = 1_000;
/** Tasks of a path that are shown at each end. */
const PATH_END_MAX = 4;

/** The recap of a run as text lines, ending with the two lines of the summary. */
export function recapLines(view: RunView, options: RecapOptions): readonly Line[] {
  const recap = recapOf(view);
  const { style } = options;
  const sections = [
    section(
      "Failed",
      limited(recap.failures, (failure) => failureLines(failure, style)),
    ),
    section(
      "Changed",
      limited(recap.changes, (change) => [changeLine(change, recap, style)]),
    ),
    section("Hosts", hasOneHost(recap) ? [] : limited(recap.hosts, (group) => [hostLine(group, recap.hosts)])),
    section("Rollback", rollbackLines(recap)),
    ...timingSections(recap, view),
    section(
      "Next",
      nextCommands(recap, options).map((command): Line => [`  ${command}`]),
    ),
  ];
  return [...sections.flat(), ...verdictLines(recap, style)];
}

function verdictLines(recap: Recap, style: TextStyle): readonly Line[] {
  const lines: Line[] = [];
  if (recap.verdict !== undefined) {
    const look = verdictLook(recap.verdict);
    const word = recap.isDryRun && recap.verdict === "succeeded" ? "would succeed" : look.word;
    lines.push([iconOf(look, style), " ", span(`${printable(recap.planName)} ${word}`, "bold")]);
  }
  lines.push([recap.counts], [`Total duration: ${formatDuration(recap.durationMs)}`]);
  return lines;
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [[span(title, "bold")], ...lines, []];
}

function limited<T>(entries: readonly T[], linesOf: (entry: T) => readonly Line[]): readonly Line[] {
  // A line that says "and 1 more" is no shorter than the entry itself.
  const shown = entries.length <= ENTRIES_MAX + ENTRIES_SLACK ? entries : entries.slice(0, ENTRIES_MAX);
  const lines = shown.flatMap(linesOf);
  const hidden = entries.length - shown.length;
  return hidden > 0 ? [...lines, [span(`  … and ${formatCount(hidden)} more`, "dim")]] : lines;
}

function failureLines(failure: TaskFailure, style: TextStyle): readonly Line[] {
  const look = statusLook(failure.status);
  const [only] = failure.errors;
  const where = only?.isOnlyHost === true ? ` on ${only.hosts.join()}` : "";
  const attempts = failure.attempts > 1 ? ` after ${failure.attempts} attempts` : "";
  return [
    [
      "  ",
      iconOf(look, style),
      " ",
      span(failure.task, "bold"),
      span(` ${look.word}`, look.ink),
      span(`${where}${attempts}, ${formatDuration(failure.durationMs)}`, "dim"),
    ],
    ...failure.errors.flatMap((group) => errorGroupLines(group, style)),
  ];
}

function changeLine(change: TaskChange, recap: Recap, style: TextStyle): Line {
  const columns = Math.min(
    36,
    Math.max(...recap.changes.slice(0, ENTRIES_MAX).map(({ task }) => textWidth(printable(task)))),
  );
  const remarks = [
    hasOneHost(recap) ? "" : listed(change.hosts, "host"),
    change.properties.join(", "),
    change.isRolledBack ? "rolled back" : "",
  ];
  return [
    "  ",
    iconOf(statusLook("changed"), style),
    ` ${padEnd(printable(change.task), columns)}`,
    span(`  ${remarks.filter((remark) => remark !== "").join(" · ")}`, "dim"),
  ];
}

/** On a single host everything happened there. */
function hasOneHost({ hosts: [group, ...others] }: Recap): boolean {
  return others.length === 0 && group?.hosts.length === 1;
}

/** `  997 hosts   5 ok  1 changed`; *ok* counts changed and unchanged tasks. */
function hostLine({ hosts, tally }: HostGroup, groups: readonly HostGroup[]): Line {
  const columns = Math.max(...groups.slice(0, ENTRIES_MAX).map((group) => textWidth(hostNames(group))));
  const parts: readonly (readonly [number, string, Ink])[] = [
    [tally.changed + tally.unchanged, "ok", "green"],
    [tally.changed, "changed", "yellow"],
    [tally.skipped, "skipped", "dim"],
    [tally.failed, "failed", "red"],
    [tally.unreachable, "unreachable", "red"],
    [tally.cancelled, "cancelled", "magenta"],
    [tally.unknown, "unknown", "magenta"],
  ];
  const shown = parts.filter(([count]) => count > 0).map(([count, word, ink]) => span(`  ${count} ${word}`, ink));
  return [`  ${padEnd(hostNames({ hosts, tally }), columns)}`, ...shown];
}

function hostNames({ hosts }: HostGroup): string {
  return printable(hosts.length === 1 ? (hosts[0] ?? "") : listed(hosts, "host"));
}

function rollbackLines(recap: Recap): readonly Line[] {
  const lines: Line[] = [];
  if (recap.rolledBackCount > 0) lines.push([`  ${counted(recap.rolledBackCount, "task")} undone`]);
  for (const { task, error } of recap.undoFailures) {
    lines.push(["  ", span(task, "bold"), span(" could not be undone", "red")], ...errorLines(error, "    "));
  }
  if (recap.rollbackStepCount > 0) lines.push([`  ${counted(recap.rollbackStepCount, "rollback step")} done`]);
  for (const step of recap.failedRollbackSteps) {
    lines.push(["  ", span(step, "bold"), span(" was not done, so the rollback is incomplete", "red")]);
  }
  return lines;
}

function timingSections(recap: Recap, view: RunView): readonly (readonly Line[])[] {
  if (view.taskCount < TIMING_TASKS_MIN || recap.durationMs < TIMING_DURATION_MS_MIN) return [];
  const slowest = recap.slowest.map(({ task, durationMs }): Line => [
    `  ${padStart(formatDuration(durationMs), 7)}  ${printable(task)}`,
  ]);
  return [section("Slowest", slowest), section("Critical path", pathLines(pathTaken(view)))];
}

function pathLines(path: readonly TimedTask[]): readonly Line[] {
  if (path.length < 2) return [];
  const texts = path.map(({ task, durationMs }) => `${printable(task)} ${formatDuration(durationMs)}`);
  const hidden = texts.length - 2 * PATH_END_MAX;
  if (hidden > 0) texts.splice(PATH_END_MAX, hidden, `(${counted(hidden, "more task")})`);
  return texts.map((text, step): Line => [`  ${step === 0 ? "  " : "→ "}${text}`]);
}

function nextCommands(recap: Recap, options: RecapOptions): readonly string[] {
  const repeat = options.runArguments?.map(shellWord).join(" ");
  const [failure] = recap.failures;
  if (recap.verdict === "succeeded") {
    return recap.isDryRun && recap.changes.length > 0 && repeat !== undefined ? [`drover run ${repeat}`] : [];
  }
  const commands = failure === undefined ? [] : [`drover why ${shellWord(failure.task)}`];
  if (repeat !== undefined) commands.push(`drover run ${repeat}`);
  return commands;
}
