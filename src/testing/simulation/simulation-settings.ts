import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { WorkloadShape } from "./sim-clients.ts";
import type { HostLimits } from "./sim-controller.ts";
import { NO_FAULTS, swarmFaults, type FaultStrengths } from "./sim-faults.ts";
import type { WorkShape } from "./sim-outcomes.ts";
import type { PlanShape } from "./sim-plans.ts";
import { SimTrace } from "./sim-trace.ts";
import { SimWorld } from "./sim-world.ts";

/** Everything that makes one simulation this one: the same settings give the same trace. */
export interface SimulationSettings {
  readonly seed: number;
  /** Things that happen before the world is healed, at most. */
  readonly steps: number;
  readonly faults: FaultStrengths;
  readonly workload: WorkloadShape;
  readonly plans: PlanShape;
  readonly work: WorkShape;
  readonly limits: HostLimits;
  /** Of so many comparisons of a whole run with the fold of its log one is made; 1 makes all of them. */
  readonly compareEvery: number;
}

const STEPS_DEFAULT = 3_000;
/** Comparisons of whole runs cost more than all other checks together: all of them are made in every eighth world, elsewhere some. */
const COMPLETE_EVERY = 8;
const COMPARE_EVERY = 8;

/** The settings that a seed draws: which faults, how strong, what is asked for, how small the limits are. */
export function settingsOf(seed: number, steps = STEPS_DEFAULT): SimulationSettings {
  const random = new SimWorld(seed, NO_FAULTS, new SimTrace()).random("settings");
  const faults = swarmFaults(random);
  const { plans, ...others } = swarmWork(random);
  return {
    seed,
    steps,
    faults,
    plans,
    ...others,
    limits: {
      idleMs: random.integer(2) === 0 ? 50 + random.integer(2_000) : 60_000,
      checkpointEvents: 1 + random.integer(30 + plans.tasks),
      indexEvents: 5 + random.integer(100),
      segmentRows: 5 + random.integer(100),
    },
    compareEvery: seed % COMPLETE_EVERY === 0 ? 1 : COMPARE_EVERY,
  };
}

/** What is asked for in a world. */
type Workload = Pick<SimulationSettings, "workload" | "plans" | "work">;

/** Many small runs in which much goes wrong find other mistakes than few large ones that come far. */
function swarmWork(random: SeededRandom): Workload {
  const size = pick(random, ["small", "small", "small", "small", "medium", "medium", "large", "bulk"]);
  const spanMs = 10_000 + random.integer(60_000);
  const workloadOf = (runsMin: number, more: number): WorkloadShape => ({
    runs: runsMin + random.integer(more),
    commandsPerRun: random.integer(8),
    spanMs,
  });
  if (size === "small") {
    return {
      workload: workloadOf(4, 36),
      plans: { random: 3, foretold: 1, tasks: 7, functionShare: 1 / 2 },
      work: { trouble: 1, durationMsMax: 4_000, atOnceShare: 7 / 12 },
    };
  }
  if (size === "bulk") {
    return {
      workload: workloadOf(5, 10),
      plans: { random: 1, foretold: 2, tasks: 500 + random.integer(1_000), functionShare: 0.95 },
      work: { trouble: 0.03, durationMsMax: 300, atOnceShare: 0.97 },
    };
  }
  const work = {
    trouble: pick(random, [0.03, 0.2, 1]),
    durationMsMax: pick(random, [300, 4_000]),
    atOnceShare: 7 / 12,
  };
  return size === "medium"
    ? {
        workload: workloadOf(4, 20),
        plans: { random: 2, foretold: 2, tasks: 10 + random.integer(40), functionShare: 1 / 2 },
        work,
      }
    : {
        workload: workloadOf(2, 10),
        plans: { random: 2, foretold: 2, tasks: 60 + random.integer(200), functionShare: 1 / 2 },
        work,
      };
}
