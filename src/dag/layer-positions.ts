import type { Adjacency } from "./adjacency.ts";
import type { LayerOrder } from "./layer-order.ts";
import type { LayeredGraph } from "./layered-graph.ts";

/** Passes over all layers, each in both directions; positions hardly move after these. */
const PASS_COUNT = 6;
/** Room of a bend, a node having 1: lines may run closer to each other than boxes. */
const BEND_WIDTH = 0.5;
/** How strongly a segment between two bends pulls, others pulling with 1: long edges should be straight. */
const BEND_PULL = 4;
/** Positions are rounded to this part of the distance between two nodes, so that they are short in JSON. */
const STEPS_PER_UNIT = 100;

/**
 * Gives every node and bend a place from left to right, in the unit "distance between two nodes side by side", from 0 on.
 *
 * Each layer in turn is moved to where its neighbours pull it. The place that is nearest to all wishes of a layer, with its
 * order and distances kept, is an isotonic regression, found in linear time by merging neighbours whose wishes collide.
 */
export function placeLayers(layered: LayeredGraph, layers: LayerOrder): Float64Array {
  const x = new Float64Array(layered.layerOf.length);
  for (const layer of layers) settle(layer, x, layered, []);
  const upwards = layers.toReversed();
  for (let pass = 0; pass < PASS_COUNT; pass++) {
    for (const layer of layers) settle(layer, x, layered, [layered.above]);
    for (const layer of upwards) settle(layer, x, layered, [layered.below]);
  }
  for (const layer of layers) settle(layer, x, layered, [layered.above, layered.below]);
  const leftmost = x.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
  return x.map((place) => Math.round((place - leftmost) * STEPS_PER_UNIT) / STEPS_PER_UNIT);
}

/** Nodes side by side that move as one, because they would otherwise overlap. */
interface Block {
  readonly wish: number;
  readonly pull: number;
  readonly length: number;
}

/** Moves one layer as near as possible to where its neighbours on `sides` are. */
function settle(layer: Uint32Array, x: Float64Array, layered: LayeredGraph, sides: readonly Adjacency[]): void {
  const blocks: Block[] = [];
  const distances = distancesFromFirst(layer, layered.nodeCount);
  for (const [at, node] of layer.entries()) {
    const { wish, pull } = wishOf(node, x, layered.nodeCount, sides);
    let block: Block = { wish: wish - (distances[at] ?? 0), pull, length: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.wish >= block.wish; last = blocks.at(-1)) {
      blocks.pop();
      block = merged(last, block);
    }
    blocks.push(block);
  }
  let at = 0;
  for (const { wish, length } of blocks) {
    for (const end = at + length; at < end; at++) x[layer[at] ?? 0] = wish + (distances[at] ?? 0);
  }
}

function merged(one: Block, other: Block): Block {
  const pull = one.pull + other.pull;
  return { wish: (one.wish * one.pull + other.wish * other.pull) / pull, pull, length: one.length + other.length };
}

/** How far each place of a layer is at least from its first. */
function distancesFromFirst(layer: Uint32Array, nodeCount: number): Float64Array {
  const distances = new Float64Array(layer.length);
  for (let at = 1; at < layer.length; at++) {
    const width = widthOf(layer[at - 1] ?? 0, nodeCount) / 2 + widthOf(layer[at] ?? 0, nodeCount) / 2;
    distances[at] = (distances[at - 1] ?? 0) + width;
  }
  return distances;
}

function widthOf(node: number, nodeCount: number): number {
  return node < nodeCount ? 1 : BEND_WIDTH;
}

/** The mean place of the neighbours of `node`, or where it is, with little weight, when it has none. */
function wishOf(
  node: number,
  x: Float64Array,
  nodeCount: number,
  sides: readonly Adjacency[],
): { readonly wish: number; readonly pull: number } {
  let sum = 0;
  let pull = 0;
  for (const { offsets, targets } of sides) {
    const end = offsets[node + 1] ?? 0;
    for (let edge = offsets[node] ?? 0; edge < end; edge++) {
      const neighbour = targets[edge] ?? 0;
      const strength = node >= nodeCount && neighbour >= nodeCount ? BEND_PULL : 1;
      sum += strength * (x[neighbour] ?? 0);
      pull += strength;
    }
  }
  return pull > 0 ? { wish: sum / pull, pull } : { wish: x[node] ?? 0, pull: 1 / STEPS_PER_UNIT };
}
