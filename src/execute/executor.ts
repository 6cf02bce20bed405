import type { Clock } from "../base/clock.ts";
import { fromThrown } from "../base/coded-error.ts";
import { isLeftRunning, LeftRunning } from "../base/left-running.ts";
import { KILL_GRACE_MS, OPERATION_TIMEOUT_MS_DEFAULT, SCRIPT_TIMEOUT_MS_DEFAULT } from "../base/limits.ts";
import { isDetaching } from "../host/detached-exec.ts";
import type { Host } from "../operation/host.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { ContentStore, Provider, ProviderRegistry } from "../operation/provider.ts";
import type { AttemptResult, Job } from "../protocol/job.ts";
import { cancelled, crashed, left, noSuchHost, timedOut, type AttemptEnd } from "./attempt-end.ts";
import { AttemptClaims } from "./attempt-claims.ts";
import type { Attempt, AttemptTrace } from "./attempt.ts";
import type { CallFolders } from "./call-folders.ts";
import { createMemoryJournal, type Journal } from "./journal.ts";
import { Masker } from "./masker.ts";
import { performWork, secretsOf } from "./perform-work.ts";
import type { PreImageStore } from "./pre-image-store.ts";
import { absentHost, scopedHost } from "./scoped-host.ts";

/** Time an attempt that was asked to stop gets on top of its kill grace; after it nobody can say how it ended. */
const STOP_MARGIN_MS = 5_000;

export interface ExecutorOptions {
  readonly providers: ProviderRegistry;
  /** The host with this name; `undefined` when there is none. */
  readonly hostFor: (name: string) => Host | undefined;
  readonly contents: ContentStore;
  readonly preImages: PreImageStore;
  readonly clock: Clock;
  /** Default: one in memory. */
  readonly journal?: Journal;
  /**
   * Where commands leave their end, so that an executor with the same journal can go on with them after a restart. Without
   * it they end with the process, and what they did is unknown.
   */
  readonly calls?: CallFolders;
  /** Values that must not show up in anything, besides the secret parameters of operations. */
  readonly secrets?: readonly string[];
}

export interface ExecuteOptions {
  /** Aborting asks the attempt to stop; its result is still awaited. */
  readonly signal: AbortSignal;
  /** Live output, secrets masked. What it throws is ignored. */
  readonly onOutput?: (stream: "stdout" | "stderr", line: string) => void;
  /** Progress of a script in percent, never going back. What it throws is ignored. */
  readonly onProgress?: (percent: number, message?: string) => void;
}

/**
 * Carries out jobs. Disposing ends what runs and waits for it; with a durable journal it is left: commands that survive go on,
 * and the next executor is asked for their results.
 */
export interface Executor extends AsyncDisposable {
  /**
   * Carries out one attempt and answers how it ended; never rejects. A token starts at most once: sent again, it
   * is answered with the same result, or joins the attempt while it runs. Attempts with different tokens run at the
   * same time. Jobs in mode `inspect` or `probe`, and operations that only read, change nothing and may be repeated.
   *
   * With a durable journal this holds over restarts: an attempt that was running is gone on with when its commands can be
   * found (scripts and operations that are not idempotent, see `calls`); otherwise it is `unknown`. A token that cannot be
   * written down is not started: the outcome is a retryable failure.
   */
  execute(job: Job, options: ExecuteOptions): Promise<AttemptResult>;
}

/**
 * Makes the executor that local hosts, SSH and agents share.
 *
 * @example
 * await using executor = createExecutor({ providers, hostFor: () => host, contents, preImages, clock });
 * const { outcome } = await executor.execute(job, { signal: AbortSignal.timeout(60_000) });
 */
export function createExecutor(options: ExecutorOptions): Executor {
  return new AttemptExecutor(options);
}

/** Why an attempt was asked to stop. */
type StopCause = "timeout" | "cancelled";

interface RunningAttempt {
  readonly stop: AbortController;
  readonly result: Promise<AttemptResult>;
}

class AttemptExecutor implements Executor {
  readonly #options: ExecutorOptions;
  readonly #journal: Journal;
  readonly #claims: AttemptClaims;
  /** By token and mode. */
  readonly #running = new Map<string, RunningAttempt>();
  readonly #disposal = new AbortController();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#journal = options.journal ?? createMemoryJournal();
    this.#claims = new AttemptClaims({ ...options, journal: this.#journal });
  }

  async execute(job: Job, options: ExecuteOptions): Promise<AttemptResult> {
    const key = `${job.token} ${job.mode}`;
    // What still runs need not be probed: its own result says more.
    let running =
      this.#running.get(key) ??
      (job.mode === "probe" ? this.#running.get(`${job.probeOf ?? job.token} apply`) : undefined);
    if (running === undefined) {
      const stop = new AbortController();
      running = { stop, result: this.#start(job, options, stop) };
      this.#running.set(key, running);
      void running.result.finally(() => this.#running.delete(key));
    }
    const { stop, result } = running;
    const onAbort = (): void => stop.abort(options.signal.reason);
    if (options.signal.aborted) onAbort();
    options.signal.addEventListener("abort", onAbort, { once: true });
    try {
      const ended = await result;
      if (job.mode === "probe") await this.#holdPreImage(job);
      return ended;
    } finally {
      options.signal.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { calls } = this.#options;
    const reason = "the executor was closed";
    this.#disposal.abort(calls === undefined ? new Error(reason) : new LeftRunning(reason));
    for (const { stop } of this.#running.values()) stop.abort(this.#disposal.signal.reason);
    await Promise.all(Array.from(this.#running.values(), (running) => running.result));
    await this.#claims[Symbol.asyncDispose]();
  }

  /** What the lost attempt captured is from now on that of the probe too, under whose number it is undone. */
  async #holdPreImage({ token, probeOf }: Job): Promise<void> {
    if (probeOf === undefined) return;
    const { preImages } = this.#options;
    const held = await preImages.load(probeOf);
    // When it cannot be kept, undoing says that there is none.
    if (held.ok && held.value !== undefined) await preImages.save(token, held.value);
  }

  async #start(job: Job, options: ExecuteOptions, stop: AbortController): Promise<AttemptResult> {
    const startedAtMs = this.#options.clock.monotonicMs();
    // When the store fails here, undoing meets the same failure and reports it.
    const secrets = await secretsOf(job, this.#options).catch(() => []);
    const masker = new Masker([...(this.#options.secrets ?? []), ...(job.secrets ?? []), ...secrets]);
    const finished = (outcome: Outcome): AttemptResult => ({
      token: job.token,
      outcome: masker.outcome(outcome),
      durationMs: this.#options.clock.monotonicMs() - startedAtMs,
    });
    try {
      const claim = await this.#claims.claim(job);
      if (claim.kind === "known") return claim.result;
      if (claim.kind === "refused") return finished(claim.outcome);
      if (this.#disposal.signal.aborted) stop.abort(this.#disposal.signal.reason);
      const isResumed = claim.kind === "resumed";
      const result = finished(await this.#attempt(job, { ...options, masker, stop, isResumed }));
      // What was left has no result yet.
      const isLeft = result.outcome.status === "unknown" && isLeftRunning(stop.signal.reason);
      if (job.mode === "apply" && !isLeft) await this.#claims.keep(job, result);
      return result;
    } catch (thrown) {
      // Not the provider: the journal or the executor itself. Nobody can say how far the attempt got.
      return finished({ status: "unknown", reason: fromThrown("DRV_INTERNAL", thrown, "Cannot execute job").message });
    }
  }

  async #attempt(
    job: Job,
    options: ExecuteOptions & {
      readonly masker: Masker;
      readonly stop: AbortController;
      readonly isResumed: boolean;
    },
  ): Promise<Outcome> {
    const trace: AttemptTrace = { hasStartedChanging: false, holdsPreImage: false };
    const { stop, masker, isResumed } = options;
    if (isLeftRunning(stop.signal.reason)) return left();
    if (stop.signal.aborted && !isResumed) return cancelled(stop.signal.reason, masker);
    const host = this.#hostOf(job);
    if (host === undefined) return noSuchHost(job, trace);
    let cause: StopCause | undefined;
    const timeoutMs = job.timeoutMs ?? this.#timeoutMsOf(job);
    const onAbort = (): void => void (cause ??= "cancelled");
    stop.signal.addEventListener("abort", onAbort, { once: true });
    if (stop.signal.aborted) onAbort();
    using _timer = this.#options.clock.setTimer(timeoutMs, () => {
      cause ??= "timeout";
      stop.abort(new Error(`the attempt took longer than ${timeoutMs} ms`));
    });
    const attempt = this.#newAttempt(job, { ...options, host, trace });
    const ended = await this.#untilStopped(
      job,
      stop.signal,
      performWork(attempt, { ...this.#options, journal: this.#journal }),
    );
    if (ended.kind === "outcome" && !(stop.signal.aborted && ended.outcome.status === "failed")) return ended.outcome;
    if (isLeftRunning(stop.signal.reason)) return left();
    if (ended.kind === "deaf") {
      return { status: "unknown", reason: "The attempt was asked to stop and did not answer in time" };
    }
    if (cause === "timeout") return timedOut(job, timeoutMs, trace);
    if (cause === "cancelled") return cancelled(stop.signal.reason, masker);
    if (ended.kind === "outcome") return ended.outcome;
    return crashed(job, ended.thrown, trace);
  }

  /** Waits for the work, after a stop not longer than it may need to end its processes. */
  async #untilStopped(job: Job, signal: AbortSignal, work: Promise<Outcome>): Promise<AttemptEnd> {
    const { promise: deaf, resolve } = Promise.withResolvers<AttemptEnd>();
    using timers = new DisposableStack();
    const onAbort = (): void => {
      const patienceMs = (job.killGraceMs ?? KILL_GRACE_MS) + STOP_MARGIN_MS;
      timers.use(this.#options.clock.setTimer(patienceMs, () => resolve({ kind: "deaf" })));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    timers.defer(() => signal.removeEventListener("abort", onAbort));
    const ended = work.then(
      (outcome): AttemptEnd => ({ kind: "outcome", outcome }),
      (thrown: unknown): AttemptEnd => ({ kind: "thrown", thrown }),
    );
    return await Promise.race([ended, deaf]);
  }

  #newAttempt(
    job: Job,
    given: ExecuteOptions & {
      readonly masker: Masker;
      readonly stop: AbortController;
      readonly isResumed: boolean;
      readonly host: Host;
      readonly trace: AttemptTrace;
    },
  ): Attempt {
    const { masker, trace, stop } = given;
    const host = scopedHost(given.host, job.killGraceMs === undefined ? {} : { killGraceMs: job.killGraceMs });
    const onLine: Attempt["onLine"] = (stream, line) => {
      ignoringThrown(() => given.onOutput?.(stream, masker.text(line)));
    };
    const onProgress: Attempt["onProgress"] = (percent, message) => {
      ignoringThrown(() => given.onProgress?.(percent, message === undefined ? message : masker.text(message)));
    };
    const { signal } = stop;
    const context = { host, signal, token: job.token, contents: this.#options.contents, output: onLine };
    const { calls } = this.#options;
    const durable =
      calls !== undefined && job.mode === "apply" && isDetaching(given.host)
        ? { durable: { calls: calls.of(job.token), host: given.host, isResumed: given.isResumed } }
        : {};
    return { job, host, signal, masker, onLine, onProgress, context, trace, ...durable };
  }

  #providerOf(job: Job): Provider | undefined {
    return job.work.kind === "script" ? undefined : this.#options.providers.find(job.work.operation);
  }

  #hostOf(job: Job): Host | undefined {
    const spec = this.#providerOf(job)?.spec;
    const host = this.#options.hostFor(job.host);
    return host === undefined && spec?.isControllerOperation === true ? absentHost(job.host, spec.name) : host;
  }

  #timeoutMsOf(job: Job): number {
    if (job.work.kind === "script") return SCRIPT_TIMEOUT_MS_DEFAULT;
    return this.#providerOf(job)?.spec.attemptTimeoutMs ?? OPERATION_TIMEOUT_MS_DEFAULT;
  }
}

function ignoringThrown(callback: () => void): void {
  try {
    callback();
  } catch {
    // An observer that fails must not change what happens on the host.
  }
}
