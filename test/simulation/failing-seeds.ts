import { readFileSync, writeFileSync } from "node:fs";
import { judgeMutant } from "./mutant-order.ts";
import type { Mutant } from "./mutants.ts";

/**
 * A mistake that the simulator has found in drover, as it was: with it put back, the seed finds it again. When the simulator
 * changes, so do the worlds of its seeds, and another seed finds it.
 */
export interface FailingSeed extends Mutant {
  readonly seed: number;
}

const FILE = new URL("./failing-seeds.json", import.meta.url);

export function failingSeeds(): readonly FailingSeed[] {
  return JSON.parse(readFileSync(FILE, "utf8")) as readonly FailingSeed[];
}

/** For every mistake looks for the first seed that finds it now, and notes it. @returns whether there is one for each */
export async function renewFailingSeeds(seedsMax: number, told: (line: string) => void): Promise<boolean> {
  const renewed: FailingSeed[] = [];
  let isComplete = true;
  for (const known of failingSeeds()) {
    const { seed: before, ...mutant } = known;
    const { rule, seeds: seed, message } = await judgeMutant({ mutant, from: 1, seeds: seedsMax });
    const isFound = rule !== undefined && mutant.rules.includes(rule);
    isComplete &&= isFound;
    told(
      `${isFound ? `seed ${seed}, ${rule}` : `not found by ${seedsMax} seeds, ${rule} ${message}`}: ${mutant.name}\n`,
    );
    renewed.push({ seed: isFound ? seed : before, ...mutant });
  }
  writeFileSync(FILE, `${JSON.stringify(renewed, undefined, 2)}\n`);
  return isComplete;
}
