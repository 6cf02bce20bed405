import { EDGE_PREFERRED } from "./edge.ts";
import type { GraphStructure } from "./structure.ts";

/** Whether nothing blocks `node`, whatever is completed. */
export function isRoot({ incoming }: GraphStructure, node: number): boolean {
  const end = incoming.offsets[node + 1] ?? 0;
  for (let edge = incoming.offsets[node] ?? 0; edge < end; edge++) {
    if (incoming.kinds[edge] !== EDGE_PREFERRED) return false;
  }
  return true;
}

/** Whether every blocking dependency of `node` is completed. Says nothing about `node` itself. */
export function isUnblocked(graph: GraphStructure, node: number, isCompleted: Uint8Array): boolean {
  const { offsets, targets, kinds } = graph.incoming;
  const end = offsets[node + 1] ?? 0;
  for (let edge = offsets[node] ?? 0; edge < end; edge++) {
    if (kinds[edge] !== EDGE_PREFERRED && isCompleted[targets[edge] ?? 0] !== 1) return false;
  }
  return true;
}

/** What the nodes that are not completed do: each one is either ready or blocked. Both lists ascend by id. */
export function splitByReadiness(
  graph: GraphStructure,
  isCompleted: Uint8Array,
): { readonly ready: number[]; readonly blocked: number[] } {
  const ready: number[] = [];
  const blocked: number[] = [];
  for (const node of graph.idOrder) {
    if (isCompleted[node] === 1) continue;
    (isUnblocked(graph, node, isCompleted) ? ready : blocked).push(node);
  }
  return { ready, blocked };
}
