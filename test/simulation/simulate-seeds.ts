import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsOf } from "../../src/testing/simulation/simulation-settings.ts";
import { simulate } from "../../src/testing/simulation/simulation.ts";

/** Seeds in one test, so that a failure names a small part. */
const SEEDS_PER_TEST = 10;

/** Simulates the worlds of these seeds, each twice: no invariant is broken, and the same things happen both times. */
export function simulateSeeds(from: number, to: number): void {
  for (let first = from; first <= to; first += SEEDS_PER_TEST) {
    const last = Math.min(to, first + SEEDS_PER_TEST - 1);
    test(`given the worlds of seeds ${first} to ${last}, when everything goes wrong and is healed, then no invariant is broken, and it is the same again`, async () => {
      for (let seed = first; seed <= last; seed++) await simulateTwice(seed);
    });
  }
}

async function simulateTwice(seed: number): Promise<void> {
  const first = await simulate(settingsOf(seed));
  assert.deepEqual(first.violations, [], `seed ${seed}: npm run simulate -- --seed ${seed}`);
  const again = await simulate(settingsOf(seed));
  assert.equal(again.traceHash, first.traceHash, `seed ${seed} is not deterministic`);
  assert.deepEqual([again.eventCount, again.steps], [first.eventCount, first.steps]);
}
