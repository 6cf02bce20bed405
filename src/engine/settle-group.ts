import { must } from "../base/assert.ts";
import { codedError } from "../base/coded-error.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { GroupBody, GroupItem } from "../plan/compiled-plan.ts";
import type { GroupExpanded } from "./events.ts";
import { itemsOf } from "./group-items.ts";
import type { GroupRecord, RunState } from "./run-state.ts";
import { rangesOf } from "./skip-cascade.ts";
import { FAILED, FLAG_CONDITIONAL, FLAG_STOPPED, FLAG_TOTAL_TIMEOUT, PENDING } from "./status.ts";
import { emit, type Step } from "./step.ts";
import { blockEnd, blockOf, nameOf, siblingNamed, taskOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { timeoutFailure } from "./timeout-failure.ts";

/** Starts a group: makes its tasks, or fails it when its items are not what they should be. */
export function expandGroup(step: Step, task: number): void {
  const { state, now: at } = step;
  const { body } = taskOf(state, task);
  if (body.kind !== "group") return;
  if (isUnknownInDryRun(state, task, body)) {
    const outcome = { status: "unchanged", isConditional: true } as const;
    emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome });
    return;
  }
  const items = itemsOf(state, task, body);
  if (!items.ok) {
    const outcome = { status: "failed", error: items.error, errorClass: "fatal" } as const;
    emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome });
    return;
  }
  const first = placeOfCopies(state, task, { body, items: items.value });
  const head: GroupExpanded = { type: "group.expanded", v: 1, at, task, first };
  emit(step, body.keys.kind === "fixed" ? head : { ...head, items: items.value });
}

/** A group that begins anew with the items it had has its copies where they were, otherwise behind all tasks. */
function placeOfCopies(
  state: RunState,
  group: number,
  { body, items }: { readonly body: GroupBody; readonly items: readonly GroupItem[] },
): number {
  const before = state.groups.get(group);
  if (before === undefined || before.first === before.end) return state.tasks.count;
  if (body.keys.kind === "fixed") return before.first;
  const had: GroupItem[] = [];
  for (let at = before.first; at < before.end;) {
    const block = must(blockOf(state, at), "Copies of a group lie in blocks");
    had.push(...block.items);
    at = blockEnd(block);
  }
  return isSame(had, items) ? before.first : state.tasks.count;
}

function isSame(left: readonly GroupItem[], right: readonly GroupItem[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, place) => {
    const other = right[place];
    return item.key === other?.key && JSON.stringify(item.value) === JSON.stringify(other.value);
  });
}

/** A dry run knows the items only if they stand in the plan or in a result that is certain. */
function isUnknownInDryRun(state: RunState, task: number, { keys }: GroupBody): boolean {
  if (!state.run.isDryRun || keys.kind === "fixed") return false;
  if (keys.kind === "function" || keys.kind === "template") return true;
  const source = siblingNamed(state, task, keys.task);
  return source === undefined || hasFlag(state, source, FLAG_CONDITIONAL);
}

/** Ends a group whose tasks have all ended; of a stopped one, first writes off what has not started. */
export function settleGroup(step: Step, task: number): void {
  const { state, now: at } = step;
  const group = state.groups.get(task);
  if (group === undefined) return;
  if (group.openCount > 0) {
    if (hasFlag(state, task, FLAG_STOPPED)) writeOffChildren(step, task, group);
    return;
  }
  emit(step, { type: "task.completed", v: 1, at, task, attempt: 0, outcome: groupOutcome(state, task, group) });
}

function writeOffChildren(step: Step, task: number, { first, end }: GroupRecord): void {
  const { state } = step;
  const unreached: number[] = [];
  for (let child = first; child < end; child++) {
    if (statusOf(state, child) === PENDING) unreached.push(child);
  }
  if (unreached.length === 0) return;
  const reason = `not run: the time of "${nameOf(state, task)}" was up`;
  emit(step, { type: "tasks.notRun", v: 1, at: step.now, ranges: rangesOf(unreached), reason });
}

function groupOutcome(state: RunState, task: number, group: GroupRecord): Outcome {
  if (hasFlag(state, task, FLAG_TOTAL_TIMEOUT)) return timeoutFailure(state, task, { limit: "total" });
  if (group.failedCount > 0) return failure(state, task, group);
  if (group.stoppedCount > 0) return { status: "cancelled", reason: state.run.stopReason ?? "its tasks were stopped" };
  return { status: group.changedCount > 0 ? "changed" : "unchanged" };
}

function failure(state: RunState, task: number, { first, end, failedCount, changedCount }: GroupRecord): Outcome {
  let failed = first;
  while (failed < end - 1 && statusOf(state, failed) !== FAILED) failed++;
  const outcome = state.outcomes.get(failed);
  const message = `Cannot complete group "${nameOf(state, task)}": ${failedCount} of ${end - first} tasks failed`;
  const cause = outcome?.status === "failed" ? { cause: outcome.error } : {};
  const error = codedError("DRV_TASK_GROUP_FAILED", message, cause);
  return { status: "failed", error, errorClass: "fatal", ...(changedCount > 0 ? { changed: true } : {}) };
}
