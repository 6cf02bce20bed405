import assert from "node:assert/strict";
import { test } from "node:test";

import { EDGE_COUNT_MAX, NODE_COUNT_MAX } from "./graph-limits.ts";
import { type GraphColumns, graphFromEdges } from "./graph-from-edges.ts";

const PAIR = { ids: ["a", "b"], sources: Uint32Array.of(0), targets: Uint32Array.of(1) };

test("given columns without kinds, when built, then every edge blocks until success", () => {
  const built = graphFromEdges(PAIR);
  assert.deepEqual(built.ok && built.value.edges(), [{ source: "a", target: "b", kind: "success" }]);
});

test("given columns, when they are changed after building, then the graph is not", () => {
  const columns = { ids: ["a", "b"], sources: Uint32Array.of(0), targets: Uint32Array.of(1) };
  const built = graphFromEdges(columns);
  columns.ids[0] = "changed";
  columns.targets[0] = 0;
  assert.deepEqual(built.ok && built.value.edges(), [{ source: "a", target: "b", kind: "success" }]);
});

test("given columns with a loop, when built, then it is let in", () => {
  const built = graphFromEdges({ ...PAIR, sources: Uint32Array.of(0, 1), targets: Uint32Array.of(1, 0) });
  assert.deepEqual(built.ok && built.value.findCycles(), [["a", "b"]]);
});

const tooManyIds: string[] = [];
tooManyIds.length = NODE_COUNT_MAX + 1;

const REFUSED: readonly (readonly [string, GraphColumns, string])[] = [
  ["an edge from a missing node", { ...PAIR, sources: Uint32Array.of(2) }, "DRV_GRAPH_OPERATION_INVALID"],
  ["an edge to a missing node", { ...PAIR, targets: Uint32Array.of(2) }, "DRV_GRAPH_OPERATION_INVALID"],
  ["fewer targets than sources", { ...PAIR, targets: new Uint32Array(0) }, "DRV_GRAPH_OPERATION_INVALID"],
  ["fewer kinds than edges", { ...PAIR, kinds: new Uint8Array(0) }, "DRV_GRAPH_OPERATION_INVALID"],
  ["an unknown kind", { ...PAIR, kinds: Uint8Array.of(4) }, "DRV_GRAPH_OPERATION_INVALID"],
  ["a blank id", { ...PAIR, ids: ["a", " "] }, "DRV_GRAPH_NODE_ID_INVALID"],
  ["an id twice", { ...PAIR, ids: ["a", "a"] }, "DRV_GRAPH_NODE_EXISTS"],
  [
    "an edge twice",
    { ...PAIR, sources: Uint32Array.of(0, 0), targets: Uint32Array.of(1, 1), kinds: Uint8Array.of(0, 1) },
    "DRV_GRAPH_EDGE_EXISTS",
  ],
  ["a node over the limit", { ...PAIR, ids: tooManyIds }, "DRV_GRAPH_LIMIT_EXCEEDED"],
  ["an edge over the limit", { ...PAIR, sources: new Uint32Array(EDGE_COUNT_MAX + 1) }, "DRV_GRAPH_LIMIT_EXCEEDED"],
];

for (const [description, columns, code] of REFUSED) {
  test(`given columns with ${description}, when built, then they are refused with ${code}`, () => {
    const built = graphFromEdges(columns);
    assert.equal(built.ok ? undefined : built.error.code, code);
  });
}
