import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "./edge.ts";
import type { Graph } from "./graph.ts";
import { longestRemaining } from "./longest-remaining.ts";
import { isRoot } from "./readiness.ts";
import type { GraphStructure } from "./structure.ts";

/** What each node costs: by id, absent ids counting 0 and foreign ones nothing, or one number a node by index. */
export type NodeWeights<Id extends string = string> = ReadonlyMap<Id, number> | Float64Array;

/** The longest way through a graph by blocking edges. */
export interface CriticalPath<Id extends string = string> {
  /** From a root to a node nothing waits for; empty only for an empty graph. */
  readonly path: readonly Id[];
  /** Weight of the whole path. */
  readonly length: number;
  /** By index: how much heavier a node may get before the whole gets longer; 0 on the path. */
  readonly slack: Float64Array;
  /** The slack of one node; `undefined` for an unknown id. */
  slackOf(id: Id): number | undefined;
}

/** See {@link Graph.criticalPath}. */
export function criticalPath<Id extends string>(
  graph: Graph<Id>,
  nodeWeights: NodeWeights<Id>,
): Result<CriticalPath<Id>, CodedError> {
  const weights = nodeWeights instanceof Float64Array ? nodeWeights : weightsByIndex(graph, nodeWeights);
  const remaining = longestRemaining(graph, weights);
  if (!remaining.ok) return remaining;
  const starts = earliestStarts(graph, weights);
  if (!starts.ok) return starts;
  const path = heaviestPath(graph, remaining.value);
  const length = remaining.value[path[0] ?? 0] ?? 0;
  const slack = starts.value.map((start, node) => Math.max(0, length - (start + (remaining.value[node] ?? 0))));
  // Sums from the front and from the back may differ in the last bit; the path has no slack by definition.
  for (const node of path) slack[node] = 0;
  return ok({
    path: path.map((node) => graph.idAt(node)),
    length,
    slack,
    slackOf: (id) => slack[graph.indexOf(id) ?? -1],
  });
}

function weightsByIndex<Id extends string>(graph: Graph<Id>, weights: ReadonlyMap<Id, number>): Float64Array {
  const byIndex = new Float64Array(graph.nodeCount);
  for (const [id, weight] of weights) {
    const node = graph.indexOf(id);
    if (node !== undefined) byIndex[node] = weight;
  }
  return byIndex;
}

/** Follows the largest `remaining` value from the roots on; rows ascend by id, so the first of equals is the smallest. */
function heaviestPath(graph: GraphStructure, remaining: Float64Array): number[] {
  const { offsets, targets, kinds } = graph.outgoing;
  const path: number[] = [];
  let next = heaviestRoot(graph, remaining);
  while (next !== -1) {
    const node = next;
    path.push(node);
    next = -1;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const target = targets[edge] ?? 0;
      if (next === -1 || (remaining[target] ?? 0) > (remaining[next] ?? 0)) next = target;
    }
  }
  return path;
}

function heaviestRoot(graph: GraphStructure, remaining: Float64Array): number {
  let heaviest = -1;
  for (const node of graph.idOrder) {
    const isHeavier = heaviest === -1 || (remaining[node] ?? 0) > (remaining[heaviest] ?? 0);
    if (isHeavier && isRoot(graph, node)) heaviest = node;
  }
  return heaviest;
}

/** When each node can start at the earliest, if all others take their weight in time. */
function earliestStarts(graph: GraphStructure, weights: Float64Array): Result<Float64Array, CodedError> {
  const order = graph.blockingOrder();
  if (!order.ok) return order;
  const { offsets, targets, kinds } = graph.incoming;
  const starts = new Float64Array(graph.nodeCount);
  for (const node of order.value) {
    const end = offsets[node + 1] ?? 0;
    let start = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const dependency = targets[edge] ?? 0;
      const finish = (starts[dependency] ?? 0) + (weights[dependency] ?? 0);
      if (finish > start) start = finish;
    }
    starts[node] = start;
  }
  return ok(starts);
}
