import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { cycleError } from "./cycles.ts";
import { type EdgeSelection, lowestKindCode } from "./edge.ts";
import { RankSet } from "./rank-set.ts";
import type { GraphStructure } from "./structure.ts";

/**
 * Depth first: takes the nodes by id and puts before each one what it still depends on, so that a node stands close to
 * its dependencies. The same ids and edges give the same order, however the graph was put together.
 * @returns all indices, every selected edge going forward, or `DRV_GRAPH_CYCLE`
 */
export function topologicalSort(graph: GraphStructure, selection: EdgeSelection = {}): Result<Uint32Array, CodedError> {
  const { offsets, targets, kinds } = graph.incoming;
  const lowestKind = lowestKindCode(selection);
  const order = new Uint32Array(graph.nodeCount);
  const nextEdge = offsets.slice(0, graph.nodeCount);
  const progress = new Uint8Array(graph.nodeCount);
  const path = new Uint32Array(graph.nodeCount);
  let placedCount = 0;
  for (const start of graph.idOrder) {
    if (progress[start] !== UNSEEN) continue;
    let pathLength = 1;
    path[0] = start;
    progress[start] = OPEN;
    while (pathLength > 0) {
      const node = path[pathLength - 1] ?? 0;
      const edge = nextEdge[node] ?? 0;
      if (edge === offsets[node + 1]) {
        progress[node] = PLACED;
        order[placedCount++] = node;
        pathLength--;
        continue;
      }
      nextEdge[node] = edge + 1;
      const dependency = targets[edge] ?? 0;
      const state = progress[dependency];
      if (state === PLACED || (kinds[edge] ?? 0) < lowestKind) continue;
      if (state === OPEN) return err(cycleError(graph, "Cannot sort the graph", selection));
      progress[dependency] = OPEN;
      path[pathLength++] = dependency;
    }
  }
  return ok(order);
}

const UNSEEN = 0;
const OPEN = 1;
const PLACED = 2;

/**
 * Kahn's algorithm: of all nodes whose dependencies are placed, the one with the smallest id comes next. That makes it
 * the smallest of all possible orders, independent of how the graph was put together.
 * @returns all indices, every selected edge going forward, or `DRV_GRAPH_CYCLE`
 */
export function topologicalSortKahn(
  graph: GraphStructure,
  selection: EdgeSelection = {},
): Result<Uint32Array, CodedError> {
  const { idOrder, idRank } = graph;
  const { offsets, targets, kinds } = graph.outgoing;
  const lowestKind = lowestKindCode(selection);
  const missing = dependencyCounts(graph, selection);
  const free = new RankSet(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (missing[node] === 0) free.add(idRank[node] ?? 0);
  }
  const order = new Uint32Array(graph.nodeCount);
  let placedCount = 0;
  for (let rank = free.takeSmallest(); rank !== -1; rank = free.takeSmallest()) {
    const node = idOrder[rank] ?? 0;
    order[placedCount++] = node;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if ((kinds[edge] ?? 0) < lowestKind) continue;
      const target = targets[edge] ?? 0;
      const left = (missing[target] ?? 0) - 1;
      missing[target] = left;
      if (left === 0) free.add(idRank[target] ?? 0);
    }
  }
  if (placedCount < graph.nodeCount) return err(cycleError(graph, "Cannot sort the graph", selection));
  return ok(order);
}

/** For each node how many selected edges come in. */
export function dependencyCounts(graph: GraphStructure, selection: EdgeSelection): Uint32Array {
  const { offsets, kinds } = graph.incoming;
  const lowestKind = lowestKindCode(selection);
  const counts = new Uint32Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    const end = offsets[node + 1] ?? 0;
    let count = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) if ((kinds[edge] ?? 0) >= lowestKind) count++;
    counts[node] = count;
  }
  return counts;
}
