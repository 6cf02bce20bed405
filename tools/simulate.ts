import { parseArgs } from "node:util";
import { shrink } from "../src/testing/simulation/shrink.ts";
import { activeFaults } from "../src/testing/simulation/sim-faults.ts";
import { renewFailingSeeds } from "../test/simulation/failing-seeds.ts";
import { settingsOf } from "../src/testing/simulation/simulation-settings.ts";
import { simulate, type SimulationResult } from "../src/testing/simulation/simulation.ts";

/** Seeds that are tried for one mistake. */
const RENEW_SEEDS_MAX = 500;

const HELP = `Simulates the system with faults, many times, each time in another way.

  npm run simulate -- --seeds 200 --from 1    seeds 1 to 200
  npm run simulate -- --seed 42 --trace       one seed, with everything that happens
  npm run simulate -- --seed 42 --steps 500   the same, healed after 500 things
  npm run simulate -- --renew                 finds new seeds for the mistakes that seeds have found before

A seed that fails is made as small as possible and shown with the end of its trace.
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    steps: { type: "string" },
    trace: { type: "boolean", default: false },
    renew: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.renew) process.exitCode = await renew();
else process.exitCode = await simulateMany();

/** @returns 1 when no seed was found for a mistake */
async function renew(): Promise<number> {
  const isComplete = await renewFailingSeeds(RENEW_SEEDS_MAX, (line) => void process.stdout.write(line));
  return isComplete ? 0 : 1;
}

/** @returns 1 when an invariant was broken */
async function simulateMany(): Promise<number> {
  const first = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds) : 1;
  const steps = values.steps === undefined ? undefined : Number(values.steps);
  const sums = { events: 0, runs: 0, steps: 0, failures: 0 };
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  for (let seed = first; seed < first + count; seed++) {
    const echo = values.trace ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
    const result = await simulate(settingsOf(seed, steps), echo);
    sums.events += result.eventCount;
    sums.runs += result.runCount;
    sums.steps += result.steps;
    if (result.violations.length === 0) continue;
    sums.failures += 1;
    await show(result);
  }
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const speeds = [
    speedOf(sums, wallMs),
    // On a machine with other work, the time this process had tells more than the time on the wall.
    `of processor time: ${speedOf(sums, (user + system) / 1_000)}`,
  ];
  const done = `${sums.runs} runs, ${sums.events} events, ${sums.steps} steps`;
  process.stdout.write(`${count} seeds, ${sums.failures} failed: ${done} in ${speeds.join("; ")}\n`);
  return sums.failures === 0 ? 0 : 1;
}

/** Events are what runs write into the log, steps are what the scheduler of the simulation lets happen. */
function speedOf({ events, steps }: { readonly events: number; readonly steps: number }, ms: number): string {
  const seconds = ms / 1_000;
  return `${seconds.toFixed(1)} s, ${Math.round(events / seconds)} events/s, ${Math.round(steps / seconds)} steps/s`;
}

/** Shows a failure in its smallest form. */
async function show(result: SimulationResult): Promise<void> {
  const smallest = await shrink(result.settings, async (settings) => (await simulate(settings)).violations.length > 0);
  const { violations, trace } = await simulate(smallest);
  const { seed, steps, workload, limits, faults } = smallest;
  const lines = [
    ...trace,
    `seed ${seed} fails, also with ${steps} steps, ${JSON.stringify({ workload, limits })}`,
    `faults: ${activeFaults(faults).join(", ")}`,
    ...violations.map(({ rule, message }) => `${rule}: ${message}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
