const LAYER_WIDTH = 1_000;
const EDGES_PER_NODE = 3;
const WEIGHT_MAX = 100;

/** A layered graph: each node depends on three nodes of the layer before, as build and deployment plans do. */
export interface GraphWorkload {
  readonly ids: readonly string[];
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  readonly weights: Float64Array;
}

/**
 * Makes a workload with `nodeCount` nodes and three times as many edges. Always the same one, but its strings are new each
 * time, so that nobody profits from hash values which another one has already computed.
 * @param nodeCount a multiple of 1,000, at least 5,000
 */
export function makeGraphWorkload(nodeCount: number): GraphWorkload {
  const edgeCount = nodeCount * EDGES_PER_NODE;
  const sources = new Uint32Array(edgeCount);
  const targets = new Uint32Array(edgeCount);
  const random = linearCongruential(42);
  let edge = 0;
  for (let target = LAYER_WIDTH; target < nodeCount; target++) {
    const layerBefore = (Math.floor(target / LAYER_WIDTH) - 1) * LAYER_WIDTH;
    // The first layer has no edges; the nodes of the next three have one more, so that the sum is right.
    const count = target < LAYER_WIDTH * (EDGES_PER_NODE + 1) ? EDGES_PER_NODE + 1 : EDGES_PER_NODE;
    const offset = Math.floor(random() * LAYER_WIDTH);
    const step = 1 + Math.floor(random() * (LAYER_WIDTH / (EDGES_PER_NODE + 1) - 1));
    for (let at = 0; at < count; at++) {
      sources[edge] = layerBefore + ((offset + at * step) % LAYER_WIDTH);
      targets[edge] = target;
      edge++;
    }
  }
  return {
    ids: Array.from({ length: nodeCount }, (_, index) => `task-${index}`),
    sources,
    targets,
    weights: Float64Array.from({ length: nodeCount }, () => Math.floor(random() * WEIGHT_MAX)),
  };
}

/** Numbers from 0 to before 1 that are the same in every run. */
function linearCongruential(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
