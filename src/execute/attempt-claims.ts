import { unreachable } from "../base/assert.ts";
import { isDetaching } from "../host/detached-exec.ts";
import type { Host } from "../operation/host.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { ProviderRegistry } from "../operation/provider.ts";
import type { OperationSpec } from "../operation/spec.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";
import { forgotten, notAccepted, startedBefore } from "./attempt-end.ts";
import type { CallFolders } from "./call-folders.ts";
import { createMemoryJournal, type Acceptance, type Journal } from "./journal.ts";

/** What is known about a job before it is carried out. */
export type Claim =
  | { readonly kind: "new" }
  /** An executor that is gone has begun it, and what became of it can be found. */
  | { readonly kind: "resumed" }
  | { readonly kind: "known"; readonly result: AttemptResult }
  | { readonly kind: "refused"; readonly outcome: Outcome };

export interface AttemptClaimsOptions {
  readonly providers: ProviderRegistry;
  readonly hostFor: (name: string) => Host | undefined;
  readonly journal: Journal;
  readonly calls?: CallFolders;
}

/** Claims tokens and keeps results. Disposing waits for what is being removed. */
export class AttemptClaims implements AsyncDisposable {
  readonly #options: AttemptClaimsOptions;
  /** Remembers what only reads: after a restart it may be read again, so no disk needs to know. */
  readonly #readings = createMemoryJournal();
  readonly #removals = new Set<Promise<void>>();

  constructor(options: AttemptClaimsOptions) {
    this.#options = options;
  }

  /** Claims the token of a job that may change something. Rejects when it cannot be looked up. */
  async claim(job: Job): Promise<Claim> {
    if (job.mode === "inspect") return { kind: "new" };
    const journal = this.#journalOf(job);
    if (job.mode === "probe") {
      const found = await journal.find(job.probeOf ?? job.token);
      const isKnown = found?.state === "finished" && found.result.outcome.status !== "unknown";
      return isKnown ? { kind: "known", result: { ...found.result, token: job.token } } : { kind: "new" };
    }
    try {
      return this.#judge(job, await journal.accept(job.token, { runId: job.runId, isResent: job.isResent ?? false }));
    } catch (thrown) {
      return { kind: "refused", outcome: notAccepted(job, thrown) };
    }
  }

  /**
   * Keeps a result, to be called before it is reported. One that cannot be kept is true all the same; after a restart it is
   * found again where its commands left it, or is unknown.
   */
  async keep(job: Job, result: AttemptResult): Promise<void> {
    try {
      await this.#journalOf(job).finish(result);
    } catch {
      return;
    }
    this.#forgetCalls(job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#removals);
  }

  #judge(job: Job, acceptance: Acceptance): Claim {
    switch (acceptance.state) {
      case "accepted":
        return { kind: "new" };
      case "finished":
        this.#forgetCalls(job);
        return { kind: "known", result: acceptance.result };
      case "forgotten":
        return { kind: "refused", outcome: forgotten() };
      case "started":
        return acceptance.isSameBoot && this.#canBeFollowed(job)
          ? { kind: "resumed" }
          : { kind: "refused", outcome: startedBefore() };
      default:
        return unreachable(acceptance);
    }
  }

  #journalOf(job: Job): Journal {
    const spec = this.#specOf(job);
    const isReading = spec?.operationClass === "read-only" && job.work.kind === "operation";
    return isReading ? this.#readings : this.#options.journal;
  }

  #canBeFollowed(job: Job): boolean {
    const host = this.#options.hostFor(job.host);
    return this.#options.calls !== undefined && host !== undefined && isDetaching(host);
  }

  #forgetCalls(job: Job): void {
    const operationClass = this.#specOf(job)?.operationClass;
    const leavesNothing = operationClass === "idempotent" || operationClass === "read-only";
    if (this.#options.calls === undefined || leavesNothing) return;
    const removal = this.#options.calls.forget(job.token).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  #specOf({ work }: Job): OperationSpec | undefined {
    return work.kind === "script" ? undefined : this.#options.providers.find(work.operation)?.spec;
  }
}
