import { must } from "../../base/assert.ts";
import { sha256, type JsonObject } from "../../base/json.ts";
import type { CompiledPlan } from "../../plan/compiled-plan.ts";
import { randomPlan } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { foretoldPlan, type Foretelling } from "./foretold-plan.ts";

/** A plan of a workload. */
export interface SimPlan {
  readonly number: number;
  readonly plan: CompiledPlan;
  /** Set when everything about its runs is known beforehand. */
  readonly foretelling?: Foretelling;
}

/** How large the plans of a world are. */
export interface PlanShape {
  /** Plans in which every feature of the engine stands next to every other. */
  readonly random: number;
  /** Plans of which every outcome is known beforehand. */
  readonly foretold: number;
  /** Tasks of a plan, about; copies of groups come on top. */
  readonly tasks: number;
  /** Part of the tasks of foretold plans that are functions. */
  readonly functionShare: number;
}

/** A plan of more tasks than this may do more at once than a small one. */
const SMALL_TASKS = 20;

/** The plans of one world. */
export function simPlans(random: SeededRandom, shape: PlanShape): readonly SimPlan[] {
  return Array.from({ length: shape.random + shape.foretold }, (_, number) => {
    const size = Math.ceil(shape.tasks / 2) + random.integer(shape.tasks);
    const made =
      number < shape.random
        ? { plan: freePlan(random, size) }
        : foretoldPlan(random, { size, functionShare: shape.functionShare });
    const fingerprint = sha256(`plan ${number} ${random.next()}`);
    return { ...made, number, plan: { ...made.plan, name: `plan-${number}`, fingerprint: () => fingerprint } };
  });
}

function freePlan(random: SeededRandom, size: number): CompiledPlan {
  const plan = randomPlan(random, size);
  if (size <= SMALL_TASKS) return plan;
  return { ...plan, limits: { ...plan.limits, maxParallel: 4 + random.integer(20) } };
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
