import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsOf } from "../../src/testing/simulation/simulation-settings.ts";
import { simulate } from "../../src/testing/simulation/simulation.ts";
import { failingSeeds } from "./failing-seeds.ts";
import { judgeMutant } from "./mutant-order.ts";

/** Seeds that are tried: a change elsewhere may have made another world of the one that is kept. */
const SEEDS_MAX = 100;

for (const { seed, ...mistake } of failingSeeds()) {
  test(`given seed ${seed}, which has found that ${mistake.name}, when that is put back, then it is found, and nothing is otherwise`, async () => {
    const { rule, message } = await judgeMutant({ mutant: mistake, from: seed, seeds: SEEDS_MAX });
    assert.ok(rule !== undefined, "no seed from this on finds it: npm run simulate -- --renew");
    assert.ok(mistake.rules.includes(rule), `${rule} was broken first: ${message}`);
    assert.deepEqual((await simulate(settingsOf(seed))).violations, []);
  });
}
