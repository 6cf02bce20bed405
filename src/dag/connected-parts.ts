import { neighbours } from "./adjacency.ts";
import type { GraphStructure } from "./structure.ts";

/**
 * The first node (by id) of every part that hangs together when the direction and kind of edges do not matter; parts in
 * the order of those nodes.
 */
export function partRepresentatives(graph: GraphStructure): number[] {
  const isSeen = new Uint8Array(graph.nodeCount);
  const representatives: number[] = [];
  const open: number[] = [];
  for (const start of graph.idOrder) {
    if (isSeen[start] === 1) continue;
    representatives.push(start);
    isSeen[start] = 1;
    open.push(start);
    while (open.length > 0) {
      const node = open.pop() ?? start;
      for (const adjacency of [graph.outgoing, graph.incoming]) {
        for (const neighbour of neighbours(adjacency, node)) {
          if (isSeen[neighbour] === 1) continue;
          isSeen[neighbour] = 1;
          open.push(neighbour);
        }
      }
    }
  }
  return representatives;
}
