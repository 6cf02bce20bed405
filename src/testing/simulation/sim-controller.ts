import { codedError } from "../../base/coded-error.ts";
import { err, ok } from "../../base/result.ts";
import type { DurableLog } from "../../eventlog/durable-log.ts";
import type { PlanSource, RunParts } from "../../runner/plan-source.ts";
import { RunHost } from "../../runner/run-host.ts";
import type { LogChecker } from "./log-checker.ts";
import { SimFleet, type SimHosts } from "./sim-fleet.ts";
import type { OutcomePorts } from "./sim-outcomes.ts";
import { planOfSource, type SimPlan } from "./sim-plans.ts";
import type { SimProcess } from "./sim-process.ts";
import type { SimStore } from "./sim-store.ts";
import { SimUserCode } from "./sim-user-code.ts";
import type { StorePort } from "./store-port.ts";

/** What the processes of one world share. */
export interface SimParts {
  readonly store: SimStore;
  readonly hosts: SimHosts;
  readonly outcomes: OutcomePorts;
  readonly checker: LogChecker;
  readonly plans: readonly SimPlan[];
  readonly limits: HostLimits;
}

/** How the hosts of runs are set: small, so that everything happens often. */
export interface HostLimits {
  readonly idleMs: number;
  readonly checkpointEvents: number;
  readonly indexEvents: number;
  readonly segmentRows: number;
}

/** One process with a {@link RunHost} in it, and the ports through which that reaches the world. */
export class SimController {
  readonly process: SimProcess;
  readonly port: StorePort;
  readonly #parts: SimParts;
  #host: RunHost | undefined;

  constructor(process: SimProcess, parts: SimParts) {
    this.process = process;
    this.#parts = parts;
    this.port = parts.store.port(process);
  }

  /** The host, once the lane is open. */
  get host(): RunHost | undefined {
    return this.#host;
  }

  /** Opens the lane and goes on with what is not finished. @param failed the process should end */
  async open(failed: (reason: string) => void): Promise<void> {
    const { process } = this;
    const { limits } = this.#parts;
    const log: DurableLog = this.port;
    try {
      const host = await RunHost.open({
        log,
        plans: this.#plans(),
        clock: process.clock,
        random: process.random,
        idleMs: limits.idleMs,
        checkpoints: { events: limits.checkpointEvents },
        indexEvents: limits.indexEvents,
        segmentRows: limits.segmentRows,
      });
      void host.failed.then(({ code }) => failed(code));
      this.#host = host;
      process.world.log(`${process.name} owns the lane`);
      const problems = await host.resumeAll();
      if (problems.length > 0)
        process.world.log(`${process.name} sets aside: ${problems.map(({ code }) => code).join()}`);
    } catch (thrown) {
      failed(String(thrown));
    }
  }

  /** An operator looks after the runs that were set aside, now that what they lacked is there. */
  async resumeQuarantined(): Promise<void> {
    const host = this.#host;
    for (const { runId, verdict, quarantine } of host?.runs() ?? []) {
      if (verdict === undefined && quarantine !== undefined) await host?.resume(runId);
    }
  }

  /** What a run of a plan needs in this process. */
  partsOf({ plan }: SimPlan): RunParts {
    const { hosts, outcomes, checker } = this.#parts;
    const { judge } = outcomes;
    const fleet = new SimFleet(hosts, this.process, {
      dispatched: (job) => {
        const mode = job.work.kind === "undo" ? "undo" : job.mode;
        judge.checkToken({ ...job, mode }, job.token, checker.generationOf(job.runId));
        checker.handedOut(job);
      },
    });
    const userCode = new SimUserCode(this.process, outcomes, {
      called: ({ runId, attempt, index, token }) => {
        const call = checker.called({ runId, task: index, attempt, token });
        judge.checkToken(call, token, checker.generationOf(runId));
        return call;
      },
    });
    return { plan, fleet, userCode };
  }

  #plans(): PlanSource {
    const { plans } = this.#parts;
    const { process } = this;
    return {
      load: async (record) => {
        const plan = planOfSource(plans, record.source);
        if (!process.world.strikes("planMissing", 1 / 6, process.random)) return ok(this.partsOf(plan));
        if (process.random.integer(2) === 0) {
          return err([codedError("DRV_RUN_PLAN_MISSING", `Cannot find the plan of ${record.runId}`)]);
        }
        const other = { ...plan.plan, fingerprint: () => "f".repeat(64) };
        return ok(this.partsOf({ ...plan, plan: other }));
      },
    };
  }
}
