import { activeFaults, withoutFaults } from "./sim-faults.ts";
import type { SimulationSettings } from "./simulation-settings.ts";

/**
 * The smallest settings found under which a simulation still fails: kinds of faults are left out one at a time, then half of
 * the runs again and again, then the number of steps is halved in on.
 * @param fails simulates; whether it still fails
 */
export async function shrink(
  settings: SimulationSettings,
  fails: (settings: SimulationSettings) => Promise<boolean>,
): Promise<SimulationSettings> {
  let smallest = settings;
  const tryThis = async (smaller: SimulationSettings): Promise<boolean> => {
    const stillFails = await fails(smaller);
    if (stillFails) smallest = smaller;
    return stillFails;
  };
  for (const kind of activeFaults(settings.faults)) {
    await tryThis({ ...smallest, faults: withoutFaults(smallest.faults, new Set([kind])) });
  }
  for (let runs = smallest.workload.runs >> 1; runs > 0; runs >>= 1) {
    if (!(await tryThis({ ...smallest, workload: { ...smallest.workload, runs } }))) break;
  }
  for (let low = 0; smallest.steps - low > 1;) {
    const steps = (low + smallest.steps) >> 1;
    if (!(await tryThis({ ...smallest, steps }))) low = steps;
  }
  return smallest;
}
