import type { CompiledPlan, GroupItem, GroupKeys } from "../plan/compiled-plan.ts";
import { planOfItem } from "../plan/group-plans.ts";
import { considerTask } from "./consider-task.ts";
import { blockingInDegrees } from "./create-state.ts";
import type { GroupExpanded } from "./events.ts";
import { orderKeys } from "./order-key.ts";
import type { GroupBlock, RunState, TaskColumns } from "./run-state.ts";
import { EXPANDED, FLAG_BRANCH, PENDING, TRAIT_DRY } from "./status.ts";
import { blockEnd, taskOf } from "./task-access.ts";
import { setStatus } from "./task-status.ts";
import { traitsOf } from "./traits.ts";
import { markStarted } from "./unit-state.ts";

/** Appends a copy of its tasks for every item of a group; those without dependencies are considered at once. */
export function applyGroupExpanded(state: RunState, event: GroupExpanded): void {
  const { task, first } = event;
  const { body } = taskOf(state, task);
  if (body.kind !== "group") return;
  let end = first;
  for (const { plan, items } of runsOfItems(event.items ?? fixedItems(body.keys), (item) => planOfItem(body, item))) {
    const block: GroupBlock = { group: task, plan, base: end, size: plan.tasks.length, items };
    if (block.size === 0) continue;
    end = blockEnd(block);
    state.blocks.push(block);
    append(state, block);
  }
  const counts = { openCount: end - first, failedCount: 0, changedCount: 0, stoppedCount: 0 };
  state.groups.set(task, { first, end, ...counts });
  setStatus(state, task, EXPANDED);
  markStarted(state, task);
  if (end === first) state.queues.settle.push(task);
  for (let child = first; child < end; child++) {
    if (state.tasks.remaining[child] === 0) considerTask(state, child);
  }
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
  const { tasks, order, queues } = state;
  const end = blockEnd(block);
  if (end > tasks.capacity) grow(state, end);
  const remaining = blockingInDegrees(block.plan);
  const keys = orderKeys(block.plan);
  const dryTrait = state.run.isDryRun ? TRAIT_DRY : 0;
  // Tasks of a group come before what depends on the group: the path behind it is ahead of them too.
  const behind = order.orderKey[block.group] ?? 0;
  for (let child = block.base; child < end; child++) {
    const local = (child - block.base) % block.size;
    const task = block.plan.tasks[local];
    tasks.remaining[child] = remaining[local] ?? 0;
    tasks.traits[child] = (task === undefined ? 0 : traitsOf(task)) | dryTrait;
    tasks.generation[child] = 1;
    tasks.startedAtMs[child] = -1;
    tasks.finishedAtMs[child] = -1;
    if (state.run.phase === "failureBranches") tasks.flags[child] = FLAG_BRANCH;
    order.orderKey[child] = behind + (keys[local] ?? 0);
    order.softRank[child] = block.plan.softRank[local] ?? 0;
    queues.queued[child] = 0;
  }
  tasks.counts[PENDING] = (tasks.counts[PENDING] ?? 0) + end - tasks.count;
  tasks.count = end;
}

/** Doubles the columns, so that many small groups cost no more than one large one. */
function grow(state: RunState, least: number): void {
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
