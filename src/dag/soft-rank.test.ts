import assert from "node:assert/strict";
import { test } from "node:test";

import { defineGraph } from "./define-graph.ts";
import type { Edge } from "./edge.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { type SoftRank, softRank } from "./soft-rank.ts";

test("given no preferred edges, when ranked, then the rank is the order of adding", () => {
  const { rank } = ranked(["b", "a", "c"], [{ source: "c", target: "b", kind: "success" }]);
  assert.deepEqual(Array.from(rank), [0, 1, 2]);
});

test("given one preferred edge, when ranked, then only its target moves, right behind its source", () => {
  // Added as b, a, c; a should come before b.
  const { rank } = ranked(["b", "a", "c"], [{ source: "a", target: "b", kind: "preferred" }]);
  assert.deepEqual(Array.from(rank), [1, 0, 2]);
});

test("given two preferences that contradict each other, when ranked, then the node added first goes first", () => {
  const { rank, warnings } = ranked(
    ["a", "b"],
    [
      { source: "a", target: "b", kind: "preferred" },
      { source: "b", target: "a", kind: "preferred" },
    ],
  );
  assert.deepEqual(Array.from(rank), [0, 1]);
  assert.deepEqual(
    warnings.map(({ details }) => details),
    [{ source: "b", target: "a" }],
  );
});

test("given a preference behind a loop of others, when ranked, then it is kept", () => {
  // c is added first and would be the first to be freed, but its preference is not what makes the loop.
  const { warnings } = ranked(
    ["c", "a", "b"],
    [
      { source: "a", target: "b", kind: "preferred" },
      { source: "b", target: "a", kind: "preferred" },
      { source: "b", target: "c", kind: "preferred" },
    ],
  );
  assert.deepEqual(
    warnings.map(({ details }) => details),
    [{ source: "b", target: "a" }],
  );
});

test("given a loop of blocking edges, when ranked, then it is refused", () => {
  const result = softRank(
    built(
      ["a", "b"],
      [
        { source: "a", target: "b", kind: "success" },
        { source: "b", target: "a", kind: "failure" },
      ],
    ),
  );
  assert.equal(result.ok ? undefined : result.error.code, "DRV_GRAPH_CYCLE");
});

test("given an empty graph, when ranked, then there is nothing to rank", () => {
  const graph = defineGraph({ nodes: [] });
  assert.deepEqual(graph.ok && softRank(graph.value), { ok: true, value: { rank: new Uint32Array(0), warnings: [] } });
});

function built(nodes: readonly string[], edges: readonly Edge[]) {
  const builder = new GraphBuilder();
  for (const id of nodes) assert.ok(builder.addNode(id).ok);
  for (const edge of edges) assert.ok(builder.addEdge(edge).ok);
  return builder.build();
}

function ranked(nodes: readonly string[], edges: readonly Edge[]): SoftRank {
  const result = softRank(built(nodes, edges));
  assert.ok(result.ok);
  return result.value;
}
