import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeMutant } from "./mutant-order.ts";
import { MUTANTS } from "./mutants.ts";

/** Seeds within which every mistake is found. */
const SEEDS_MAX = 200;

for (const mutant of MUTANTS) {
  test(`given code in which ${mutant.name}, when it is simulated, then the mistake is found`, async () => {
    const { rule, seeds, message } = await judgeMutant({ mutant, from: 1, seeds: SEEDS_MAX });
    assert.ok(rule !== undefined, `nothing was found within ${seeds} seeds`);
    assert.ok(mutant.rules.includes(rule), `${rule} was broken first: ${message}`);
  });
}
