import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { cycleError } from "./cycles.ts";
import { EDGE_PREFERRED, type EdgeSelection } from "./edge.ts";
import type { GraphStructure } from "./structure.ts";
import { dependencyCounts } from "./topological-sort.ts";

const BLOCKING: EdgeSelection = { edges: "blocking" };

/**
 * An order in which every blocking edge goes forward, found breadth first: the quickest way through, level by level.
 * @returns all indices, or `DRV_GRAPH_CYCLE`
 */
export function findBlockingOrder(graph: GraphStructure): Result<Uint32Array, CodedError> {
  const { offsets, targets, kinds } = graph.outgoing;
  const missing = dependencyCounts(graph, BLOCKING);
  const order = new Uint32Array(graph.nodeCount);
  let placedCount = 0;
  for (const node of graph.idOrder) if (missing[node] === 0) order[placedCount++] = node;
  for (let position = 0; position < placedCount; position++) {
    const node = order[position] ?? 0;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const target = targets[edge] ?? 0;
      const left = (missing[target] ?? 0) - 1;
      missing[target] = left;
      if (left === 0) order[placedCount++] = target;
    }
  }
  return placedCount === graph.nodeCount ? ok(order) : err(cycleError(graph, "Cannot order the graph", BLOCKING));
}
