import { EDGE_PREFERRED } from "./edge.ts";
import { RankSet } from "./rank-set.ts";
import { strongComponents } from "./strong-components.ts";
import type { GraphStructure } from "./structure.ts";

/**
 * An order of all nodes in which every blocking edge goes forward, and every preferred edge too unless it lies on a loop.
 * Blocking edges alone must not form one.
 *
 * Nodes are placed as soon as all their dependencies are, the smallest index first. When only loops are left, the smallest
 * index goes first whose missing dependencies are all *soft*: preferred edges within a group of nodes that reach each other.
 * There always is one: in the first group, as groups form no loop, the first node, as blocking edges form none. Edges that
 * merely hang behind a loop are therefore never sacrificed.
 */
export function openedOrder(graph: GraphStructure): Uint32Array {
  const { offsets, targets, kinds } = graph.outgoing;
  const { componentOf } = strongComponents(graph);
  const isSoft = (edge: number, source: number, target: number): boolean =>
    kinds[edge] === EDGE_PREFERRED && componentOf[source] === componentOf[target];

  const missingHard = new Uint32Array(graph.nodeCount);
  const missingSoft = new Uint32Array(graph.nodeCount);
  forEachEdge((edge, source, target) => {
    const missing = isSoft(edge, source, target) ? missingSoft : missingHard;
    missing[target] = (missing[target] ?? 0) + 1;
  });

  const free = new RankSet(graph.nodeCount);
  const stuck = new RankSet(graph.nodeCount);
  const isPlaced = new Uint8Array(graph.nodeCount);
  const file = (node: number): void => {
    if (isPlaced[node] === 1 || missingHard[node] !== 0) return;
    if (missingSoft[node] !== 0) {
      stuck.add(node);
    } else {
      stuck.delete(node);
      free.add(node);
    }
  };
  for (let node = 0; node < graph.nodeCount; node++) file(node);

  const order = new Uint32Array(graph.nodeCount);
  for (let position = 0; position < graph.nodeCount; position++) {
    const node = free.size > 0 ? free.takeSmallest() : stuck.takeSmallest();
    order[position] = node;
    isPlaced[node] = 1;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      const missing = isSoft(edge, node, target) ? missingSoft : missingHard;
      missing[target] = (missing[target] ?? 0) - 1;
      file(target);
    }
  }
  return order;

  function forEachEdge(visit: (edge: number, source: number, target: number) => void): void {
    for (let source = 0; source < graph.nodeCount; source++) {
      const end = offsets[source + 1] ?? 0;
      for (let edge = offsets[source] ?? 0; edge < end; edge++) visit(edge, source, targets[edge] ?? 0);
    }
  }
}
