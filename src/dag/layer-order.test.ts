import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { neighbours } from "./adjacency.ts";
import { countCrossings } from "./crossings.ts";
import { graphFromEdges } from "./graph-from-edges.ts";
import { cutIntoLayers, type LayeredGraph } from "./layered-graph.ts";
import { type LayerOrder, orderLayers } from "./layer-order.ts";

const LAYER_WIDTH = 7;
const NODE_COUNT = 3 * LAYER_WIDTH;

/** Three wide layers with edges to the next one and to the one after it. */
const layeredGraphs = fc
  .uniqueArray(fc.tuple(fc.nat(NODE_COUNT - LAYER_WIDTH - 1), fc.nat(NODE_COUNT - 1)), {
    minLength: 10,
    maxLength: 60,
    selector: String,
  })
  .map((pairs) => {
    const edges = pairs.filter(([from, to]) => Math.floor(from / LAYER_WIDTH) < Math.floor(to / LAYER_WIDTH));
    const graph = graphFromEdges({
      ids: Array.from({ length: NODE_COUNT }, (_, index) => `n${index}`),
      sources: Uint32Array.from(edges, ([from]) => from),
      targets: Uint32Array.from(edges, ([, to]) => to),
    });
    assert.ok(graph.ok);
    return { layered: cutIntoLayers(graph.value), firstOrder: graph.value.idOrder };
  });

test("given any layers, when crossings are counted, then each crossing pair of segments counts once", () => {
  fc.assert(
    fc.property(layeredGraphs, ({ layered, firstOrder }) => {
      const layers = orderLayers(layered, firstOrder);
      for (const order of [
        layers,
        layers.map((layer) => layer.toReversed()),
        layers.map((layer) => layer.toSorted()),
      ]) {
        assert.equal(countCrossings(order, positionsOf(order), layered.below), naiveCrossings(order, layered));
      }
    }),
  );
});

test("given any layers, when ordered, then every node and bend is in its layer, once", () => {
  fc.assert(
    fc.property(layeredGraphs, ({ layered, firstOrder }) => {
      const layers = orderLayers(layered, firstOrder);
      assert.deepEqual(
        layers.map((layer) => Array.from(layer).toSorted((one, other) => one - other)),
        layers.map((_, at) => [...layered.layerOf.keys()].filter((node) => layered.layerOf[node] === at)),
      );
    }),
  );
});

test("given a small graph, when ordered, then no exchange of two neighbours removes a crossing", () => {
  fc.assert(
    fc.property(layeredGraphs, ({ layered, firstOrder }) => {
      const layers = orderLayers(layered, firstOrder);
      const fewest = naiveCrossings(layers, layered);
      for (const [at, layer] of layers.entries()) {
        for (let place = 0; place + 1 < layer.length; place++) {
          const exchanged = layers.with(
            at,
            layer.with(place, layer[place + 1] ?? 0).with(place + 1, layer[place] ?? 0),
          );
          assert.ok(naiveCrossings(exchanged, layered) >= fewest);
        }
      }
    }),
  );
});

function positionsOf(layers: LayerOrder): Uint32Array {
  const position = new Uint32Array(layers.reduce((sum, layer) => sum + layer.length, 0));
  for (const layer of layers) for (const [at, node] of layer.entries()) position[node] = at;
  return position;
}

function naiveCrossings(layers: LayerOrder, layered: LayeredGraph): number {
  const position = positionsOf(layers);
  let count = 0;
  for (const layer of layers) {
    const segments = Array.from(layer).flatMap((node) =>
      Array.from(neighbours(layered.below, node), (target) => [position[node] ?? 0, position[target] ?? 0] as const),
    );
    for (const [from, to] of segments) {
      for (const [otherFrom, otherTo] of segments) if (from < otherFrom && to > otherTo) count++;
    }
  }
  return count;
}
