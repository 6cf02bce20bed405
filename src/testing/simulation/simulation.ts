import type { RunCreated } from "../../engine/events.ts";
import { checkAtEnd, checkPrompt, checkRecovery, isAtRest } from "./check-liveness.ts";
import { ExecutionJudge } from "./execution-judge.ts";
import { LogChecker } from "./log-checker.ts";
import { SimClients, type WorkloadShape } from "./sim-clients.ts";
import { SimCluster } from "./sim-cluster.ts";
import type { HostLimits } from "./sim-controller.ts";
import { SimHosts } from "./sim-fleet.ts";
import { NO_FAULTS, swarmFaults, type FaultStrengths } from "./sim-faults.ts";
import { planOfSource, simPlans } from "./sim-plans.ts";
import { SimStore } from "./sim-store.ts";
import { SimTrace } from "./sim-trace.ts";
import { SimWorld, type Violation } from "./sim-world.ts";

/** Everything that makes one simulation this one: the same settings give the same trace. */
export interface SimulationSettings {
  readonly seed: number;
  /** Things that happen before the world is healed, at most. */
  readonly steps: number;
  readonly faults: FaultStrengths;
  readonly workload: WorkloadShape;
  readonly limits: HostLimits;
}

export interface SimulationResult {
  readonly settings: SimulationSettings;
  readonly violations: readonly Violation[];
  /** Equal for equal settings. */
  readonly traceHash: string;
  /** The newest lines of the trace. */
  readonly trace: readonly string[];
  /** Events of runs that were written. */
  readonly eventCount: number;
  readonly runCount: number;
  readonly startCount: number;
  readonly steps: number;
  readonly virtualMs: number;
}

const STEPS_DEFAULT = 3_000;
/** Steps between two sweeps of all counts. */
const SWEEP_STEPS = 500;
/** Steps after healing within which everything has to come to rest. */
const HEALED_STEPS_MAX = 200_000;
/** Virtual time after healing from which timers are punctual. */
const PROMPT_FROM_MS = 75_000;
/** Virtual time for the same: clocks may be two hours apart. */
const HEALED_MS_MAX = 6 * 3_600_000;

/** The settings that a seed draws: which faults, how strong, what is asked for, how small the limits are. */
export function settingsOf(seed: number, steps = STEPS_DEFAULT): SimulationSettings {
  const random = new SimWorld(seed, NO_FAULTS, new SimTrace()).random("settings");
  return {
    seed,
    steps,
    faults: swarmFaults(random),
    workload: {
      runs: 4 + random.integer(36),
      commandsPerRun: random.integer(8),
      spanMs: 10_000 + random.integer(60_000),
    },
    limits: {
      idleMs: random.integer(2) === 0 ? 50 + random.integer(2_000) : 60_000,
      checkpointEvents: 1 + random.integer(30),
      indexEvents: 5 + random.integer(100),
      segmentRows: 5 + random.integer(100),
    },
  };
}

/** @param echo called with every line of the trace */
export async function simulate(settings: SimulationSettings, echo?: (line: string) => void): Promise<SimulationResult> {
  const simulation = new Simulation(settings, echo);
  await simulation.live();
  await simulation.rest();
  return simulation.result();
}

class Simulation {
  readonly #settings: SimulationSettings;
  readonly #world: SimWorld;
  readonly #judge: ExecutionJudge;
  readonly #checker: LogChecker;
  readonly #store: SimStore;
  readonly #cluster: SimCluster;
  readonly #clients: SimClients;
  #steps = 0;

  constructor(settings: SimulationSettings, echo?: (line: string) => void) {
    const { seed, faults, limits } = settings;
    const world = new SimWorld(seed, faults, new SimTrace(echo));
    const plans = simPlans(world.random("plans"), 3);
    const judge = new ExecutionJudge(world);
    const planOf = ({ source }: RunCreated) => planOfSource(plans, source).plan;
    const checker = new LogChecker({ world, judge, planOf, blob: (hash) => this.#store.blob(hash) });
    this.#settings = settings;
    this.#world = world;
    this.#judge = judge;
    this.#checker = checker;
    this.#store = new SimStore(world, checker);
    const hosts = new SimHosts(world, judge);
    const parts = { store: this.#store, hosts, judge, checker, plans, limits };
    this.#cluster = new SimCluster(world, parts, () => checkRecovery(world, this.#store, checker));
    this.#clients = new SimClients({ world, checker, plans, reachable: () => this.#cluster.reachable });
  }

  /** The part in which things go wrong. */
  async live(): Promise<void> {
    const { steps, workload } = this.#settings;
    this.#cluster.begin();
    this.#clients.begin(workload);
    const endMs = 2 * workload.spanMs;
    while (this.#steps < steps && !this.#hasFailed && (await this.#world.step(endMs))) this.#tick();
  }

  /** From here on nothing goes wrong: everything has to come to rest. */
  async rest(): Promise<void> {
    if (this.#hasFailed) return;
    this.#world.log("healed");
    this.#world.heal();
    this.#cluster.heal();
    const untilMs = this.#world.nowMs + HEALED_MS_MAX;
    const promptFromMs = this.#world.nowMs + PROMPT_FROM_MS;
    const quietFromMs = this.#world.nowMs + 2 * this.#settings.workload.spanMs;
    for (let step = 0; step < HEALED_STEPS_MAX && !this.#hasFailed; step++) {
      if (!(await this.#world.step(untilMs))) break;
      this.#tick();
      if (this.#world.nowMs > promptFromMs) this.#checkPrompt();
      if (this.#world.nowMs > quietFromMs && step % 50 === 0 && this.#isAtRest()) break;
    }
    if (!this.#hasFailed) await this.#checkEnd();
  }

  result(): SimulationResult {
    const { trace, violations, nowMs } = this.#world;
    return {
      settings: this.#settings,
      violations,
      traceHash: trace.hash,
      trace: trace.lines,
      eventCount: this.#checker.eventCount,
      runCount: this.#checker.runs.size,
      startCount: this.#judge.startCount,
      steps: this.#steps,
      virtualMs: nowMs,
    };
  }

  get #hasFailed(): boolean {
    return this.#world.violations.length > 0;
  }

  #tick(): void {
    this.#steps += 1;
    if (this.#steps % SWEEP_STEPS === 0) this.#checker.sweep();
  }

  /** Where clocks have jumped, instants that were written before may lie hours ahead: the end looks at those. */
  #checkPrompt(): void {
    if (this.#settings.faults.clockJump === 0) checkPrompt(this.#world, this.#checker, this.#cluster.reachable);
  }

  #isAtRest(): boolean {
    const isReachable = this.#cluster.reachable !== undefined;
    return isReachable && this.#clients.unanswered().length === 0 && isAtRest(this.#checker);
  }

  async #checkEnd(): Promise<void> {
    this.#checker.sweep();
    const controller = this.#cluster.reachable;
    const unanswered = this.#clients.unanswered();
    await checkAtEnd({ world: this.#world, checker: this.#checker, store: this.#store, controller, unanswered });
  }
}
