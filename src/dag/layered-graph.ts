import { type Adjacency, adjacencyOf } from "./adjacency.ts";
import { identityOrder, inverseOrder } from "./id-order.ts";
import { openedOrder } from "./opened-order.ts";
import type { GraphStructure } from "./structure.ts";

/** Bend points a drawing may have however small it is, and how many more for each node. */
const BENDS_BASE_MAX = 20_000;
const BENDS_PER_NODE_MAX = 2;

/**
 * A graph cut into layers for drawing. Every segment leads from one layer to the next: an edge over several layers becomes a
 * chain of segments through *bends*, which take part in everything like nodes of their own.
 */
export interface LayeredGraph {
  /** Indices below this are nodes of the graph, those from here on bends. */
  readonly nodeCount: number;
  /** By index of a node or bend. */
  readonly layerOf: Uint32Array;
  readonly layerCount: number;
  /** Segments to the next layer. */
  readonly below: Adjacency;
  /** Segments to the layer before. */
  readonly above: Adjacency;
  /** By position of an edge in `graph.outgoing`: its first bend, further ones following; 0 for an edge without bends. */
  readonly firstBendOf: Uint32Array;
}

/**
 * Puts every node on the first layer after all its dependencies, and bends into edges that pass layers. Blocking edges must
 * not form a loop. Preferred edges on a loop may point backwards; they get no segments.
 *
 * Bends are limited: beyond the limit the longest edges have none and are drawn straight. Otherwise ten thousand nodes with
 * edges across thousands of layers would make millions of them.
 */
export function cutIntoLayers(graph: GraphStructure): LayeredGraph {
  const order = openedOrder(graph);
  const layerOf = layersOf(graph, order);
  const spanMax = longestBentSpan(graph, layerOf);
  const firstBendOf = new Uint32Array(graph.edgeCount);
  const layers = Array.from(layerOf);
  const sources: number[] = [];
  const targets: number[] = [];
  forEachForwardEdge(graph, layerOf, (edge, source, target, span) => {
    if (span > spanMax) return;
    if (span > 1) firstBendOf[edge] = layers.length;
    let from = source;
    for (let step = 1; step < span; step++) {
      const bend = layers.length;
      layers.push((layerOf[source] ?? 0) + step);
      sources.push(from);
      targets.push(bend);
      from = bend;
    }
    sources.push(from);
    targets.push(target);
  });
  const columns = {
    sources: Uint32Array.from(sources),
    targets: Uint32Array.from(targets),
    kinds: new Uint8Array(sources.length),
  };
  // Nodes by id and then bends, so that the drawing does not depend on the order in which the graph was put together.
  const segmentOrder = identityOrder(layers.length);
  segmentOrder.set(graph.idOrder);
  const { outgoing, incoming } = adjacencyOf(columns, segmentOrder);
  return {
    nodeCount: graph.nodeCount,
    layerOf: Uint32Array.from(layers),
    layerCount: layerOf.reduce((count, layer) => Math.max(count, layer + 1), 0),
    below: outgoing,
    above: incoming,
    firstBendOf,
  };
}

/** The length of the longest path to each node by edges that go forward in `order`. */
function layersOf(graph: GraphStructure, order: Uint32Array): Uint32Array {
  const { offsets, targets } = graph.incoming;
  const place = inverseOrder(order);
  const layerOf = new Uint32Array(graph.nodeCount);
  for (const node of order) {
    const end = offsets[node + 1] ?? 0;
    let layer = 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const dependency = targets[edge] ?? 0;
      if ((place[dependency] ?? 0) < (place[node] ?? 0)) layer = Math.max(layer, (layerOf[dependency] ?? 0) + 1);
    }
    layerOf[node] = layer;
  }
  return layerOf;
}

/** The largest number of layers an edge may span and still get bends. */
function longestBentSpan(graph: GraphStructure, layerOf: Uint32Array): number {
  const countBySpan = new Map<number, number>();
  forEachForwardEdge(graph, layerOf, (_edge, _source, _target, span) => {
    countBySpan.set(span, (countBySpan.get(span) ?? 0) + 1);
  });
  let bendsLeft = BENDS_BASE_MAX + BENDS_PER_NODE_MAX * graph.nodeCount;
  let spanMax = 1;
  for (const [span, count] of [...countBySpan].sort(([one], [other]) => one - other)) {
    bendsLeft -= (span - 1) * count;
    if (bendsLeft < 0) break;
    spanMax = span;
  }
  return spanMax;
}

function forEachForwardEdge(
  { idOrder, outgoing: { offsets, targets } }: GraphStructure,
  layerOf: Uint32Array,
  visit: (edge: number, source: number, target: number, span: number) => void,
): void {
  for (const source of idOrder) {
    const end = offsets[source + 1] ?? 0;
    for (let edge = offsets[source] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      const span = (layerOf[target] ?? 0) - (layerOf[source] ?? 0);
      if (span > 0) visit(edge, source, target, span);
    }
  }
}
