import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { RankSet } from "./rank-set.ts";

test("given any changes, when the smallest members are asked, then they are those of a sorted set", () => {
  const change = fc.record({ rank: fc.nat(2_199), isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), fc.nat(2_200), (changes, from) => {
      const set = new RankSet(2_200);
      const model = new Set<number>();
      for (const { rank, isAdded } of changes) {
        if (isAdded) set.add(rank);
        else set.delete(rank);
        if (isAdded) model.add(rank);
        else model.delete(rank);
      }
      const ranks = [...model].toSorted((one, other) => one - other);
      assert.equal(set.size, ranks.length);
      assert.equal(set.smallestFrom(from), ranks.find((rank) => rank >= from) ?? -1);
      assert.deepEqual(
        Array.from(ranks, () => set.takeSmallest()),
        ranks,
      );
      assert.equal(set.takeSmallest(), -1);
    }),
  );
});

for (const bound of [0, 1, 31, 32, 33, 1_024, 1_025, 32_768, 32_769]) {
  test(`given a set below ${bound}, when only its largest member is added, then it is found from anywhere`, () => {
    const set = new RankSet(bound);
    if (bound > 0) set.add(bound - 1);
    assert.deepEqual([set.smallestFrom(0), set.smallestFrom(bound)], [bound - 1, -1]);
  });
}
