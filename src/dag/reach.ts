import type { Adjacency, BothDirections } from "./adjacency.ts";

/**
 * Marks with 1 every node that can be reached from `start` by one edge or more, of any kind. `start` itself stays
 * unmarked, even when it lies on a loop.
 */
export function reachableFrom(start: number, adjacency: Adjacency): Uint8Array {
  const { offsets, targets } = adjacency;
  const isReached = new Uint8Array(offsets.length - 1);
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      if (target === start || isReached[target] === 1) continue;
      isReached[target] = 1;
      open.push(target);
    }
  }
  return isReached;
}

/** Marks with 1 the node itself and everything that leads to it or comes after it. */
export function relatedTo(node: number, { incoming, outgoing }: BothDirections): Uint8Array {
  const isRelated = reachableFrom(node, incoming);
  for (const [other, isAfter] of reachableFrom(node, outgoing).entries()) if (isAfter === 1) isRelated[other] = 1;
  isRelated[node] = 1;
  return isRelated;
}
