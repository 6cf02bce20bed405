import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { settingsOf } from "../../src/testing/simulation/simulation-settings.ts";
import { simulate } from "../../src/testing/simulation/simulation.ts";

const SEEDS = 200;
/** Seeds in one test, so that a failure names a small part. */
const SEEDS_PER_TEST = 25;
/** Every so many seeds one is simulated twice. */
const TWICE_EVERY = 4;

/** A seed that failed once. */
interface FailingSeed {
  readonly seed: number;
  /** What was wrong. */
  readonly found: string;
}

for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
  const last = first + SEEDS_PER_TEST - 1;
  test(`given the worlds of seeds ${first} to ${last}, when everything goes wrong and is healed, then no invariant is broken`, async () => {
    for (let seed = first; seed <= last; seed++) await simulateSeed(seed, seed % TWICE_EVERY === 0);
  });
}

test("given seeds that have failed before, when they are simulated again, then no invariant is broken", async () => {
  const text = readFileSync(new URL("./failing-seeds.json", import.meta.url), "utf8");
  const kept = JSON.parse(text) as readonly FailingSeed[];
  assert.ok(kept.length > 0);
  for (const { seed } of kept) await simulateSeed(seed, false);
});

async function simulateSeed(seed: number, isTwice: boolean): Promise<void> {
  const { violations, traceHash, eventCount } = await simulate(settingsOf(seed));
  assert.deepEqual(violations, [], `seed ${seed}: npm run simulate -- --seed ${seed}`);
  if (!isTwice) return;
  const again = await simulate(settingsOf(seed));
  assert.deepEqual([again.traceHash, again.eventCount], [traceHash, eventCount], `seed ${seed} is not deterministic`);
}
