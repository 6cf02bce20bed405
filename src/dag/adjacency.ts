/**
 * Neighbours of every node in three flat arrays (compressed sparse rows): the neighbours of node `i` are
 * `targets[offsets[i]]` up to before `targets[offsets[i + 1]]`, each with its edge kind at the same place in `kinds`.
 * Inside a row neighbours ascend by id. Read only: the arrays are shared with everyone who looks at the graph.
 */
export interface Adjacency {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  /** Edge kind codes, see `edge.ts`. */
  readonly kinds: Uint8Array;
}

/** Edges as three columns of equal length, in any order. */
export interface EdgeColumns {
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  readonly kinds: Uint8Array;
}

/** Both directions of the same edges. */
export interface BothDirections {
  /** Row of a node: the nodes that depend on it. */
  readonly outgoing: Adjacency;
  /** Row of a node: the nodes it depends on. */
  readonly incoming: Adjacency;
}

/** Lays out edges both ways. `idOrder` lists all nodes in the order which every row shall have. */
export function adjacencyOf(columns: EdgeColumns, idOrder: Uint32Array): BothDirections {
  const incoming = reversed(groupedBySource(columns, idOrder.length), idOrder);
  const outgoing = reversed(incoming, idOrder);
  // The first rows of `incoming` came from unordered groups, but they were filled in `idOrder`: they are in order too.
  return { outgoing, incoming };
}

/** The same edges seen from the other end. Nodes are visited in `order`, so every new row is in that order. */
export function reversed({ offsets, targets, kinds }: Adjacency, order: Uint32Array): Adjacency {
  const newOffsets = rowOffsets(targets, order.length);
  const newTargets = new Uint32Array(targets.length);
  const newKinds = new Uint8Array(targets.length);
  const next = newOffsets.slice();
  for (let position = 0; position < order.length; position++) {
    const node = order[position] ?? 0;
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      const place = next[target] ?? 0;
      next[target] = place + 1;
      newTargets[place] = node;
      newKinds[place] = kinds[edge] ?? 0;
    }
  }
  return { offsets: newOffsets, targets: newTargets, kinds: newKinds };
}

/** The neighbours of `node`, a view and not a copy. */
export function neighbours({ offsets, targets }: Adjacency, node: number): Uint32Array {
  return targets.subarray(offsets[node], offsets[node + 1]);
}

/** The edge from `node` to `neighbour` as a position in `targets`, or -1. */
export function findEdge(adjacency: Adjacency, node: number, neighbour: number): number {
  const end = adjacency.offsets[node + 1] ?? 0;
  for (let edge = adjacency.offsets[node] ?? 0; edge < end; edge++) {
    if (adjacency.targets[edge] === neighbour) return edge;
  }
  return -1;
}

function groupedBySource({ sources, targets, kinds }: EdgeColumns, nodeCount: number): Adjacency {
  const offsets = rowOffsets(sources, nodeCount);
  const groupedTargets = new Uint32Array(sources.length);
  const groupedKinds = new Uint8Array(sources.length);
  const next = offsets.slice();
  for (let edge = 0; edge < sources.length; edge++) {
    const source = sources[edge] ?? 0;
    const place = next[source] ?? 0;
    next[source] = place + 1;
    groupedTargets[place] = targets[edge] ?? 0;
    groupedKinds[place] = kinds[edge] ?? 0;
  }
  return { offsets, targets: groupedTargets, kinds: groupedKinds };
}

/** Where each row starts when `nodes` names the row of every edge. */
function rowOffsets(nodes: Uint32Array, nodeCount: number): Uint32Array {
  const offsets = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < nodes.length; edge++) {
    const after = (nodes[edge] ?? 0) + 1;
    offsets[after] = (offsets[after] ?? 0) + 1;
  }
  for (let node = 0; node < nodeCount; node++) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  return offsets;
}
