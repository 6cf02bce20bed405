import { EDGE_PREFERRED } from "../dag/edge.ts";
import { mayBeJudged } from "./consider-task.ts";
import { edgeMarkAt, edgeMarkBase, MARK_DEPENDENCY_FAILED } from "./edge-conditions.ts";
import type { SkipEventCause, TaskRange } from "./events.ts";
import { guardReason, judgeGuards } from "./guards.ts";
import type { RunState } from "./run-state.ts";
import { FLAG_STOPPED, PENDING, skipCauseCode, SKIPPED, SKIPPING } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { placeOf, taskOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";

/** Tasks one event may skip: bounds the work of a step, while a long cascade still needs few events. */
export const TASKS_PER_SKIP_MAX = 4_096;

/** What people read about skips that no guard explains. */
export const SKIP_REASONS = {
  dependencyFailed: "dependency failed",
  notTriggered: "not triggered: no dependency ended in the way this task waits for",
} as const;

/**
 * Skips a task, all others that wait to be skipped for the same reason, and whatever this skips in turn, in one event.
 * The cascade is followed on the side, with the judgements it would leave; applying the event then makes it true.
 */
export function skipCascade(step: Step, first: number): void {
  const { state } = step;
  const why = whyOf(state, first);
  const tasks = gather(state, first, why);
  if (why.cause !== "guard" && state.queues.barriers === undefined) follow(state, tasks, why.cause);
  emit(step, { type: "tasks.skipped", v: 1, at: step.now, ranges: rangesOf(tasks), ...why });
}

interface Why {
  readonly cause: Exclude<SkipEventCause, "operator">;
  readonly reason: string;
}

/** Why a task whose dependencies have all ended is skipped. A failed dependency outweighs a condition not met. */
function whyOf(state: RunState, task: number): Why {
  const marks = state.tasks.marks[task] ?? 0;
  if (marks !== 0) {
    const cause = causeOf(marks);
    return { cause, reason: SKIP_REASONS[cause] };
  }
  const { failedAt } = judgeGuards(state, task);
  return { cause: "guard", reason: guardReason(taskOf(state, task).guards[failedAt]) };
}

function causeOf(marks: number): "dependencyFailed" | "notTriggered" {
  return (marks & MARK_DEPENDENCY_FAILED) !== 0 ? "dependencyFailed" : "notTriggered";
}

/** Takes the tasks with the same reason from the list of tasks to settle; the others stay there in order. */
function gather(state: RunState, first: number, why: Why): number[] {
  const { settle } = state.queues;
  const found = [first];
  const seen = new Set(found);
  for (let left = settle.size; left > 0; left--) {
    const task = settle.shift();
    const isSame =
      found.length < TASKS_PER_SKIP_MAX && statusOf(state, task) === SKIPPING && isSameReason(whyOf(state, task), why);
    if (!isSame) settle.push(task);
    else if (!seen.has(task)) {
      seen.add(task);
      found.push(task);
    }
  }
  return found;
}

function isSameReason(left: Why, right: Why): boolean {
  return left.cause === right.cause && left.reason === right.reason;
}

/** Adds what the skip of `tasks` skips for the same cause. */
function follow(state: RunState, tasks: number[], cause: "dependencyFailed" | "notTriggered"): void {
  const open = new Map<number, number>();
  const marks = new Map<number, number>();
  const base = edgeMarkBase(SKIPPED, skipCauseCode(cause));
  for (let next = 0; next < tasks.length && tasks.length < TASKS_PER_SKIP_MAX; next++) {
    const { plan, local, shift } = placeOf(state, tasks[next] ?? 0);
    const { offsets, targets, kinds } = plan.graph.outgoing;
    const end = offsets[local + 1] ?? 0;
    for (let edge = offsets[local] ?? 0; edge < end; edge++) {
      const kind = kinds[edge] ?? EDGE_PREFERRED;
      if (kind === EDGE_PREFERRED) continue;
      const target = (targets[edge] ?? 0) + shift;
      const mark = (marks.get(target) ?? state.tasks.marks[target] ?? 0) | edgeMarkAt(base + kind);
      const left = (open.get(target) ?? state.tasks.remaining[target] ?? 0) - 1;
      marks.set(target, mark);
      open.set(target, left);
      if (left > 0) continue;
      marks.delete(target);
      open.delete(target);
      if (mark !== 0 && causeOf(mark) === cause && isWaiting(state, target)) tasks.push(target);
    }
  }
}

function isWaiting(state: RunState, task: number): boolean {
  // While failure branches run, other tasks are written off instead of skipped.
  return statusOf(state, task) === PENDING && !hasFlag(state, task, FLAG_STOPPED) && mayBeJudged(state, task);
}

/** Indices as ranges, ascending. */
export function rangesOf(tasks: readonly number[]): TaskRange[] {
  const ranges: [number, number][] = [];
  for (const task of tasks.toSorted((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === task - 1) last[1] = task;
    else ranges.push([task, task]);
  }
  return ranges;
}
