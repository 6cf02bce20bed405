import { parseArgs } from "node:util";
import { settingsOf, simulate } from "../src/testing/simulation/simulation.ts";

const HELP = `Simulates the system with faults, many times, each time in another way.

  npm run simulate -- --seeds 200 --from 1    seeds 1 to 200
  npm run simulate -- --seed 42 --trace       one seed, with everything that happens
  npm run simulate -- --seed 42 --steps 500   the same, healed after 500 things
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
    process.stdout.write(
      `seed ${seed}: ${result.violations.map(({ rule, message }) => `${rule}: ${message}`).join("\n  ")}\n`,
    );
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const speed = Math.round(sums.events / seconds);
  process.stdout.write(
    `${count} seeds, ${sums.failures} failed: ${sums.runs} runs, ${sums.events} events, ${sums.steps} steps in ${seconds.toFixed(1)} s, ${speed} events/s\n`,
  );
  return sums.failures === 0 ? 0 : 1;
}
