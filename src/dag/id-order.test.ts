import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { inverseOrder, sortedIdOrder } from "./id-order.ts";

test("given any ids, when ordered, then they ascend by code units as `<` does", () => {
  const id = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(id, { maxLength: 300, size: "max" }), (ids) => {
      assert.deepEqual(inOrder(ids), ids.toSorted());
    }),
  );
});

test("given many ids with a long common prefix, when ordered, then they ascend", () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => `${"long/".repeat(38)}${(index * 7_919) % 5_000}`);
  assert.deepEqual(inOrder(ids), ids.toSorted());
});

test("given an id that is the beginning of another, when ordered, then it comes first", () => {
  const ids = Array.from({ length: 100 }, (_, index) => "x".repeat(100 - index));
  assert.deepEqual(inOrder(ids), ids.toReversed());
});

test("given equal ids, when ordered, then they stand side by side", () => {
  const ids = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? "b" : "a"));
  assert.deepEqual(inOrder(ids), ids.toSorted());
});

test("given an order, when inverted, then each index finds its place", () => {
  assert.deepEqual(inverseOrder(Uint32Array.of(2, 0, 1)), Uint32Array.of(1, 2, 0));
});

function inOrder(ids: readonly string[]): (string | undefined)[] {
  return Array.from(sortedIdOrder(ids), (index) => ids[index]);
}
