import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import type { RunView, TaskView } from "../engine/run-view.ts";
import type { Change } from "../operation/outcome.ts";
import type { CompiledPlan, TaskBody } from "../plan/compiled-plan.ts";
import { plansOfGroup } from "../plan/group-plans.ts";
import { span, type Ink, type Line, type TextStyle } from "./line.ts";
import { printable, printableLines } from "./printable.ts";
import { iconOf, statusLook, taskLook } from "./status-look.ts";
import { taskLines, taskLineLayout } from "./task-line.ts";
import { counted, listed } from "./wording.ts";

export interface DiffTextOptions {
  readonly style: TextStyle;
  /** The plan of the run; with it each change says whether it can be undone. */
  readonly plan?: CompiledPlan;
  /** Lines of one diff that are shown. Default 40. */
  readonly diffLinesMax?: number;
}

/** Whether the changes of a task can be taken back: all of them, some, or none. */
export type TaskReversibility = "reversible" | "partly reversible" | "not reversible";

const DIFF_LINES_MAX = 40;
/** Characters of one value that are shown. */
const VALUE_LENGTH_MAX = 60;

/** What a dry run found, as text: for each task that would change something, per host, what exactly. */
export function dryRunLines(view: RunView, options: DiffTextOptions): readonly Line[] {
  const lines: Line[] = [];
  const totals = { change: 0, unchanged: 0, conditional: 0, skip: 0, fail: 0, reversible: 0 };
  for (let index = 0; index < view.taskCount; index++) {
    const task = view.task(index);
    if (task.kind === "group") continue;
    const reversibility = reversibilityOf(task, options.plan);
    if (task.status === "failed" || task.status === "unknown") totals.fail += 1;
    else if (task.isConditional) totals.conditional += 1;
    else if (task.isChanged) {
      totals.change += 1;
      if (reversibility === "reversible") totals.reversible += 1;
    } else if (task.status === "unchanged") totals.unchanged += 1;
    else totals.skip += 1;
    lines.push(...taskSection(task, reversibility, options));
  }
  return [...lines, ...totalLines(totals, options)];
}

/** Whether a dry run found anything to change, conditional things included. */
export function hasChanges(view: RunView): boolean {
  for (let index = 0; index < view.taskCount; index++) {
    const task = view.task(index);
    if (task.kind !== "group" && (task.isChanged || isConditionalChange(task))) return true;
  }
  return false;
}

/** A conditional operation may change something; functions and gates are always conditional and say nothing. */
function isConditionalChange(task: TaskView): boolean {
  return task.isConditional && task.kind !== "gate" && task.kind !== "function";
}

function taskSection(
  task: TaskView,
  reversibility: TaskReversibility | undefined,
  options: DiffTextOptions,
): readonly Line[] {
  const { style } = options;
  if (task.status === "failed") return [...taskLines(task, taskLineLayout([]), style), []];
  if (task.isConditional) return [headLine(task, "decided at run time", options), ...remark(task), []];
  if (!task.isChanged) return [];
  const head = headLine(task, "would change", options, reversibility);
  const changed = task.hostResults.filter((result) => result.changed);
  // A task on hosts repeats the changes of its hosts.
  const lines = changed.length > 0 ? [head] : [head, ...changeLines(task.changes ?? [], "    ", options)];
  const groups = Map.groupBy(changed, (result) => JSON.stringify(result.changes ?? []));
  for (const results of groups.values()) {
    const hosts = results.map((result) => result.hostname);
    lines.push(["    ", span(listed(hosts, "host", 5), "bold")]);
    lines.push(...changeLines(results[0]?.changes ?? [], "      ", options));
  }
  return [...lines, []];
}

function headLine(task: TaskView, words: string, { style }: DiffTextOptions, reversibility?: TaskReversibility): Line {
  const look = task.isConditional ? taskLook(task) : statusLook(task.status);
  const what = [task.operation ?? task.kind, task.target].filter((part) => part !== undefined).join(" → ");
  return [
    iconOf(look, style),
    " ",
    span(task.name, "bold"),
    span(`  ${what}  `, "dim"),
    span(words, look.ink),
    span(reversibility === undefined ? "" : `  ${reversibility}`, reversibility === "reversible" ? "dim" : "magenta"),
  ];
}

function remark(task: TaskView): readonly Line[] {
  return task.reason === undefined ? [] : [[span(`    ${task.reason}`, "dim")]];
}

/** One change a block: the property with its values, or its unified diff. */
export function changeLines(changes: readonly Change[], indent: string, options: DiffTextOptions): readonly Line[] {
  return changes.flatMap((change): readonly Line[] => {
    if (change.diff !== undefined) {
      return [[`${indent}${printable(change.property)}`], ...diffLines(change.diff, `${indent}  `, options)];
    }
    const before = change.before === undefined ? "" : shortValue(change.before);
    const after = change.after === undefined ? "" : shortValue(change.after);
    if (before === "" && after === "") return [[`${indent}${printable(change.property)}`]];
    return [
      [
        `${indent}${printable(change.property)}  `,
        span(before || "(none)", "red"),
        " → ",
        span(after || "(none)", "green"),
      ],
    ];
  });
}

/** A unified diff in colour; long ones are cut. */
export function diffLines(
  diff: string,
  indent: string,
  options: Pick<DiffTextOptions, "diffLinesMax">,
): readonly Line[] {
  const shownMax = options.diffLinesMax ?? DIFF_LINES_MAX;
  const texts = printableLines(diff);
  const lines = texts.slice(0, shownMax).map((text): Line => {
    const ink = diffInk(text);
    return [indent, ink === undefined ? text : span(text, ink)];
  });
  const hidden = texts.length - shownMax;
  return hidden > 0 ? [...lines, [indent, span(`… ${counted(hidden, "more line")}`, "dim")]] : lines;
}

function diffInk(text: string): Ink | undefined {
  if (text.startsWith("+++") || text.startsWith("---")) return "bold";
  if (text.startsWith("@@")) return "cyan";
  if (text.startsWith("+")) return "green";
  return text.startsWith("-") ? "red" : undefined;
}

function shortValue(value: JsonValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const shown = printable(text.slice(0, VALUE_LENGTH_MAX + 1));
  if (shown.length <= VALUE_LENGTH_MAX && !isJsonArray(value) && !isJsonObject(value)) return shown;
  return shown.length > VALUE_LENGTH_MAX ? `${shown.slice(0, VALUE_LENGTH_MAX)}…` : shown;
}

function reversibilityOf(task: TaskView, plan: CompiledPlan | undefined): TaskReversibility | undefined {
  const compiled = plan?.tasks[task.index];
  if (compiled === undefined || compiled.name !== task.name) return undefined;
  if (compiled.undo !== undefined) return "reversible";
  return bodyReversibility(compiled.body);
}

function bodyReversibility(body: TaskBody): TaskReversibility {
  switch (body.kind) {
    case "operation":
      return body.isReversible ? "reversible" : "not reversible";
    case "gate":
      return "reversible";
    case "function":
    case "script":
      return "not reversible";
    case "group":
      return together([...plansOfGroup(body)].map(planReversibility));
  }
}

/** Of a whole plan: reversible when every task is, partly when some are. */
export function planReversibility(plan: CompiledPlan): TaskReversibility {
  // Rollback steps run when everything else has been undone.
  const tasks = plan.tasks.filter((task) => task.isRollbackStep !== true);
  return together(tasks.map((task) => (task.undo === undefined ? bodyReversibility(task.body) : "reversible")));
}

function together(each: readonly TaskReversibility[]): TaskReversibility {
  if (each.every((one) => one === "reversible")) return "reversible";
  return each.every((one) => one === "not reversible") ? "not reversible" : "partly reversible";
}

interface Totals {
  readonly change: number;
  readonly unchanged: number;
  readonly conditional: number;
  readonly skip: number;
  readonly fail: number;
  readonly reversible: number;
}

function totalLines(totals: Totals, options: DiffTextOptions): readonly Line[] {
  const { style } = options;
  const parts = [
    [totals.change, "to change"],
    [totals.conditional, "decided at run time"],
    [totals.unchanged, "unchanged"],
    [totals.skip, "skipped"],
    [totals.fail, "failed"],
  ] as const;
  const text = parts
    .filter(([count, word]) => count > 0 || word === "to change")
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
  const look = statusLook(totals.fail > 0 ? "failed" : totals.change > 0 ? "changed" : "unchanged");
  const lines: Line[] = [[iconOf(look, style), " ", span(`Plan: ${text}`, "bold")]];
  if (totals.change > 0 && options.plan !== undefined) {
    lines.push([
      span(`  ${totals.reversible} of ${counted(totals.change, "change")} can be undone; nothing was changed`, "dim"),
    ]);
  } else lines.push([span("  Nothing was changed", "dim")]);
  return lines;
}
