import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { EDGE_PREFERRED } from "./edge.ts";
import { operationInvalid, weightInvalid } from "./graph-error.ts";
import type { GraphStructure } from "./structure.ts";

/**
 * For each node the weight of the heaviest blocking path that starts with it, its own weight included: how much is
 * certain to remain when it starts. Schedulers take the node with the largest value first.
 *
 * @param weights one weight a node by index, finite and at least 0; without weights every node counts 1
 * @returns values by index, `DRV_GRAPH_CYCLE`, `DRV_GRAPH_WEIGHT_INVALID`, or `DRV_GRAPH_OPERATION_INVALID` when there is
 * not one weight for each node
 */
export function longestRemaining(graph: GraphStructure, weights?: Float64Array): Result<Float64Array, CodedError> {
  const problem = weights === undefined ? undefined : checkWeights(graph, weights);
  if (problem !== undefined) return err(problem);
  const sorted = graph.blockingOrder();
  if (!sorted.ok) return sorted;
  const { offsets, targets, kinds } = graph.outgoing;
  const remaining = new Float64Array(graph.nodeCount);
  for (let position = graph.nodeCount - 1; position >= 0; position--) {
    const node = sorted.value[position] ?? 0;
    const end = offsets[node + 1] ?? 0;
    let longest = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      if (kinds[edge] === EDGE_PREFERRED) continue;
      const length = remaining[targets[edge] ?? 0] ?? 0;
      if (length > longest) longest = length;
    }
    remaining[node] = longest + (weights === undefined ? 1 : (weights[node] ?? 0));
  }
  return ok(remaining);
}

function checkWeights(graph: GraphStructure, weights: Float64Array): CodedError | undefined {
  if (weights.length !== graph.nodeCount) {
    return operationInvalid(
      "Cannot weigh the graph",
      `there are ${weights.length} weights for ${graph.nodeCount} nodes`,
    );
  }
  for (let node = 0; node < weights.length; node++) {
    const weight = weights[node] ?? 0;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) return weightInvalid(graph.ids[node] ?? "", weight);
  }
  return undefined;
}
