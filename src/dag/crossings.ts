import { type Adjacency, neighbours } from "./adjacency.ts";

/**
 * Counts pairs of segments that cross, over all layers.
 *
 * For two layers: walk the upper one from left to right and count, for each segment, how many earlier ones end further to the
 * right. A binary indexed tree makes that O(segments · log width) (Barth, Mutzel and Jünger, 2004).
 *
 * @param position by node, its place in its layer
 */
export function countCrossings(layers: readonly Uint32Array[], position: Uint32Array, below: Adjacency): number {
  const widest = layers.reduce((width, layer) => Math.max(width, layer.length), 0);
  const room = new Uint32Array(widest + 1);
  let crossings = 0;
  for (const [at, layer] of layers.entries()) {
    const tree = room.subarray(0, (layers[at + 1]?.length ?? 0) + 1).fill(0);
    let endCount = 0;
    for (const node of layer) {
      const ends = neighbours(below, node).map((target) => position[target] ?? 0);
      // Segments of one node do not cross: count all of them before any of them is noted.
      for (const end of ends) crossings += endCount - countUpTo(tree, end);
      for (const end of ends) note(tree, end);
      endCount += ends.length;
    }
  }
  return crossings;
}

/** How often segments of two nodes of one layer cross when `left` stands before `right`. */
export function countPairCrossings(
  [left, right]: readonly [number, number],
  position: Uint32Array,
  sides: readonly Adjacency[],
): number {
  let crossings = 0;
  for (const side of sides) {
    for (const one of neighbours(side, left)) {
      for (const other of neighbours(side, right)) {
        if ((position[one] ?? 0) > (position[other] ?? 0)) crossings++;
      }
    }
  }
  return crossings;
}

function note(tree: Uint32Array, end: number): void {
  for (let at = end + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
}

/** How many noted ends are at most `end`. */
function countUpTo(tree: Uint32Array, end: number): number {
  let count = 0;
  for (let at = end + 1; at > 0; at -= at & -at) count += tree[at] ?? 0;
  return count;
}
