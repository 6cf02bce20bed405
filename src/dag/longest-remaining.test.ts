import assert from "node:assert/strict";
import { test } from "node:test";

import { defineGraph } from "./define-graph.ts";
import { longestRemaining } from "./longest-remaining.ts";

// a -> b -> d and a -> c -> d, with c ~> b on top
const diamond = defineGraph({
  nodes: ["a", "b", "c", "d"],
  edges: [
    { source: "a", target: "b" },
    { source: "a", target: "c", kind: "failure" },
    { source: "b", target: "d", kind: "always" },
    { source: "c", target: "d" },
    { source: "c", target: "b", kind: "preferred" },
  ],
});

test("given no weights, when remaining paths are asked, then each node counts one and preferred edges nothing", () => {
  assert.deepEqual(remaining(), { ok: true, value: Float64Array.of(3, 2, 2, 1) });
});

test("given weights, when remaining paths are asked, then the heaviest branch counts", () => {
  assert.deepEqual(remaining(Float64Array.of(1, 0.5, 4, 0)), { ok: true, value: Float64Array.of(5, 0.5, 4, 0) });
});

for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`given a weight of ${weight}, when remaining paths are asked, then it is refused by name`, () => {
    const result = remaining(Float64Array.of(1, 1, weight, 1));
    assert.deepEqual(result.ok || [result.error.code, result.error.details?.["id"]], ["DRV_GRAPH_WEIGHT_INVALID", "c"]);
  });
}

test("given one weight too few, when remaining paths are asked, then that is refused", () => {
  const result = remaining(Float64Array.of(1, 1, 1));
  assert.equal(result.ok || result.error.code, "DRV_GRAPH_OPERATION_INVALID");
});

function remaining(weights?: Float64Array): ReturnType<typeof longestRemaining> {
  assert.ok(diamond.ok);
  return longestRemaining(diamond.value, weights);
}
