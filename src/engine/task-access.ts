import { must } from "../base/assert.ts";
import type { JsonValue } from "../base/json.ts";
import { EDGE_PREFERRED } from "../dag/edge.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { CompiledPlan, CompiledTask, GroupItem, TaskPolicy } from "../plan/compiled-plan.ts";
import type { GroupBlock, RunState } from "./run-state.ts";

/** The compiled task behind an index, also for tasks of expanded groups (whose `index` and `name` are those inside the group). */
export function taskOf(state: RunState, index: number): CompiledTask {
  const { plan, local } = placeOf(state, index);
  return must(plan.tasks[local], `Run has no task ${index}`);
}

/** The policy of a task. */
export function policyOf(state: RunState, index: number): TaskPolicy {
  return taskOf(state, index).policy;
}

/** The full name of a task: `group[key].child` inside a group, `group.child` when the only key is empty. */
export function nameOf(state: RunState, index: number): string {
  const block = blockOf(state, index);
  const name = taskOf(state, index).name;
  if (block === undefined) return name;
  const key = itemIn(block, index).key;
  return key === "" ? `${nameOf(state, block.group)}.${name}` : `${nameOf(state, block.group)}[${key}].${name}`;
}

/** The evaluated parameters of a task; `undefined` when the plan has plain ones. */
export function paramsOf(state: RunState, index: number): JsonValue | undefined {
  return state.params.get(index);
}

/** The item for which a task of a group was made; of the innermost group. */
export function itemOf(state: RunState, index: number): GroupItem | undefined {
  const block = blockOf(state, index);
  return block === undefined ? undefined : itemIn(block, index);
}

/** The group task from which a task was expanded. */
export function groupOf(state: RunState, index: number): number | undefined {
  return blockOf(state, index)?.group;
}

/** How a task ended, as far as that says more than its status. */
export function resultOf(state: RunState, index: number): Outcome | undefined {
  return state.outcomes.get(index);
}

/** Index of the task called `name` beside task `index`: in the same plan, or in the same copy of a group. */
export function siblingNamed(state: RunState, index: number, name: string): number | undefined {
  const { plan, shift } = placeOf(state, index);
  const local = plan.graph.indexOf(name);
  return local === undefined ? undefined : local + shift;
}

/**
 * Index of the task that the author of task `index` means by `name`: one beside it, else beside the group it is in, and so
 * on outwards. `undefined` when there is none.
 */
export function visibleNamed(state: RunState, index: number, name: string): number | undefined {
  for (let at: number | undefined = index; at !== undefined; at = groupOf(state, at)) {
    const found = siblingNamed(state, at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Indices of the blocking dependencies of a task, in the order of their names. */
export function dependenciesOf(state: RunState, index: number): number[] {
  const { plan, local, shift } = placeOf(state, index);
  const { offsets, targets, kinds } = plan.graph.incoming;
  const found: number[] = [];
  const end = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) {
    if (kinds[edge] !== EDGE_PREFERRED) found.push((targets[edge] ?? 0) + shift);
  }
  return found;
}

/** A task as a node of a graph: its number there, and what to add to numbers there to get indices. */
export interface TaskPlace {
  readonly plan: CompiledPlan;
  readonly local: number;
  readonly shift: number;
}

/** Where the edges of a task are. */
export function placeOf(state: RunState, index: number): TaskPlace {
  const block = blockOf(state, index);
  if (block === undefined) return { plan: state.plan, local: index, shift: 0 };
  const local = (index - block.base) % block.size;
  return { plan: block.plan, local, shift: index - local };
}

/** The block of a task of a group; `undefined` for tasks of the plan itself. */
export function blockOf(state: RunState, index: number): GroupBlock | undefined {
  if (index < state.tasks.rootCount) return undefined;
  const blocks = state.blocks;
  let low = 0;
  let high = blocks.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.base ?? 0) <= index) low = middle;
    else high = middle;
  }
  return must(blocks[low], `Run has no task ${index}`);
}

/** Index after the last task of a block. */
export function blockEnd(block: GroupBlock): number {
  return block.base + block.size * block.items.length;
}

/** Whether a failure of the task, or of a group around it, does not count. */
export function isTolerated(state: RunState, index: number): boolean {
  let task: number | undefined = index;
  while (task !== undefined) {
    if (policyOf(state, task).isTolerated) return true;
    task = groupOf(state, task);
  }
  return false;
}

function itemIn(block: GroupBlock, index: number): GroupItem {
  return must(block.items[Math.floor((index - block.base) / block.size)], `Group has no item for task ${index}`);
}
