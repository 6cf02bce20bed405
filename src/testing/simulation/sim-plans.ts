import { must } from "../../base/assert.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import { randomPlan } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** A plan of a workload. */
export interface SimPlan {
  readonly number: number;
  readonly plan: CompiledPlan;
}

/** The plans of one world: random ones, with every feature of the engine next to every other. */
export function simPlans(random: SeededRandom, count: number): readonly SimPlan[] {
  return Array.from({ length: count }, (_, number) => {
    const plan = randomPlan(random, 3 + random.integer(10));
    const fingerprint = sha256(`plan ${number} ${random.next()}`);
    return { number, plan: { ...plan, name: `plan-${number}`, fingerprint: () => fingerprint } };
  });
}

/** What a run keeps of where its plan came from. */
export function sourceOf({ number }: SimPlan): JsonObject {
  return { plan: number };
}

/** The plan a source names. */
export function planOfSource(plans: readonly SimPlan[], source: JsonObject | undefined): SimPlan {
  const number = source?.["plan"];
  return must(typeof number === "number" ? plans[number] : undefined, "A run of the simulation names its plan");
}
