import { codedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CodedError } from "../../base/coded-error.ts";
import type { DispatchOptions, Fleet, FleetHost } from "../../fleet/fleet.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { Target } from "../../plan/compiled-plan.ts";
import type { AttemptResult, Job } from "../../protocol/job.ts";
import { RANDOM_HOSTS } from "../random-plan.ts";
import { SimExecutor } from "./sim-executor.ts";
import { SimNetwork } from "./sim-network.ts";
import type { OutcomePorts } from "./sim-outcomes.ts";
import type { SimProcess } from "./sim-process.ts";
import type { SimItem } from "./sim-queue.ts";
import type { SimWorld } from "./sim-world.ts";

/** Time without an answer after which a job is sent again under its token, or given up. */
const RESEND_MS = 5_000;
const SENDS_MAX = 12;
const HOST_NAMES = ["", "h1", "h2", "h3"] as const;

/** Who looks at what leaves a process. */
export interface DispatchWatcher {
  /** I6: what is sent out must be in the log. */
  dispatched(job: Job): void;
}

/** The hosts of the simulated world, and the network between. */
export class SimHosts {
  readonly executors: ReadonlyMap<string, SimExecutor>;
  readonly network: SimNetwork;
  readonly world: SimWorld;

  constructor(world: SimWorld, outcomes: OutcomePorts) {
    this.world = world;
    this.network = new SimNetwork(world);
    this.executors = new Map(HOST_NAMES.map((name) => [name, new SimExecutor(name, world, outcomes)]));
  }
}

/** The hosts as one process reaches them: it sends a job again while nobody answers, if executors remember tokens. */
export class SimFleet implements Fleet {
  readonly isDurable: boolean;
  readonly #hosts: SimHosts;
  readonly #process: SimProcess;
  readonly #watcher: DispatchWatcher;

  constructor(hosts: SimHosts, process: SimProcess, watcher: DispatchWatcher) {
    this.isDurable = hosts.world.hasJournals;
    this.#hosts = hosts;
    this.#process = process;
    this.#watcher = watcher;
  }

  hosts(): readonly FleetHost[] {
    return HOST_NAMES.slice(1).map((name) => ({ name, labels: {} }));
  }

  resolve(target: Target): Result<readonly string[], CodedError> {
    if (target.kind === "any" || target.kind === "all") return ok(RANDOM_HOSTS["_all"] ?? []);
    if (target.kind === "label") return ok(target.key === "set" ? target.value.split("+") : []);
    if (target.kind === "host" && this.#hosts.executors.has(target.name)) return ok([target.name]);
    return err(codedError("DRV_FLEET_NO_HOST", `Cannot resolve "${target.text}": no host is meant by it`));
  }

  async facts(): Promise<Result<never, CodedError>> {
    return err(codedError("DRV_FLEET_UNKNOWN_HOST", "Cannot ask for facts: hosts of a simulation have none"));
  }

  async dispatch(job: Job, { signal }: DispatchOptions): Promise<AttemptResult> {
    if (!this.#process.acts()) return new Promise(() => {});
    this.#watcher.dispatched(job);
    const executor = this.#hosts.executors.get(job.host);
    if (executor === undefined) return answerOf(job, { status: "unknown", reason: "there is no such host" });
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#sendUntilAnswered(job, executor, (outcome) => this.#process.deliver(() => resolve(outcome)));
    const what = `cancel ${job.task}#${job.attempt}`;
    const cancel = (): void => {
      if (this.#process.acts()) this.#hosts.network.send(job.host, what, () => executor.cancel(job.token));
    };
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
    return answerOf(job, await promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #sendUntilAnswered(job: Job, executor: SimExecutor, answered: (outcome: Outcome) => void): void {
    const { network, world } = this.#hosts;
    const what = `${job.task}#${job.attempt}`;
    const { incarnation } = executor;
    let isAnswered = false;
    let resend: SimItem | undefined;
    const settle = (outcome: Outcome): void => {
      if (isAnswered) return;
      isAnswered = true;
      resend?.[Symbol.dispose]();
      answered(outcome);
    };
    const send = (sends: number): void => {
      if (isAnswered || !this.#process.isAlive) return;
      if (sends >= SENDS_MAX) return settle({ status: "unknown", reason: "the host did not answer" });
      if (sends === 0 || this.isDurable) {
        network.send(job.host, `job ${what}`, () =>
          executor.receive(job, incarnation, (outcome) =>
            network.send(job.host, `answer ${what}`, () => settle(outcome)),
          ),
        );
      }
      resend = world.after(RESEND_MS, "", () => this.#process.deliver(() => send(sends + 1)));
    };
    send(0);
  }
}

function answerOf(job: Job, outcome: Outcome): AttemptResult {
  return { token: job.token, outcome, durationMs: 1 };
}
