import assert from "node:assert/strict";
import { test } from "node:test";

import type { Edge } from "./edge.ts";
import { defineGraph } from "./define-graph.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { graphFromEdges } from "./graph-from-edges.ts";
import { type GraphLayout, layoutGraph } from "./layout.ts";

test("given an empty graph, when laid out, then there is nothing to draw", () => {
  assert.deepEqual(layoutOf([], []), { nodes: [], edges: [], layerCount: 0, width: 0 });
});

test("given a diamond, when laid out, then it is symmetric", () => {
  const { nodes, width } = layoutOf(["a", "b", "c", "d"], ["a->b", "a->c", "b->d", "c->d"]);
  assert.deepEqual(
    nodes.map(({ id, x, y }) => [id, x, y]),
    [
      ["a", 0.5, 0],
      ["b", 0, 1],
      ["c", 1, 1],
      ["d", 0.5, 2],
    ],
  );
  assert.equal(width, 1);
});

test("given an edge over two layers, when laid out, then it bends around the node between", () => {
  const { nodes, edges } = layoutOf(["a", "b", "c"], ["a->b", "b->c", "a->c"]);
  const bend = edges.find(({ source, target }) => source === "a" && target === "c")?.bends[0];
  assert.ok(bend !== undefined && Math.abs(bend.x - (nodes[1]?.x ?? 0)) >= 0.5);
  assert.equal(bend.y, 1);
});

test("given a tree, when laid out, then no edges cross", () => {
  const ids = Array.from({ length: 127 }, (_, index) => `n${(index * 89) % 127}`);
  const edges = ids.slice(1).map((id, index) => `${ids[index >> 1]}->${id}`);
  assert.equal(crossings(layoutOf(ids, edges)), 0);
});

test("given two chains declared crosswise, when laid out, then they do not cross", () => {
  assert.equal(crossings(layoutOf(["a", "b", "c", "d", "e", "f"], ["a->d", "b->c", "d->e", "c->f"])), 0);
});

test("given a preferred edge against a blocking one, when laid out, then only the blocking one decides", () => {
  const { nodes } = layoutOf(["a", "b"], ["a->b", "b~>a"]);
  assert.deepEqual(
    nodes.map(({ id, layer }) => [id, layer]),
    [
      ["a", 0],
      ["b", 1],
    ],
  );
});

test("given a preferred edge without contradiction, when laid out, then it leads to a higher layer as well", () => {
  const { nodes } = layoutOf(["b", "a"], ["a~>b"]);
  assert.deepEqual(
    nodes.map(({ id, layer }) => [id, layer]),
    [
      ["a", 0],
      ["b", 1],
    ],
  );
});

test("given the same graph put together in another order, when laid out, then the drawing is the same", () => {
  const ids = ["a", "b", "c", "d", "e"];
  const edges = ["a->c", "b->c", "c->d", "a->e", "b->e", "e->d"];
  assert.deepEqual(layoutOf(ids.toReversed(), edges.toReversed()), layoutOf(ids, edges));
});

test("given a hub with 200,000 dependents, when laid out, then they stand side by side", () => {
  const count = 200_000;
  const targets = Uint32Array.from({ length: count }, (_, index) => index + 1);
  const ids = Array.from({ length: count + 1 }, (_, index) => `n${index}`);
  const graph = graphFromEdges({ ids, sources: new Uint32Array(count), targets });
  const layout = graph.ok && layoutGraph(graph.value);
  assert.ok(layout && layout.ok);
  assert.equal(layout.value.width, count - 1);
});

test("given 10,000 nodes with edges over thousands of layers, when laid out, then the longest are drawn straight", () => {
  const count = 10_000;
  const ids = Array.from({ length: count }, (_, index) => `n${index}`);
  const chain = ids.slice(1).map((target, index) => ({ source: `n${index}`, target }));
  const long = ids.slice(100, count / 2).map((target, index) => ({ source: `n${index >> 4}`, target }));
  const graph = defineGraph({ nodes: ids, edges: [...chain, ...long] });
  const layout = graph.ok && layoutGraph(graph.value);
  assert.ok(layout && layout.ok);
  const bendCount = layout.value.edges.reduce((sum, { bends }) => sum + bends.length, 0);
  assert.ok(bendCount > 0 && bendCount <= 40_000);
});

function layoutOf(ids: readonly string[], arrows: readonly string[]): GraphLayout {
  const builder = new GraphBuilder();
  for (const id of ids) assert.ok(builder.addNode(id).ok);
  for (const arrow of arrows) {
    const [source = "", target = ""] = arrow.split(/[-~]>/);
    const kind: Edge["kind"] = arrow.includes("~") ? "preferred" : "success";
    assert.ok(builder.addEdge({ source, target, kind }).ok);
  }
  const layout = layoutGraph(builder.build());
  assert.ok(layout.ok);
  return layout.value;
}

/** Pairs of straight lines between the same two layers that cross. */
function crossings({ nodes, edges }: GraphLayout): number {
  const at = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map(({ source, target }) => ({
    y: at.get(source)?.y,
    from: at.get(source)?.x ?? 0,
    to: at.get(target)?.x ?? 0,
  }));
  let count = 0;
  for (const [index, one] of lines.entries()) {
    for (const other of lines.slice(index + 1)) {
      if (one.y === other.y && (one.from - other.from) * (one.to - other.to) < 0) count++;
    }
  }
  return count;
}
