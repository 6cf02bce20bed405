import { type Adjacency, type BothDirections, reversed } from "./adjacency.ts";
import type { GraphStructure } from "./structure.ts";

/** Everything a graph is made of. */
export interface GraphParts<Id extends string = string> extends BothDirections {
  readonly ids: readonly Id[];
  readonly idOrder: Uint32Array;
}

/**
 * The nodes marked with 1 and the edges among them, as a structure of its own. Nodes keep their order; old rows and id
 * order are only thinned out, never sorted again.
 */
export function selectNodes<Id extends string>(graph: GraphStructure<Id>, isSelected: Uint8Array): GraphParts<Id> {
  const newIndex = new Uint32Array(graph.nodeCount);
  const ids: Id[] = [];
  for (const [node, id] of graph.ids.entries()) {
    if (isSelected[node] !== 1) continue;
    newIndex[node] = ids.length;
    ids.push(id);
  }
  const idOrder = graph.idOrder.filter((node) => isSelected[node] === 1).map((node) => newIndex[node] ?? 0);
  const outgoing = selectEdges(graph.outgoing, isSelected, newIndex);
  return { ids, idOrder, outgoing, incoming: reversed(outgoing, idOrder) };
}

function selectEdges(adjacency: Adjacency, isSelected: Uint8Array, newIndex: Uint32Array): Adjacency {
  const offsets: number[] = [0];
  const targets: number[] = [];
  const kinds: number[] = [];
  for (let node = 0; node < isSelected.length; node++) {
    if (isSelected[node] !== 1) continue;
    const end = adjacency.offsets[node + 1] ?? 0;
    for (let edge = adjacency.offsets[node] ?? 0; edge < end; edge++) {
      const target = adjacency.targets[edge] ?? 0;
      if (isSelected[target] !== 1) continue;
      targets.push(newIndex[target] ?? 0);
      kinds.push(adjacency.kinds[edge] ?? 0);
    }
    offsets.push(targets.length);
  }
  return { offsets: Uint32Array.from(offsets), targets: Uint32Array.from(targets), kinds: Uint8Array.from(kinds) };
}
