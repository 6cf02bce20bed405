import assert from "node:assert/strict";
import { test } from "node:test";
import { shrink } from "./shrink.ts";
import { activeFaults, swarmFaults } from "./sim-faults.ts";
import { settingsOf, type SimulationSettings } from "./simulation-settings.ts";
import { SeededRandom } from "../seeded-random.ts";

test("given a failure that needs one fault, three runs and 700 steps, when it is shrunk, then little more is left", async () => {
  const faults = swarmFaults(new SeededRandom(5));
  const [needed] = activeFaults(faults);
  assert.ok(needed !== undefined);
  const fails = async (settings: SimulationSettings): Promise<boolean> =>
    settings.faults[needed] > 0 && settings.workload.runs >= 3 && settings.steps >= 700;
  const settings = { ...settingsOf(5), faults, steps: 3_000 };
  const smallest = await shrink({ ...settings, workload: { ...settings.workload, runs: 24 } }, fails);
  assert.deepEqual(activeFaults(smallest.faults), [needed]);
  assert.equal(smallest.workload.runs, 3);
  assert.equal(smallest.steps, 700);
});
