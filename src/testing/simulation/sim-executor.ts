import type { Outcome } from "../../operation/outcome.ts";
import type { Job } from "../../protocol/job.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { ExecutionJudge } from "./execution-judge.ts";
import { outcomeOfJob, type OutcomePorts } from "./sim-outcomes.ts";
import type { SimItem } from "./sim-queue.ts";
import type { SimWorld } from "./sim-world.ts";

/** Those that are slow and do not listen take longer by this factor, at most. */
const SLOW_FACTOR = 5;

interface Execution {
  readonly job: Job;
  /** Set when it is over. */
  outcome: Outcome | undefined;
  end: SimItem | undefined;
  readonly waiting: ((outcome: Outcome) => void)[];
}

/**
 * What runs the jobs of one host: it starts each token at most once, remembers its answer, and says *unknown* about what
 * was cut short by its own restart.
 */
export class SimExecutor {
  readonly host: string;
  /** Counts the restarts without a journal: what was before is forgotten. */
  incarnation = 1;
  readonly #world: SimWorld;
  readonly #judge: ExecutionJudge;
  readonly #outcomes: OutcomePorts;
  readonly #random: SeededRandom;
  /** Its journal, by token. */
  readonly #executions = new Map<string, Execution>();
  /** Tokens of executions that do not listen when they are asked to end. */
  readonly #deaf = new Set<string>();

  constructor(host: string, world: SimWorld, outcomes: OutcomePorts) {
    this.host = host;
    this.#world = world;
    this.#judge = outcomes.judge;
    this.#outcomes = outcomes;
    this.#random = world.random(`executor ${host}`);
  }

  /** @param incarnation of the executor the job was meant for; another one knows nothing about it */
  receive(job: Job, incarnation: number, answer: (outcome: Outcome) => void): void {
    if (incarnation !== this.incarnation) return answer({ status: "unknown", reason: "the executor was replaced" });
    const execution = this.#executions.get(job.token) ?? this.#start(job);
    if (execution.outcome === undefined) execution.waiting.push(answer);
    else answer(execution.outcome);
  }

  /** Asks a job to end; it may be too late, or not listen. */
  cancel(token: string): void {
    const execution = this.#executions.get(token);
    if (execution?.end === undefined || this.#deaf.has(token) || this.#random.integer(4) === 0) return;
    execution.end[Symbol.dispose]();
    const isCancelled = this.#random.integer(3) > 0;
    const outcome = isCancelled ? ({ status: "cancelled", reason: "told to end" } as const) : undefined;
    execution.end = this.#world.after(this.#random.integer(100), "", () => this.#finish(execution, outcome));
  }

  /** Ends and begins again. Without a journal everything is forgotten. */
  restart(): void {
    const forgets = !this.#world.hasJournals;
    this.#world.log(`executor ${this.host} restarts${forgets ? " without journal" : ""}`);
    for (const execution of this.#executions.values()) this.#cutShort(execution);
    if (!forgets) return;
    this.incarnation += 1;
    this.#executions.clear();
  }

  #start(job: Job): Execution {
    const execution: Execution = { job, outcome: undefined, end: undefined, waiting: [] };
    this.#executions.set(job.token, execution);
    this.#world.log(`${this.host} starts ${job.mode} ${job.work.kind} ${job.task}#${job.attempt} ${job.token}`);
    this.#judge.started(job);
    const isSlow = this.#random.integer(12) === 0;
    const durationMs = this.#random.integer(this.#outcomes.work.durationMsMax) * (isSlow ? SLOW_FACTOR : 1);
    if (isSlow) this.#deaf.add(job.token);
    execution.end = this.#world.after(durationMs, "", () => this.#finish(execution));
    return execution;
  }

  #finish(execution: Execution, cut?: Outcome): void {
    execution.end = undefined;
    const { job } = execution;
    const outcome = cut ?? outcomeOfJob(job, this.#random, this.#outcomes);
    execution.outcome = outcome;
    this.#world.log(`${this.host} ends ${job.task}#${job.attempt} ${outcome.status}`);
    this.#judge.ended(job, outcome.status);
    for (const answer of execution.waiting.splice(0)) answer(outcome);
  }

  /** What was running is over; nobody can say how far it had come. */
  #cutShort(execution: Execution): void {
    execution.waiting.length = 0;
    if (execution.end === undefined) return;
    execution.end[Symbol.dispose]();
    execution.end = undefined;
    if (this.#random.integer(2) === 0) this.#judge.tookEffect(execution.job);
    execution.outcome = { status: "unknown", reason: "the executor restarted" };
    this.#judge.ended(execution.job, execution.outcome.status);
  }
}
