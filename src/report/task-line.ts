import type { CodedError } from "../base/coded-error.ts";
import { formatDuration } from "../base/duration.ts";
import type { TaskView } from "../engine/run-view.ts";
import { errorsOfTask, type ErrorGroup } from "./error-groups.ts";
import { span, type Line, type TextStyle } from "./line.ts";
import { printable, printableLines } from "./printable.ts";
import { iconOf, statusLook, taskLook } from "./status-look.ts";
import { padEnd, padStart } from "./text-width.ts";
import { counted, listed } from "./wording.ts";

/** Columns of the parts of a task line, so that lines stand under each other. */
export interface TaskLineLayout {
  readonly nameColumns: number;
}

const NAME_COLUMNS_MIN = 12;
const NAME_COLUMNS_MAX = 36;
const STATUS_COLUMNS = 11;
const DURATION_COLUMNS = 7;
/** Lines of one error message that are shown. */
const MESSAGE_LINES_MAX = 12;

/** A layout in which the given names fit, within limits. */
export function taskLineLayout(names: Iterable<string>): TaskLineLayout {
  let nameColumns = NAME_COLUMNS_MIN;
  for (const name of names) nameColumns = Math.max(nameColumns, Math.min(name.length, NAME_COLUMNS_MAX));
  return { nameColumns };
}

/** One finished task: icon, name, status, duration and what is worth a remark. */
export function taskLine(task: TaskView, layout: TaskLineLayout, style: TextStyle): Line {
  const look = taskLook(task);
  const duration = task.durationMs > 0 || task.attempts > 0 ? formatDuration(task.durationMs) : "";
  return [
    iconOf(look, style),
    ` ${padEnd(printable(task.name), layout.nameColumns)} `,
    span(padEnd(look.word, STATUS_COLUMNS), look.ink),
    span(padStart(duration, DURATION_COLUMNS), "dim"),
    span(`  ${remarksOf(task).join(" · ")}`, "dim"),
  ];
}

/** The line of a finished task, followed by its errors. */
export function taskLines(task: TaskView, layout: TaskLineLayout, style: TextStyle): readonly Line[] {
  return [taskLine(task, layout, style), ...errorsOfTask(task).flatMap((group) => errorGroupLines(group, style))];
}

/** Which hosts had which error, what they said last, and what to do next. */
export function errorGroupLines(group: ErrorGroup, style: TextStyle): readonly Line[] {
  const header = group.isOnlyHost ? [] : hostsHeader(group, style);
  const indent = header.length > 0 ? "      " : "    ";
  const output = group.output.map((text): Line => [indent, span("| ", "dim"), text]);
  if (group.error === undefined) {
    const reason: readonly Line[] = group.reason === undefined ? [] : [[`${indent}${group.reason}`]];
    return [...header, ...reason, ...output];
  }
  return [...header, ...messageLines(group.error, indent), ...output, ...hintLines(group.error, indent)];
}

function hostsHeader({ hosts, isUnreachable }: ErrorGroup, style: TextStyle): readonly Line[] {
  if (hosts.length === 0) return [];
  const look = statusLook("failed");
  const word = isUnreachable ? "unreachable" : look.word;
  return [["    ", iconOf(look, style), " ", span(listed(hosts, "host", 5), "bold"), span(` ${word}`, look.ink)]];
}

/** An error as people read it: message, code, place, causes, and what to do next. */
export function errorLines(error: CodedError, indent: string): readonly Line[] {
  return [...messageLines(error, indent), ...hintLines(error, indent)];
}

function messageLines(error: CodedError, indent: string): readonly Line[] {
  const message = printableLines(error.message);
  const shown = message.slice(0, MESSAGE_LINES_MAX);
  const hidden = message.length - shown.length;
  const lines: Line[] = shown.map((text, row) =>
    row === shown.length - 1 && hidden === 0
      ? [indent, span(text, "red"), span(` [${error.code}]`, "dim")]
      : [indent, span(text, "red")],
  );
  if (hidden > 0) lines.push([indent, span(`… ${counted(hidden, "more line")} [${error.code}]`, "dim")]);
  if (error.at !== undefined) lines.push([indent, span(`at ${placeOf(error)}`, "dim")]);
  for (let cause = error.cause; cause !== undefined; cause = cause.cause) {
    lines.push([indent, span(`because: ${printable(cause.message)} [${cause.code}]`, "dim")]);
  }
  return lines;
}

function hintLines({ hint }: CodedError, indent: string): readonly Line[] {
  if (hint === undefined) return [];
  return printableLines(hint).map((text, row): Line => [`${indent}${row === 0 ? "next: " : "      "}${text}`]);
}

function placeOf({ at }: CodedError): string {
  const position = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(":");
  return [position, at?.path].filter((part) => part !== undefined && part !== "").join(" ");
}

function remarksOf(task: TaskView): readonly string[] {
  const remarks: string[] = [];
  if (task.attempts > 1) remarks.push(`${task.attempts} attempts`);
  const hosts = task.hostResults;
  if (hosts.length > 0) remarks.push(hostsRemark(task));
  if (task.reason !== undefined) remarks.push(task.reason);
  if (task.undoError !== undefined) remarks.push("undo failed");
  return remarks;
}

function hostsRemark({ hostResults, isChanged }: TaskView): string {
  const changed = hostResults.filter((result) => result.changed).length;
  const failed = hostResults.filter((result) => result.status === "failed").length;
  if (failed > 0 && hostResults.length > 1) return `${failed} of ${counted(hostResults.length, "host")} failed`;
  if (isChanged && changed < hostResults.length) return `${changed} of ${counted(hostResults.length, "host")} changed`;
  return listed(
    hostResults.map((result) => result.hostname),
    "host",
  );
}
