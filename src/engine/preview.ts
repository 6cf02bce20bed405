import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Command } from "./commands.ts";
import { decide } from "./decide.ts";
import { decodeState } from "./decode-state.ts";
import { encodeState } from "./encode-state.ts";
import type { RunEvent, TaskRange } from "./events.ts";
import type { RunState } from "./run-state.ts";
import type { Verdict } from "./run-view.ts";
import { FLAG_STARTED, PENDING } from "./status.ts";
import { nameOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { unitCount } from "./unit-state.ts";
import { undoSourceOf } from "./unwind.ts";

/** What a command would do at once: names of tasks in plan order, each once. What follows later is not foretold. */
export interface CommandPreview {
  /** The control version the run has now; give it as `expectedVersion` to follow exactly this preview. */
  readonly controlVersion: number;
  /** Begin anew although they had started or ended. */
  readonly reset: readonly string[];
  readonly skipped: readonly string[];
  /** Written off without having started. */
  readonly notRun: readonly string[];
  /** An attempt of them would start at once. */
  readonly started: readonly string[];
  /** An attempt of them would be told to end. */
  readonly cancelled: readonly string[];
  /** Have changed something that a rollback takes back. */
  readonly undone: readonly string[];
  /** The run would end with this verdict at once. */
  readonly verdict?: Verdict;
}

/**
 * Says what a command would do, and does nothing: the command is followed by a copy of the run. Costs O(tasks).
 *
 * @returns what `decide` would reject the command with
 *
 * @example
 * const seen = preview(state, { type: "retryFailed" }, clock.nowMs());
 * if (seen.ok) show(seen.value.reset, seen.value.controlVersion);
 */
export function preview(state: RunState, command: Command, nowMs: number): Result<CommandPreview, CodedError> {
  const copied = decodeState(state.plan, encodeState(state));
  if (!copied.ok) return copied;
  const copy = copied.value;
  const events: RunEvent[] = [];
  let decision = decide(copy, command, nowMs);
  while (decision.ok) {
    events.push(...decision.events);
    if (!decision.hasMore) return ok(summarize(state, copy, { command, events }));
    decision = decide(copy, { type: "advance" }, nowMs);
  }
  return err(decision.rejection);
}

function summarize(
  state: RunState,
  copy: RunState,
  { command, events }: { readonly command: Command; readonly events: readonly RunEvent[] },
): CommandPreview {
  const found = { reset: new Set<number>(), skipped: new Set<number>(), notRun: new Set<number>() };
  const started = new Set<number>();
  const cancelled = new Set<number>();
  const undone = new Set<number>();
  let verdict: Verdict | undefined;
  for (const event of events) {
    if (event.type === "tasks.reset") addRanges(found.reset, event.ranges);
    else if (event.type === "tasks.skipped") addRanges(found.skipped, event.ranges);
    else if (event.type === "tasks.notRun") addRanges(found.notRun, event.ranges);
    else if (event.type === "task.dispatched" || event.type === "gate.entered") started.add(event.task);
    else if (event.type === "attempt.cancelRequested") cancelled.add(event.task);
    else if (event.type === "undo.started") undone.add(event.task);
    else if (event.type === "run.completed") verdict = event.verdict;
  }
  if (command.type === "undo") addUndoable(state, undone);
  const names = (tasks: ReadonlySet<number>): readonly string[] =>
    [...tasks].sort((left, right) => left - right).map((task) => nameOf(copy, task));
  return {
    controlVersion: state.run.controlVersion,
    reset: names(new Set([...found.reset].filter((task) => isTouched(state, task)))),
    skipped: names(found.skipped),
    notRun: names(found.notRun),
    started: names(started),
    cancelled: names(cancelled),
    undone: names(undone),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

function addRanges(into: Set<number>, ranges: readonly TaskRange[]): void {
  for (const [first, last] of ranges) for (let task = first; task <= last; task++) into.add(task);
}

/** To tasks that have not come to their turn nothing happens when they begin anew. */
function isTouched(state: RunState, task: number): boolean {
  return statusOf(state, task) !== PENDING;
}

function addUndoable(state: RunState, into: Set<number>): void {
  for (let task = 0; task < state.tasks.count; task++) {
    if (state.earlier.has(task)) into.add(task);
    if (!hasFlag(state, task, FLAG_STARTED)) continue;
    for (let unit = 0; unit < unitCount(state, task); unit++) {
      if (undoSourceOf(state, task, unit) !== undefined) into.add(task);
    }
  }
}
