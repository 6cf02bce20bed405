import { parseArgs } from "node:util";
import { shrink } from "../src/testing/simulation/shrink.ts";
import { activeFaults } from "../src/testing/simulation/sim-faults.ts";
import { settingsOf } from "../src/testing/simulation/simulation-settings.ts";
import { simulate, type SimulationResult } from "../src/testing/simulation/simulation.ts";

const HELP = `Simulates the system with faults, many times, each time in another way.

  npm run simulate -- --seeds 200 --from 1    seeds 1 to 200
  npm run simulate -- --seed 42 --trace       one seed, with everything that happens
  npm run simulate -- --seed 42 --steps 500   the same, healed after 500 things

A seed that fails is made as small as possible and shown with the end of its trace.
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    steps: { type: "string" },
    trace: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await simulateMany();

/** @returns 1 when an invariant was broken */
async function simulateMany(): Promise<number> {
  const first = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds) : 1;
  const steps = values.steps === undefined ? undefined : Number(values.steps);
  const sums = { events: 0, runs: 0, steps: 0, failures: 0 };
  const startedMs = performance.now();
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
  const seconds = (performance.now() - startedMs) / 1_000;
  const speed = Math.round(sums.events / seconds);
  const done = `${sums.runs} runs, ${sums.events} events, ${sums.steps} steps`;
  process.stdout.write(
    `${count} seeds, ${sums.failures} failed: ${done} in ${seconds.toFixed(1)} s, ${speed} events/s\n`,
  );
  return sums.failures === 0 ? 0 : 1;
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
