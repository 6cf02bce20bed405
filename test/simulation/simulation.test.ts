import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsOf, simulate } from "../../src/testing/simulation/simulation.ts";

const SEEDS = 20;

test("given simulated worlds in which everything goes wrong, when they are healed, then no invariant was broken and every run is at its end", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violations } = await simulate(settingsOf(seed));
    assert.deepEqual(violations, [], `seed ${seed}`);
  }
});

test("given one seed, when it is simulated twice, then the same things happen in the same order", async () => {
  const first = await simulate(settingsOf(7));
  const second = await simulate(settingsOf(7));
  assert.equal(first.traceHash, second.traceHash);
  assert.ok(first.eventCount > 0);
});
