import type { CodedError } from "../base/coded-error.ts";
import type { Clock, Random } from "../base/clock.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ShutdownLimits, ShutdownReport } from "../actor/shutdown.ts";
import type { SupervisorEvent } from "../actor/supervisor-event.ts";
import type { Command } from "../engine/commands.ts";
import type { RunView } from "../engine/run-view.ts";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { Report } from "../report/report.ts";
import type { CommandPreview } from "../engine/preview.ts";
import type { ForkPreview } from "../runner/fork-request.ts";
import { keptPlan } from "../runner/recover-run.ts";
import { RunHost, type StartedRun } from "../runner/run-host.ts";
import { runUnknown } from "../runner/run-faults.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import type { RunRecord } from "../runner/run-record.ts";
import type { StartRequest } from "../runner/start-request.ts";
import { systemClock, systemRandom } from "../runner/system.ts";
import { loadParts, partsOf } from "./durable-parts.ts";
import { forkRequestOf, type DurableForkOptions } from "./fork-run.ts";
import type { Plan, PlanResult } from "./plan.ts";
import { DURABLE_FORK_OPTIONS, DURABLE_RUN_OPTIONS, unknownRunOptions } from "./run-option-names.ts";
import type { RunOptions } from "./run-options.ts";
import { runChoices } from "./start-run.ts";

/** A plan that was found again for a run of an earlier process. */
export interface FoundPlan {
  readonly plan: Pick<Plan, "tryBind">;
  /** Hosts of the run; default: those of the plan, else those of {@link DurableRunsOptions.fleet}. */
  readonly fleet?: Fleet;
  readonly observer?: RunObserver;
  /** What the plan is bound to, as it was given at the start; default: the frozen parameters of the run. */
  readonly given?: { readonly params: JsonObject; readonly readsText: boolean };
  close?(): Promise<void>;
}

export interface DurableRunsOptions {
  /** Where the runs live: see `openSqliteLog` of `drover/sqlite`. Closed with the runs. */
  readonly log: DurableLog;
  /** Hosts of plans that bring none. Should be durable (`localFleet({ journalFolder })`): else what was running when a
   * process ended is unknown. Closed with the runs. */
  readonly fleet: Fleet;
  /**
   * Finds the plan of a run of an earlier process, by what `source` said at its start. Plans without functions need none:
   * they are kept with the run.
   */
  readonly findPlan?: (record: RunRecord) => Promise<PlanResult<FoundPlan> | undefined>;
  /** Told about faults, restarts and quarantines of runs. */
  readonly observer?: (event: SupervisorEvent) => void;
  /** Milliseconds after which a run in which nothing happens leaves memory. Default 60,000. */
  readonly idleMs?: number;
  /** For tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How a plan is run durably. */
export interface DurableRunOptions extends Pick<
  RunOptions,
  "fleet" | "maxParallel" | "rollback" | "allowIrreversible" | "actor" | "reason" | "observer" | "onUnknownHeld"
> {
  readonly params?: JsonObject;
  /** Parameter values are texts from a command line. Default false. */
  readonly readsText?: boolean;
  /** What `findPlan` needs to bring the plan back; required for plans with functions. */
  readonly source?: JsonObject;
  /** The same key, plan and parameters lead to the same run. */
  readonly idempotencyKey?: string;
}

/** A durable run that is under way here. */
export interface DurableRun {
  readonly runId: RunId;
  /** False when the idempotency key led to a run that was started before. */
  readonly isNew: boolean;
  /** Resolves when the run has ended, however it ended. Rejects when it is set aside or the runs are closed before. */
  readonly report: Promise<Report>;
}

/**
 * Runs that outlive their process. What is acknowledged here is on the disk; after a crash `resume` goes on where the log
 * ends, and nothing that cannot be repeated is done twice.
 *
 * @example
 * import { DurableRuns, localFleet, ops, Plan } from "drover";
 * import { openSqliteLog } from "drover/sqlite";
 * const folder = "/tmp/drover-example";
 * const plan = new Plan("hello");
 * plan.task("greet", ops.command.exec({ command: "echo", args: ["hello"] }), { target: "_any" });
 * await using runs = await DurableRuns.open({
 *   log: await openSqliteLog(folder),
 *   fleet: localFleet({ journalFolder: `${folder}/journal` }),
 * });
 * const started = await runs.start(plan);
 * if (started.ok) console.log((await started.value.report).summary());
 */
export class DurableRuns implements AsyncDisposable {
  readonly #host: RunHost;
  readonly #options: DurableRunsOptions;

  private constructor(host: RunHost, options: DurableRunsOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Takes over the log and reads which runs there are; none is driven before it is asked for. Rejects with `DRV_LOG_…`. */
  static async open(options: DurableRunsOptions): Promise<DurableRuns> {
    const { log, observer, idleMs, clock = systemClock, random = systemRandom } = options;
    const host = await RunHost.open({
      log,
      clock,
      random,
      plans: { load: (record, params) => loadParts(options, record, params) },
      ...(observer === undefined ? {} : { observer }),
      ...(idleMs === undefined ? {} : { idleMs }),
    });
    return new DurableRuns(host, options);
  }

  /** Resolves with the reason when the log could not be written: the process should end, its log intact. */
  get failed(): Promise<CodedError> {
    return this.#host.failed;
  }

  /** Damaged snapshots and rows that were passed over. */
  get damaged(): readonly CodedError[] {
    return this.#host.damaged;
  }

  /** Known runs, newest first: all that are not finished, and the newest 10,000 of the others. */
  list(): readonly RunRecord[] {
    return this.#host.runs();
  }

  /** Starts a run; when it resolves the run is on the disk. Everything that is wrong is answered together. */
  async start(plan: Pick<Plan, "tryBind">, options: DurableRunOptions = {}): Promise<PlanResult<DurableRun>> {
    const { params = {}, readsText = false, source, idempotencyKey, actor, reason, observer } = options;
    const unknown = unknownRunOptions(options, DURABLE_RUN_OPTIONS);
    const bound = plan.tryBind(params, { readsText });
    if (unknown.length > 0) return err([...unknown, ...(bound.ok ? [] : bound.error)]);
    if (!bound.ok) return bound;
    const started = await this.#host.start(
      {
        parts: partsOf(bound.value, this.#options, options),
        params: bound.value.params,
        options: runChoices(options, false),
        ...(source === undefined ? {} : { source }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(actor === undefined ? {} : { actor }),
        ...(reason === undefined ? {} : { reason }),
      },
      observer,
    );
    return started.ok ? ok(durableRun(started.value)) : started;
  }

  /**
   * Starts a new run that takes over what another has done, as far as other parameters and other code do not touch it.
   * Refused like a start, and: `DRV_RUN_UNKNOWN`, `DRV_RUN_TASK_UNKNOWN`, `DRV_RUN_PLAN_MISSING`.
   */
  async fork(runId: RunId, options: DurableForkOptions = {}): Promise<PlanResult<DurableRun>> {
    const request = await this.#forkRequest(runId, options);
    if (!request.ok) return request;
    const started = await this.#host.start(request.value, options.observer);
    if (started.ok) return ok(durableRun(started.value));
    await request.value.parts.close?.();
    return started;
  }

  /** Says what {@link DurableRuns.fork} would take over, and starts nothing. */
  async previewFork(runId: RunId, options: DurableForkOptions = {}): Promise<PlanResult<ForkPreview>> {
    const request = await this.#forkRequest(runId, options);
    if (!request.ok) return request;
    const told = await this.#host.previewFork(request.value);
    await request.value.parts.close?.();
    return told;
  }

  async #forkRequest(runId: RunId, options: DurableForkOptions): Promise<PlanResult<StartRequest>> {
    const unknown = unknownRunOptions(options, DURABLE_FORK_OPTIONS);
    if (unknown.length > 0) return err(unknown);
    const record = this.#host.record(runId);
    return record === undefined ? err([runUnknown(runId)]) : forkRequestOf(record, options, this.#options);
  }

  /** Goes on with a run that is not finished. */
  async resume(runId: RunId, observer?: RunObserver): Promise<PlanResult<DurableRun>> {
    const resumed = await this.#host.resume(runId, observer);
    return resumed.ok ? ok(durableRun(resumed.value)) : resumed;
  }

  /** Goes on with every run that is not finished; answers why some could not be loaded. */
  resumeAll(): Promise<readonly CodedError[]> {
    return this.#host.resumeAll();
  }

  /** Gives a run a command and drives it on; `undefined` once the command is on the disk, or the rejection. */
  command(runId: RunId, command: Command): Promise<CodedError | undefined> {
    return this.#host.command(runId, command);
  }

  /** Writes a command down without driving the run: whoever resumes it follows. */
  commandOffline(runId: RunId, command: Command): Promise<CodedError | undefined> {
    return this.#host.commandOffline(runId, command);
  }

  /** Says what a command would do to a run, and changes nothing. */
  preview(runId: RunId, command: Command): Promise<Result<CommandPreview, CodedError>> {
    return this.#host.preview(runId, command);
  }

  /** The run as it stands. */
  view(runId: RunId): Promise<Result<RunView, CodedError>> {
    return this.#host.view(runId);
  }

  /** The plan of a run as it was kept with it: to draw and tell it, not to run it. */
  async plan(runId: RunId): Promise<Result<CompiledPlan, CodedError>> {
    const record = this.#host.record(runId);
    return record === undefined ? err(runUnknown(runId)) : keptPlan(this.#options.log, record);
  }

  /** Whether the run is driven here. */
  isDriven(runId: RunId): boolean {
    return this.#host.isLoaded(runId);
  }

  /** Ends gracefully: see `RunHost.shutdown`. The log and the fleet are closed with it. */
  async shutdown(limits: ShutdownLimits = {}): Promise<ShutdownReport> {
    const report = await this.#host.shutdown(limits);
    await this.#options.fleet[Symbol.asyncDispose]();
    await this.#options.log[Symbol.asyncDispose]();
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ drainMs: 0 });
  }
}

function durableRun({ runId, isNew, ended }: StartedRun): DurableRun {
  const report = ended.then((view) => new Report(view));
  // A run whose report nobody awaits must not end the process; whoever awaits it still sees the rejection.
  report.catch(() => {});
  return { runId, isNew, report };
}
