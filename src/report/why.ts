import { must, unreachable } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { formatDuration } from "../base/duration.ts";
import { NO_ROLLBACK_REASON } from "../engine/rollback-steps.ts";
import type { RunView, SkipCause, TaskDecision, TaskReset, TaskStatus, TaskView } from "../engine/run-view.ts";
import { errorsOfTask, type ErrorGroup } from "./error-groups.ts";
import { statusLook } from "./status-look.ts";
import { counted, listed, withoutWord } from "./wording.ts";

/** Why a task is in the state it is in, down to the root causes. */
export interface Explanation {
  readonly task: string;
  readonly status: TaskStatus;
  readonly skipCause?: SkipCause;
  /** One sentence that starts with the task: `"deploy" was skipped: dependency failed`. */
  readonly sentence: string;
  /** The values that decided, such as `attempts` and `3`. */
  readonly values: readonly DecidingValue[];
  /** Errors of the task or of its hosts, equal ones once. */
  readonly errors: readonly ErrorGroup[];
  /** The tasks that made it so. Empty for a root cause. */
  readonly causes: readonly Explanation[];
  /** Causes that are explained elsewhere in the answer, or left out because there are too many. */
  readonly otherCauses: readonly string[];
}

export interface DecidingValue {
  readonly name: string;
  readonly value: string;
}

/** Tasks explained in one answer. */
const EXPLAINED_MAX = 200;
/** Causes of one task that are followed; people read the first ones. */
const CAUSES_MAX = 10;

/**
 * Explains the state of one task: waiting, skipped, blocked, failed, unknown, cancelled, or simply done.
 * Follows causes through dependencies to the roots, each task once.
 * @returns `undefined` when the run has no task of that name
 */
export function why(view: RunView, taskName: string): Explanation | undefined {
  const index = view.indexOf(taskName);
  return index === undefined ? undefined : explainAll(view, index);
}

/** The tasks at the root of everything that did not go well: failed, unknown, cancelled or waiting for the outside. */
export function rootCauses(view: RunView, limit: number): readonly string[] {
  const names: string[] = [];
  for (let index = 0; index < view.taskCount && names.length < limit; index++) {
    const status = view.statusOf(index);
    const isTrouble = status === "failed" || status === "unknown" || status === "waiting" || status === "cancelled";
    if (isTrouble && causesOf(view, view.task(index)).length === 0) names.push(view.task(index).name);
  }
  return names;
}

/** An explanation while its causes are still being collected. */
interface Draft extends Explanation {
  readonly causes: Draft[];
  readonly otherCauses: string[];
}

/** Breadth first and without recursion: a chain of a million skipped tasks has one root. */
function explainAll(view: RunView, start: number): Explanation {
  const first = draft(view, view.task(start));
  const seen = new Set([start]);
  const queue: { readonly explanation: Draft; readonly index: number }[] = [{ explanation: first, index: start }];
  for (let position = 0; position < queue.length; position++) {
    const { explanation, index } = must(queue[position], "The queue has an entry at every position below its length");
    for (const cause of causesOf(view, view.task(index))) {
      if (seen.has(cause) || explanation.causes.length >= CAUSES_MAX || seen.size >= EXPLAINED_MAX) {
        explanation.otherCauses.push(view.task(cause).name);
        continue;
      }
      seen.add(cause);
      const explained = draft(view, view.task(cause));
      explanation.causes.push(explained);
      queue.push({ explanation: explained, index: cause });
    }
  }
  return first;
}

function draft(view: RunView, task: TaskView): Draft {
  return {
    task: task.name,
    status: task.status,
    ...(task.skipCause !== undefined && { skipCause: task.skipCause }),
    sentence: sentenceOf(view, task),
    values: valuesOf(view, task),
    errors: errorsOfTask(task),
    causes: [],
    otherCauses: [],
  };
}

/** Indexes of the tasks that put `task` into its state. */
function causesOf(view: RunView, task: TaskView): readonly number[] {
  switch (task.status) {
    case "pending":
    case "ready":
      return view.dependenciesOf(task.index).filter((index) => !isTerminal(view.statusOf(index)));
    case "skipped":
      return skipCauses(view, task);
    case "failed":
      return task.kind === "group"
        ? childrenOf(view, task.index).filter((index) => view.statusOf(index) === "failed")
        : [];
    case "waiting":
    case "running":
      return task.kind === "group" ? childrenOf(view, task.index).filter((index) => isStuck(view.statusOf(index))) : [];
    case "notRun":
      return stoppers(view, task.index);
    case "changed":
    case "unchanged":
    case "cancelled":
    case "unknown":
      return [];
    default:
      return unreachable(task.status);
  }
}

function skipCauses(view: RunView, task: TaskView): readonly number[] {
  const dependencies = view.dependenciesOf(task.index);
  switch (task.skipCause) {
    case "dependencyFailed":
      return dependencies.filter((index) => isFailedOrBehindOne(view, index));
    case "notTriggered":
      // Steps that wait for steps are all passed over for the same reason.
      if (task.reason === NO_ROLLBACK_REASON) return [];
      return dependencies.filter((index) => view.statusOf(index) !== "failed");
    case "guard":
    case "unsupported":
    case "operator":
    case undefined:
      return [];
    default:
      return unreachable(task.skipCause);
  }
}

function isFailedOrBehindOne(view: RunView, index: number): boolean {
  const status = view.statusOf(index);
  return status === "failed" || (status === "skipped" && view.task(index).skipCause === "dependencyFailed");
}

/** What kept a task from running: its own unfinished or failed dependencies, else whatever stopped the run. */
function stoppers(view: RunView, index: number): readonly number[] {
  const own = view.dependenciesOf(index).filter((dependency) => isStopped(view.statusOf(dependency)));
  if (own.length > 0) return own;
  const failed: number[] = [];
  for (let other = 0; other < view.taskCount && failed.length < CAUSES_MAX; other++) {
    if (view.statusOf(other) === "failed" && view.task(other).kind !== "group") failed.push(other);
  }
  return failed;
}

function childrenOf(view: RunView, group: number): readonly number[] {
  const children: number[] = [];
  for (let index = group + 1; index < view.taskCount; index++) {
    if (view.task(index).group === group) children.push(index);
  }
  return children;
}

function isTerminal(status: TaskStatus): boolean {
  return status !== "pending" && status !== "ready" && !isStuck(status);
}

function isStuck(status: TaskStatus): boolean {
  return status === "waiting" || status === "running";
}

function isStopped(status: TaskStatus): boolean {
  return status === "failed" || status === "notRun" || status === "cancelled" || status === "unknown";
}

function sentenceOf(view: RunView, task: TaskView): string {
  const { word } = statusLook(task.status);
  const because = task.reason === undefined ? "" : `: ${withoutWord(task.reason, word)}`;
  const name = JSON.stringify(task.name);
  switch (task.status) {
    case "pending":
    case "ready":
      return `${name} has not started${because || blockedBecause(view, task)}`;
    case "waiting":
      return `${name} is waiting${because}`;
    case "running":
      return `${name} is running${because}`;
    case "changed":
      if (task.decision !== undefined) return markedSentence(name, task.decision);
      return task.isRolledBack
        ? `${name} changed something and was rolled back`
        : `${name} changed something${because}`;
    case "unchanged":
      if (task.decision !== undefined) return markedSentence(name, task.decision);
      return `${name} found everything as wanted and changed nothing${because}`;
    case "skipped":
      return task.decision?.verb !== "skipped"
        ? `${name} was skipped${because}`
        : `${name} was skipped by ${task.decision.actor ?? "an operator"}${because}`;
    case "failed":
      return `${name} failed${task.attempts > 1 ? ` after ${counted(task.attempts, "attempt")}` : ""}`;
    case "cancelled":
      return `${name} was cancelled${because}`;
    case "notRun":
      return `${name} was not run${because}`;
    case "unknown":
      return `${name} may or may not have run to its end${because}`;
    default:
      return unreachable(task.status);
  }
}

function markedSentence(name: string, { verb, from, actor, reason }: TaskDecision): string {
  if (verb === "adopted") return `${name} was done in run ${from ?? "another"}, from which this one was forked`;
  return `${name} was marked as succeeded by ${actor ?? "an operator"}${reason === undefined ? "" : `: ${reason}`}`;
}

function blockedBecause(view: RunView, task: TaskView): string {
  const open = causesOf(view, task).map((index) => view.task(index).name);
  return open.length === 0 ? "" : `: it depends on ${listed(open, "task", 5)}`;
}

function valuesOf(view: RunView, task: TaskView): readonly DecidingValue[] {
  const values: DecidingValue[] = [];
  if (task.operation !== undefined) values.push({ name: "operation", value: task.operation });
  if (task.target !== undefined) values.push({ name: "target", value: task.target });
  if (task.attempts > 1) values.push({ name: "attempts", value: String(task.attempts) });
  if (task.startedAtMs !== undefined) values.push({ name: "duration", value: formatDuration(task.durationMs) });
  if (task.skipCause === "guard") values.push(...dependencyStates(view, task));
  if (task.reset !== undefined) values.push({ name: `generation ${task.generation}`, value: resetText(task.reset) });
  if (task.undoError !== undefined) values.push({ name: "undo", value: describeError(task.undoError) });
  return values;
}

const RESET_WORDS: Readonly<Record<string, string>> = {
  retryFailed: "retry of what failed",
  retryFrom: "retry from",
  rewind: "rewind to",
  skip: "skip of",
  markSucceeded: "mark of",
  resolveUnknown: "decision about",
  undo: "rollback",
};

/** Who let a task begin anew, and why: `retry from "build" by ada: disk replaced`. */
function resetText({ verb, task, actor, reason }: TaskReset): string {
  const what = task === undefined ? "" : ` ${JSON.stringify(task)}`;
  const by = actor === undefined ? "" : ` by ${actor}`;
  return `${RESET_WORDS[verb] ?? verb}${what}${by}${reason === undefined ? "" : `: ${reason}`}`;
}

/** A guard looks at the dependencies: their states are the values that made it false. */
function dependencyStates(view: RunView, task: TaskView): readonly DecidingValue[] {
  const dependencies = view.dependenciesOf(task.index);
  const shown = dependencies.slice(0, CAUSES_MAX).map((index) => {
    const { name, status, isChanged } = view.task(index);
    return { name, value: status === "failed" && isChanged ? "failed, changed" : status };
  });
  const hidden = dependencies.length - shown.length;
  return hidden > 0 ? [...shown, { name: "others", value: `${hidden} more dependencies` }] : shown;
}

function describeError(error: CodedError): string {
  return `${error.message} [${error.code}]`;
}
