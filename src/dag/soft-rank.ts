import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "./edge.ts";
import { softCycle } from "./graph-error.ts";
import { identityOrder, inverseOrder } from "./id-order.ts";
import { openedOrder } from "./opened-order.ts";
import { RankSet } from "./rank-set.ts";
import type { GraphStructure } from "./structure.ts";

/** Where each node stands when there is a choice. */
export interface SoftRank {
  /**
   * By index, each number from 0 to one less than the node count once: the order of indices, bent just enough that every
   * preferred edge which is kept goes forward.
   */
  readonly rank: Uint32Array;
  /** One `DRV_GRAPH_SOFT_CYCLE` for each preferred edge that is left out because it lies on a loop. */
  readonly warnings: readonly CodedError[];
}

/**
 * Turns preferred edges into a rank that breaks ties among ready nodes. Edges on no loop always count; of those that form
 * loops, with each other or with blocking edges, enough are left out to open every loop. The choice is deterministic and
 * favours nodes that were added first. Costs O(nodes + edges).
 * @returns the rank, or `DRV_GRAPH_CYCLE` when blocking edges alone form a loop
 */
export function softRank(graph: GraphStructure): Result<SoftRank, CodedError> {
  const blocking = graph.blockingOrder();
  if (!blocking.ok) return blocking;
  if (!graph.outgoing.kinds.includes(EDGE_PREFERRED)) {
    return ok({ rank: identityOrder(graph.nodeCount), warnings: [] });
  }
  const place = inverseOrder(openedOrder(graph));
  return ok({ rank: inverseOrder(bentOrder(graph, place)), warnings: leftOut(graph, place) });
}

/** The order of indices in which kept preferred edges go forward: those that go forward by `place`. */
function bentOrder(graph: GraphStructure, place: Uint32Array): Uint32Array {
  const { offsets, targets, kinds } = graph.outgoing;
  const missing = keptCounts(graph, place);
  const free = new RankSet(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) if (missing[node] === 0) free.add(node);
  const order = new Uint32Array(graph.nodeCount);
  for (let position = 0; position < graph.nodeCount; position++) {
    const node = free.takeSmallest();
    order[position] = node;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      if (kinds[edge] !== EDGE_PREFERRED || (place[node] ?? 0) >= (place[target] ?? 0)) continue;
      const left = (missing[target] ?? 0) - 1;
      missing[target] = left;
      if (left === 0) free.add(target);
    }
  }
  return order;
}

/** For each node how many kept preferred edges come in. */
function keptCounts(graph: GraphStructure, place: Uint32Array): Uint32Array {
  const { offsets, targets, kinds } = graph.incoming;
  const counts = new Uint32Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    const end = offsets[node + 1] ?? 0;
    let count = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED && (place[targets[edge] ?? 0] ?? 0) < (place[node] ?? 0)) count++;
    }
    counts[node] = count;
  }
  return counts;
}

/** The preferred edges that are not kept, by source and target. */
function leftOut(graph: GraphStructure, place: Uint32Array): CodedError[] {
  const { offsets, targets, kinds } = graph.outgoing;
  const warnings: CodedError[] = [];
  for (const node of graph.idOrder) {
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      if (kinds[edge] !== EDGE_PREFERRED || (place[node] ?? 0) < (place[target] ?? 0)) continue;
      warnings.push(softCycle({ source: graph.ids[node] ?? "", target: graph.ids[target] ?? "" }));
    }
  }
  return warnings;
}
