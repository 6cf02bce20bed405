import { type Adjacency, neighbours } from "./adjacency.ts";
import { countCrossings, countPairCrossings } from "./crossings.ts";
import type { LayeredGraph } from "./layered-graph.ts";

/** Sweeps over all layers; more hardly ever improve a drawing. */
const SWEEPS_MAX = 12;
/** Sweeps without a better drawing after which it is left alone. */
const SWEEPS_IN_VAIN_MAX = 4;
/** Nodes and bends up to which neighbours are also exchanged one by one: it costs too much in large drawings. */
const EXCHANGE_SIZE_MAX = 1_500;

/** The nodes and bends of each layer from left to right. */
export type LayerOrder = Uint32Array[];

/**
 * Orders layers so that segments cross little. Layers are swept down and up again; each time the nodes of a layer are sorted
 * by the mean position of their neighbours in the layer just left (barycentres), and the best drawing on the way is kept.
 * Deterministic: no choice is random, and equals keep their order.
 *
 * @param firstOrder all nodes in the order that shall decide where nothing else does
 */
export function orderLayers(layered: LayeredGraph, firstOrder: Uint32Array): LayerOrder {
  const layers = initialOrder(layered, firstOrder);
  const position = positionsIn(layers, layered.layerOf.length);
  const canExchange = layered.layerOf.length <= EXCHANGE_SIZE_MAX;
  if (canExchange) exchangeNeighbours(layers, position, layered);
  let best = layers.map((layer) => layer.slice());
  let fewest = countCrossings(layers, position, layered.below);
  let inVain = 0;
  for (let sweep = 0; sweep < SWEEPS_MAX && fewest > 0 && inVain < SWEEPS_IN_VAIN_MAX; sweep++) {
    const isDownward = sweep % 2 === 0;
    const fixed = isDownward ? layered.above : layered.below;
    for (const layer of isDownward ? layers : layers.toReversed()) sortByBarycentre(layer, position, fixed);
    if (canExchange) exchangeNeighbours(layers, position, layered);
    const crossings = countCrossings(layers, position, layered.below);
    inVain = crossings < fewest ? 0 : inVain + 1;
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((layer) => layer.slice());
  }
  return best;
}

/** Layers in the order in which a depth-first walk down from the roots meets their nodes: trees come out without crossings. */
function initialOrder({ layerOf, layerCount, below, above }: LayeredGraph, firstOrder: Uint32Array): LayerOrder {
  const layers: number[][] = Array.from({ length: layerCount }, () => []);
  const isSeen = new Uint8Array(layerOf.length);
  const open: number[] = [];
  for (const root of firstOrder) {
    if (neighbours(above, root).length > 0) continue;
    open.push(root);
    while (open.length > 0) {
      const node = open.pop() ?? root;
      if (isSeen[node] === 1) continue;
      isSeen[node] = 1;
      layers[layerOf[node] ?? 0]?.push(node);
      // Not spread into one call: a node may have more neighbours than a call takes arguments.
      for (const next of neighbours(below, node).toReversed()) open.push(next);
    }
  }
  return layers.map((layer) => Uint32Array.from(layer));
}

function positionsIn(layers: LayerOrder, size: number): Uint32Array {
  const position = new Uint32Array(size);
  for (const layer of layers) place(layer, position);
  return position;
}

function place(layer: Uint32Array, position: Uint32Array): void {
  for (let at = 0; at < layer.length; at++) position[layer[at] ?? 0] = at;
}

/** Sorts `layer` by the mean position of neighbours in `fixed`; a node without any stays about where it is. */
function sortByBarycentre(layer: Uint32Array, position: Uint32Array, fixed: Adjacency): void {
  const entries = Array.from(layer, (node, at) => ({ node, at, centre: barycentre(node, position, fixed) ?? at }));
  entries.sort((one, other) => one.centre - other.centre || one.at - other.at);
  for (const [at, { node }] of entries.entries()) layer[at] = node;
  place(layer, position);
}

function barycentre(node: number, position: Uint32Array, { offsets, targets }: Adjacency): number | undefined {
  const start = offsets[node] ?? 0;
  const end = offsets[node + 1] ?? 0;
  let sum = 0;
  for (let edge = start; edge < end; edge++) sum += position[targets[edge] ?? 0] ?? 0;
  return end > start ? sum / (end - start) : undefined;
}

/** Exchanges nodes side by side as long as that removes crossings. */
function exchangeNeighbours(layers: LayerOrder, position: Uint32Array, { above, below }: LayeredGraph): void {
  let hasImproved = true;
  for (let round = 0; hasImproved && round < SWEEPS_MAX; round++) {
    hasImproved = false;
    for (const layer of layers) {
      for (let at = 0; at + 1 < layer.length; at++) {
        const left = layer[at] ?? 0;
        const right = layer[at + 1] ?? 0;
        const kept = countPairCrossings([left, right], position, [above, below]);
        const exchanged = countPairCrossings([right, left], position, [above, below]);
        if (exchanged >= kept) continue;
        layer[at] = right;
        layer[at + 1] = left;
        position[right] = at;
        position[left] = at + 1;
        hasImproved = true;
      }
    }
  }
}
