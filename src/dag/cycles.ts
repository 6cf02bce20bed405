import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { type EdgeSelection, lowestKindCode } from "./edge.ts";
import { cycle } from "./graph-error.ts";
import { strongComponents } from "./strong-components.ts";
import type { GraphStructure } from "./structure.ts";

/**
 * Groups of nodes that can all reach each other, and nodes with an edge to themselves: exactly the nodes on loops.
 * Members of a group ascend by id, groups by their first member.
 */
export function cyclicGroups(graph: GraphStructure, selection: EdgeSelection = {}): number[][] {
  const { componentOf, componentCount } = strongComponents(graph, selection);
  const sizes = new Uint32Array(componentCount);
  for (const component of componentOf) sizes[component] = (sizes[component] ?? 0) + 1;
  const groups = new Map<number, number[]>();
  for (const node of graph.idOrder) {
    const component = componentOf[node] ?? 0;
    if ((sizes[component] ?? 0) < 2 && !hasSelfLoop(graph, node, selection)) continue;
    const group = groups.get(component);
    if (group === undefined) groups.set(component, [node]);
    else group.push(node);
  }
  return [...groups.values()];
}

/**
 * One `DRV_GRAPH_CYCLE` for each cyclic group, naming a shortest loop through its first member.
 * @param action what the loops prevent, such as `Cannot sort the graph`
 */
export function cycleErrors(graph: GraphStructure, action: string, selection: EdgeSelection = {}): CodedError[] {
  return cyclicGroups(graph, selection).map((group) => {
    const loop = shortestLoop(graph, group, selection);
    return cycle(
      action,
      loop.map((node) => graph.ids[node] ?? ""),
    );
  });
}

/** Nodes in the order of a shortest loop within `group` that starts at its first node. */
function shortestLoop(graph: GraphStructure, group: readonly number[], selection: EdgeSelection): number[] {
  const start = group[0] ?? 0;
  const { offsets, targets, kinds } = graph.outgoing;
  const lowest = lowestKindCode(selection);
  const members = new Set(group);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      if ((kinds[edge] ?? 0) < lowest) continue;
      if (target === start) return walkBack(cameFrom, start, node);
      if (cameFrom.has(target) || !members.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
  return [];
}

/** The first of {@link cycleErrors}, for a graph which is known to have a loop. */
export function cycleError(graph: GraphStructure, action: string, selection: EdgeSelection = {}): CodedError {
  return must(cycleErrors(graph, action, selection)[0], "A graph that cannot be ordered has no loop");
}

/** Nodes with an edge to themselves, ascending by id. */
export function selfLoops(graph: GraphStructure): number[] {
  return Array.from(graph.idOrder).filter((node) => hasSelfLoop(graph, node, {}));
}

function hasSelfLoop({ outgoing }: GraphStructure, node: number, selection: EdgeSelection): boolean {
  const lowest = lowestKindCode(selection);
  const end = outgoing.offsets[node + 1] ?? 0;
  for (let edge = outgoing.offsets[node] ?? 0; edge < end; edge++) {
    if (outgoing.targets[edge] === node && (outgoing.kinds[edge] ?? 0) >= lowest) return true;
  }
  return false;
}

function walkBack(cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const walk = [end];
  for (let node = end; node !== start;) {
    node = cameFrom.get(node) ?? start;
    walk.push(node);
  }
  return walk.reverse();
}
