import type { CompiledPlan, GroupBody, GroupItem, GroupKeys } from "../plan/compiled-plan.ts";
import { planOfItem } from "../plan/group-plans.ts";
import { considerTask } from "./consider-task.ts";
import { blockingInDegrees } from "./create-state.ts";
import type { GroupExpanded } from "./events.ts";
import { orderKeys } from "./order-key.ts";
import type { GroupBlock, RunState, TaskColumns } from "./run-state.ts";
import { EXPANDED, FLAG_BRANCH, PENDING, TRAIT_DRY } from "./status.ts";
import { blockEnd, taskOf } from "./task-access.ts";
import { renewDependencies } from "./renew-task.ts";
import { setFlag, setStatus } from "./task-status.ts";
import { traitsOf } from "./traits.ts";
import { markStarted } from "./unit-state.ts";

/** Appends a copy of its tasks for every item of a group; those without dependencies are considered at once. */
export function applyGroupExpanded(state: RunState, event: GroupExpanded): void {
  const { task, first } = event;
  const { body } = taskOf(state, task);
  if (body.kind !== "group") return;
  const end = first < state.tasks.count ? renewCopies(state, task) : appendCopies(state, body, event);
  const counts = { openCount: end - first, failedCount: 0, changedCount: 0, stoppedCount: 0 };
  state.groups.set(task, { first, end, ...counts });
  setStatus(state, task, EXPANDED);
  markStarted(state, task);
  if (end === first) state.queues.settle.push(task);
  for (let child = first; child < end; child++) {
    if (state.tasks.remaining[child] === 0) considerTask(state, child);
  }
}

/** New copies behind all tasks there are. Those of an earlier generation, which had other items, stay behind. */
function appendCopies(state: RunState, body: GroupBody, { task, first, items }: GroupExpanded): number {
  const before = state.groups.get(task);
  if (before !== undefined && before.end > before.first) {
    state.leftBehind.set(task, [...(state.leftBehind.get(task) ?? []), [before.first, before.end - 1]]);
  }
  let end = first;
  for (const block of blocksOf(body, task, { first, items })) {
    end = blockEnd(block);
    state.blocks.push(block);
    append(state, block);
  }
  return end;
}

/** The group has the items it had before: its copies begin anew where they are. */
function renewCopies(state: RunState, group: number): number {
  const { first = 0, end = 0 } = state.groups.get(group) ?? {};
  for (let child = first; child < end; child++) {
    state.tasks.generation[child] = state.tasks.generation[group] ?? 1;
    setStatus(state, child, PENDING);
    renewDependencies(state, child);
    if (state.run.phase === "failureBranches") setFlag(state, child, FLAG_BRANCH);
  }
  return end;
}

/** The blocks of a group whose copies begin at `first`. Without `items` those of the plan. */
export function blocksOf(
  body: GroupBody,
  group: number,
  from: { readonly first: number; readonly items: readonly GroupItem[] | undefined },
): GroupBlock[] {
  const blocks: GroupBlock[] = [];
  let base = from.first;
  for (const { plan, items } of runsOfItems(from.items ?? fixedItems(body.keys), (item) => planOfItem(body, item))) {
    const block: GroupBlock = { group, plan, base, size: plan.tasks.length, items };
    if (block.size === 0) continue;
    base = blockEnd(block);
    blocks.push(block);
  }
  return blocks;
}

function fixedItems(keys: GroupKeys): readonly GroupItem[] {
  return keys.kind === "fixed" ? keys.items : [];
}

interface RunOfItems {
  readonly plan: CompiledPlan;
  readonly items: GroupItem[];
}

/** Neighbouring items with one body together, so that ten thousand equal copies are one block. */
function runsOfItems(items: readonly GroupItem[], planOf: (item: GroupItem) => CompiledPlan): readonly RunOfItems[] {
  const runs: RunOfItems[] = [];
  let last: RunOfItems | undefined;
  for (const item of items) {
    const plan = planOf(item);
    if (last?.plan === plan) last.items.push(item);
    else runs.push((last = { plan, items: [item] }));
  }
  return runs;
}

function append(state: RunState, block: GroupBlock): void {
  const { tasks, queues } = state;
  const end = blockEnd(block);
  if (end > tasks.capacity) grow(state, end);
  orderBlock(state, block);
  const remaining = blockingInDegrees(block.plan);
  for (let child = block.base; child < end; child++) {
    tasks.remaining[child] = remaining[(child - block.base) % block.size] ?? 0;
    tasks.generation[child] = tasks.generation[block.group] ?? 1;
    tasks.startedAtMs[child] = -1;
    tasks.finishedAtMs[child] = -1;
    if (state.run.phase === "failureBranches") tasks.flags[child] = FLAG_BRANCH;
    queues.queued[child] = 0;
  }
  tasks.counts[PENDING] = (tasks.counts[PENDING] ?? 0) + end - tasks.count;
  tasks.count = end;
}

/** What follows from the plan of a block alone: how its tasks are handled, and in which order they start. */
export function orderBlock(state: RunState, block: GroupBlock): void {
  const { tasks, order } = state;
  const end = blockEnd(block);
  const keys = orderKeys(block.plan);
  const dryTrait = state.run.isDryRun ? TRAIT_DRY : 0;
  // Tasks of a group come before what depends on the group: the path behind it is ahead of them too.
  const behind = order.orderKey[block.group] ?? 0;
  for (let child = block.base; child < end; child++) {
    const local = (child - block.base) % block.size;
    const task = block.plan.tasks[local];
    tasks.traits[child] = (task === undefined ? 0 : traitsOf(task)) | dryTrait;
    order.orderKey[child] = behind + (keys[local] ?? 0);
    order.softRank[child] = block.plan.softRank[local] ?? 0;
  }
}

/** Doubles the columns, so that many small groups cost no more than one large one. */
export function grow(state: RunState, least: number): void {
  const { tasks, order, queues } = state;
  const capacity = Math.max(least, tasks.capacity * 2, 64);
  growColumns(tasks, capacity);
  order.orderKey = widen(order.orderKey, new Float64Array(capacity));
  order.softRank = widen(order.softRank, new Uint32Array(capacity));
  queues.queued = widen(queues.queued, new Uint8Array(capacity));
}

function growColumns(tasks: TaskColumns, capacity: number): void {
  tasks.capacity = capacity;
  tasks.status = widen(tasks.status, new Uint8Array(capacity));
  tasks.flags = widen(tasks.flags, new Uint8Array(capacity));
  tasks.skipCause = widen(tasks.skipCause, new Uint8Array(capacity));
  tasks.marks = widen(tasks.marks, new Uint8Array(capacity));
  tasks.traits = widen(tasks.traits, new Uint8Array(capacity));
  tasks.remaining = widen(tasks.remaining, new Int32Array(capacity));
  tasks.attempts = widen(tasks.attempts, new Int32Array(capacity));
  tasks.generation = widen(tasks.generation, new Uint16Array(capacity));
  tasks.startedAtMs = widen(tasks.startedAtMs, new Float64Array(capacity));
  tasks.finishedAtMs = widen(tasks.finishedAtMs, new Float64Array(capacity));
}

function widen<Column extends { set(values: Column): void }>(from: Column, into: Column): Column {
  into.set(from);
  return into;
}
