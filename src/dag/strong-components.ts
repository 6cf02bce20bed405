import { type EdgeSelection, lowestKindCode } from "./edge.ts";
import type { GraphStructure } from "./structure.ts";

/** Which nodes can reach each other. */
export interface StrongComponents {
  /** For each node the number of its component. Edges between components lead to lower numbers. */
  readonly componentOf: Uint32Array;
  readonly componentCount: number;
}

/** Tarjan's algorithm with its call stack as arrays, in O(nodes + edges). */
export function strongComponents(graph: GraphStructure, selection: EdgeSelection = {}): StrongComponents {
  const { offsets, targets, kinds } = graph.outgoing;
  const nodeCount = graph.nodeCount;
  const lowestKind = lowestKindCode(selection);
  const componentOf = new Uint32Array(nodeCount);
  /** When a node was first seen, from 1; 0 for nodes not seen yet. */
  const seenAt = new Uint32Array(nodeCount);
  /** The earliest node still without a component that is known to be reachable; 0 once the component is known. */
  const reaches = new Uint32Array(nodeCount);
  const nextEdge = offsets.slice(0, nodeCount);
  const path = new Uint32Array(nodeCount);
  const withoutComponent = new Uint32Array(nodeCount);
  let pathLength = 0;
  let withoutCount = 0;
  let seenCount = 0;
  let componentCount = 0;

  function enter(node: number): void {
    seenCount++;
    seenAt[node] = seenCount;
    reaches[node] = seenCount;
    path[pathLength++] = node;
    withoutComponent[withoutCount++] = node;
  }

  function closeComponent(root: number): void {
    let member: number;
    do {
      member = withoutComponent[--withoutCount] ?? root;
      componentOf[member] = componentCount;
      reaches[member] = 0;
    } while (member !== root);
    componentCount++;
  }

  function leave(node: number): void {
    pathLength--;
    const reached = reaches[node] ?? 0;
    if (reached === seenAt[node]) {
      closeComponent(node);
    } else {
      const parent = path[pathLength - 1] ?? 0;
      if (reached < (reaches[parent] ?? 0)) reaches[parent] = reached;
    }
  }

  for (const root of graph.idOrder) {
    if (seenAt[root] !== 0) continue;
    enter(root);
    while (pathLength > 0) {
      const node = path[pathLength - 1] ?? 0;
      const edge = nextEdge[node] ?? 0;
      if (edge === offsets[node + 1]) {
        leave(node);
        continue;
      }
      nextEdge[node] = edge + 1;
      const target = targets[edge] ?? 0;
      if ((kinds[edge] ?? 0) < lowestKind) continue;
      const reached = reaches[target] ?? 0;
      if (seenAt[target] === 0) enter(target);
      else if (reached !== 0 && reached < (reaches[node] ?? 0)) reaches[node] = reached;
    }
  }
  return { componentOf, componentCount };
}
