import type { OutcomeStatus } from "../../operation/outcome.ts";
import type { Job } from "../../protocol/job.ts";
import type { SimWorld } from "./sim-world.ts";

/** One attempt as the world outside knows it. */
export interface AttemptIdentity {
  readonly runId: string;
  readonly task: string;
  readonly host: string;
  readonly attempt: number;
  readonly mode: string;
}

/**
 * Sees what really runs outside, whatever controllers believe: the judge of double starts and of outcomes.
 *
 * * I4: an attempt carries the same token whenever it is sent, and a token names one attempt
 * * I5: a token starts at most once
 */
export class ExecutionJudge {
  readonly #world: SimWorld;
  readonly #tokens = new Map<string, Set<string>>();
  readonly #attempts = new Map<string, string>();
  readonly #started = new Set<string>();
  readonly #outcomes = new Map<string, Set<OutcomeStatus>>();
  /** Places (run, task, host) on which something was changed. */
  readonly #effects = new Set<string>();
  startCount = 0;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /**
   * I4: a controller hands out an attempt, perhaps again.
   * @param generations how often the task may have begun: attempts count from 1 in each
   */
  checkToken(attempt: AttemptIdentity, token: string, generations: number): void {
    const identity = identityOf(attempt);
    const tokens = this.#tokens.get(identity) ?? new Set();
    const named = this.#attempts.get(token);
    this.#tokens.set(identity, tokens.add(token));
    this.#attempts.set(token, identity);
    this.#world.check("I4", tokens.size <= generations, () => `${identity} is sent under ${tokens.size} tokens`);
    this.#world.check("I4", named === undefined || named === identity, () => `${token} names ${named} and ${identity}`);
  }

  /** I5: something is executed. */
  started(job: Job): void {
    // A look may be had again where nobody remembers that it was had.
    if (job.mode !== "apply" && !this.#world.hasJournals) return;
    this.startedToken(job.token, identityOf(job));
  }

  startedToken(token: string, what: string): void {
    this.startCount += 1;
    this.#world.check("I5", !this.#started.has(token), () => `${what} starts twice under ${token}`);
    this.#started.add(token);
  }

  wasStarted(token: string): boolean {
    return this.#started.has(token);
  }

  ended(attempt: AttemptIdentity, status: OutcomeStatus): void {
    const place = attemptPlace(attempt);
    const statuses = this.#outcomes.get(place);
    if (statuses === undefined) this.#outcomes.set(place, new Set([status]));
    else statuses.add(status);
  }

  /** Whether an attempt has really ended so, as far as anybody could know. */
  hasEnded(attempt: Omit<AttemptIdentity, "mode">, status: OutcomeStatus): boolean {
    return this.#outcomes.get(attemptPlace(attempt))?.has(status) === true;
  }

  tookEffect(job: Job): void {
    this.#effects.add(placeOf(job));
  }

  hasTakenEffect(job: Job): boolean {
    return this.#effects.has(placeOf(job));
  }
}

function placeOf({ runId, task, host }: Omit<AttemptIdentity, "attempt" | "mode">): string {
  return `${runId}/${task}@${host}`;
}

function attemptPlace(attempt: Omit<AttemptIdentity, "mode">): string {
  return `${placeOf(attempt)}#${attempt.attempt}`;
}

function identityOf(attempt: AttemptIdentity): string {
  return `${attempt.mode} ${attemptPlace(attempt)}`;
}
