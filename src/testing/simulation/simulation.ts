import type { RunCreated } from "../../engine/events.ts";
import { checkAtEnd, checkPrompt, checkRecovery, isAtRest } from "./check-liveness.ts";
import { checkForetold } from "./check-foretold.ts";
import { ForetoldOutcomes, type Foretelling } from "./foretold-plan.ts";
import { ExecutionJudge } from "./execution-judge.ts";
import { LogChecker } from "./log-checker.ts";
import { SimClients } from "./sim-clients.ts";
import { SimCluster } from "./sim-cluster.ts";
import { SimHosts } from "./sim-fleet.ts";
import { planOfSource, simPlans, type SimPlan } from "./sim-plans.ts";
import { SimStore } from "./sim-store.ts";
import { SimTrace } from "./sim-trace.ts";
import { SimWorld, type Violation } from "./sim-world.ts";
import type { SimulationSettings } from "./simulation-settings.ts";

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

/** Steps between two sweeps of all counts. */
const SWEEP_STEPS = 500;
/** Steps between two looks at what is due. */
const PROMPT_STEPS = 16;
/** Steps after healing within which everything has to come to rest. */
const HEALED_STEPS_MAX = 200_000;
/** Virtual time after healing from which timers are punctual. */
const PROMPT_FROM_MS = 75_000;
/** Virtual time for the same: clocks may be two hours apart. */
const HEALED_MS_MAX = 6 * 3_600_000;

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
  readonly #plans: readonly SimPlan[];
  readonly #judge: ExecutionJudge;
  readonly #checker: LogChecker;
  readonly #store: SimStore;
  readonly #cluster: SimCluster;
  readonly #clients: SimClients;
  #steps = 0;
  #comparisons = 0;

  constructor(settings: SimulationSettings, echo?: (line: string) => void) {
    const { seed, faults, limits } = settings;
    const world = new SimWorld(seed, faults, new SimTrace(echo));
    const plans = simPlans(world.random("plans"), settings.plans);
    const judge = new ExecutionJudge(world);
    const planOf = ({ source }: RunCreated) => planOfSource(plans, source).plan;
    const checker = new LogChecker({ world, judge, planOf, blob: (hash) => this.#store.blob(hash) });
    this.#settings = settings;
    this.#world = world;
    this.#judge = judge;
    this.#checker = checker;
    this.#store = new SimStore(world, checker);
    const foretellingOf = (runId: string) => this.#foretellingOf(runId);
    const outcomes = { judge, foretold: new ForetoldOutcomes(foretellingOf), work: settings.work };
    const hosts = new SimHosts(world, outcomes);
    const parts = { store: this.#store, hosts, outcomes, checker, plans, limits };
    this.#plans = plans;
    this.#cluster = new SimCluster(world, parts, () => this.#checkRecovery());
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
      if (this.#world.nowMs > promptFromMs && step % PROMPT_STEPS === 0) {
        checkPrompt(this.#world, this.#checker, this.#cluster.reachable);
      }
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

  #isAtRest(): boolean {
    const isReachable = this.#cluster.reachable !== undefined;
    if (!isReachable || this.#clients.unanswered().length > 0) return false;
    return isAtRest(this.#checker, (runId) => this.#foretellingOf(runId) !== undefined);
  }

  /** What is known beforehand of the end of a run. */
  #foretellingOf(runId: string): Foretelling | undefined {
    const run = this.#checker.runs.get(runId);
    return run === undefined ? undefined : planOfSource(this.#plans, run.model.created.source).foretelling;
  }

  #checkRecovery(): void {
    checkRecovery(this.#world, { store: this.#store, checker: this.#checker }, () => this.#isChosen());
  }

  /** Whether the next whole run is compared with the fold of its log. */
  #isChosen(): boolean {
    this.#comparisons += 1;
    return this.#comparisons % this.#settings.compareEvery === 0;
  }

  async #checkEnd(): Promise<void> {
    this.#checker.sweep();
    checkForetold(this.#world, this.#checker, (runId) => this.#foretellingOf(runId));
    const controller = this.#cluster.reachable;
    const unanswered = this.#clients.unanswered();
    await checkAtEnd({
      world: this.#world,
      checker: this.#checker,
      store: this.#store,
      controller,
      unanswered,
      isChosen: () => this.#isChosen(),
    });
  }
}
