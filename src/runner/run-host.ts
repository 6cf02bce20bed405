import type { ShutdownLimits, ShutdownReport } from "../actor/shutdown.ts";
import type { SupervisorEvent } from "../actor/supervisor-event.ts";
import type { Clock, Random } from "../base/clock.ts";
import { codedError, type CodedError } from "../base/coded-error.ts";
import { newRunId, type RunId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { AdoptedTask } from "../engine/adopted-tasks.ts";
import type { Command } from "../engine/commands.ts";
import { preview, type CommandPreview } from "../engine/preview.ts";
import type { RunView } from "../engine/run-view.ts";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { LaneWriter } from "../eventlog/lane-writer.ts";
import { adoptedFrom, forkPreviewOf, type ForkPreview } from "./fork-request.ts";
import type { HostedRun } from "./hosted-run.ts";
import type { LaneKeeper } from "./lane-keeper.ts";
import { OfflineCommands } from "./offline-commands.ts";
import { openLane, type OpenedLane } from "./open-lane.ts";
import { PlanKeeper } from "./plan-keeper.ts";
import { OneByOne } from "./one-by-one.ts";
import type { PlanSource } from "./plan-source.ts";
import { RunCheckpoints, type CheckpointLimits } from "./run-checkpoints.ts";
import { RunCrew } from "./run-crew.ts";
import { errorOf, isLetGo, letGo, runUnknown } from "./run-faults.ts";
import { RunLane } from "./run-lane.ts";
import { RunLoader } from "./run-loader.ts";
import type { RunObserver } from "./run-observer.ts";
import type { RunRecord } from "./run-record.ts";
import { keyConflict, startCommandOf, type StartRequest } from "./start-request.ts";

export interface RunHostOptions {
  /** Where the runs live. Not closed by the host. */
  readonly log: DurableLog;
  /** Default 0. */
  readonly lane?: number;
  readonly plans: PlanSource;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds after which a run in which nothing happens leaves memory. Default 60,000. */
  readonly idleMs?: number;
  readonly checkpoints?: CheckpointLimits;
  /** Events of all runs after which the index of the lane is kept. Default 20,000, or 20 for each run when that is more. */
  readonly indexEvents?: number;
  /** Rows of a segment of the log. Default 500,000. */
  readonly segmentRows?: number;
  /** Told about faults, restarts and quarantines. */
  readonly observer?: (event: SupervisorEvent) => void;
}

/** A run that is driven here. */
export interface StartedRun {
  readonly runId: RunId;
  /** False when an idempotency key led to a run that was started before. */
  readonly isNew: boolean;
  /** Resolves when the run is finished; rejects with `DRV_RUN_QUARANTINED`, `DRV_RUN_HOST_CLOSED` or `DRV_LOG_…`. */
  readonly ended: Promise<RunView>;
}

const IDLE_MS_DEFAULT = 60_000;

/**
 * Hosts the runs of one lane of a durable log: starts them, brings those of earlier processes back, drives them under a
 * supervisor, keeps snapshots, and lets go of those in which nothing happens. What it acknowledges is in the log.
 *
 * A fault in one run touches no other: it is loaded again from the log, and set aside when that happens again and again.
 * When the log cannot be written everything ends, with the log intact: see {@link RunHost.failed}.
 */
export class RunHost implements AsyncDisposable {
  /** Resolves with the reason when the log could not be written: the process should end. */
  readonly failed: Promise<CodedError>;
  readonly #damaged: readonly CodedError[];
  readonly #options: RunHostOptions;
  readonly #writer: LaneWriter;
  readonly #keeper: LaneKeeper;
  readonly #loader: RunLoader;
  readonly #plans: PlanKeeper;
  readonly #crew: RunCrew;
  readonly #offline: OfflineCommands;
  /** Starts under one idempotency key follow each other. */
  readonly #starting = new OneByOne<string>();
  /** Commands to one finished run follow each other: the first may open it again. */
  readonly #reopening = new OneByOne<RunId>();
  #closing: Promise<ShutdownReport> | undefined;

  private constructor(options: RunHostOptions, { writer, keeper, damaged, failed, fail }: OpenedLane) {
    const { log, clock, plans, idleMs = IDLE_MS_DEFAULT } = options;
    const lane = new RunLane(writer, log.blobs);
    this.failed = failed;
    this.#damaged = damaged;
    this.#options = options;
    this.#writer = writer;
    this.#keeper = keeper;
    this.#loader = new RunLoader(log, writer.lane, plans);
    this.#plans = new PlanKeeper(log.blobs);
    const shared = { lane, laneNumber: writer.lane, loader: this.#loader, keeper, clock };
    this.#offline = new OfflineCommands(shared);
    this.#crew = new RunCrew({
      ...shared,
      idleMs,
      // A process that runs for years must not remember where each of its runs ended.
      finished: (runId) => writer.forget(`run/${runId}`),
      checkpoints: new RunCheckpoints({ log, writer, clock }, options.checkpoints),
      observer: options.observer,
      failed: fail,
    });
  }

  /**
   * Takes the lane over and reads where its runs stand. Nothing is driven before it is asked for: see
   * {@link RunHost.resume} and {@link RunHost.resumeAll}. Rejects with `DRV_LOG_…` when the log cannot be used.
   */
  static async open(options: RunHostOptions): Promise<RunHost> {
    return new RunHost(options, await openLane(options));
  }

  /** Snapshots and rows that were passed over while the lane and its runs were read. */
  get damaged(): readonly CodedError[] {
    return [...this.#damaged, ...this.#loader.passedOver];
  }

  /** Runs that are known, newest first. */
  runs(): readonly RunRecord[] {
    return this.#keeper.index.all();
  }

  record(runId: RunId): RunRecord | undefined {
    return this.#keeper.index.get(runId);
  }

  /** Whether the run is in memory. */
  isLoaded(runId: RunId): boolean {
    return this.#crew.loaded(runId) !== undefined;
  }

  /** Starts a run; when it resolves the run is in the log. Refused: `DRV_RUN_…` and `DRV_FLEET_…`, all together. */
  async start(request: StartRequest, observer?: RunObserver): Promise<Result<StartedRun, readonly CodedError[]>> {
    const { idempotencyKey: key } = request;
    if (key === undefined) return this.#start(request, observer);
    return this.#starting.run(key, () => this.#startOnce(request, key, observer));
  }

  /**
   * Goes on with a run of an earlier process. Refused: `DRV_RUN_UNKNOWN`, `DRV_RUN_FINISHED`, and what keeps it from being
   * loaded. A run that was set aside gets another chance.
   */
  async resume(runId: RunId, observer?: RunObserver): Promise<Result<StartedRun, readonly CodedError[]>> {
    const record = this.record(runId);
    if (this.#closing !== undefined) return err(letGo(runId).errors);
    if (record === undefined) return err([runUnknown(runId)]);
    if (record.verdict !== undefined) {
      return err([codedError("DRV_RUN_FINISHED", `Cannot resume ${runId}: it has ended with "${record.verdict}"`)]);
    }
    if (record.quarantine !== undefined) this.#keeper.index.release(runId);
    const entered = await this.#crew.enter(record, observer);
    return entered.ok ? ok(startedRun(entered.value, false)) : entered;
  }

  /** Goes on with everything that is not finished; answers what could not be loaded, each set aside. */
  async resumeAll(): Promise<readonly CodedError[]> {
    const problems: CodedError[] = [];
    for (const { runId, verdict, quarantine } of this.runs()) {
      if (verdict !== undefined || quarantine !== undefined) continue;
      const resumed = await this.resume(runId);
      if (resumed.ok) continue;
      problems.push(...resumed.error);
      const [reason] = resumed.error;
      if (reason !== undefined) this.#keeper.index.quarantine(runId, reason);
    }
    return problems;
  }

  /**
   * Gives a run a command and answers when it is settled: `undefined` once its events are in the log, or the rejection. A
   * run that is not loaded is, and one that ended goes on when the command opens it again.
   */
  async command(runId: RunId, command: Command): Promise<CodedError | undefined> {
    if (this.#closing !== undefined) return letGo(runId).errors[0];
    const record = this.record(runId);
    if (record === undefined) return runUnknown(runId);
    try {
      if (record.verdict !== undefined && !this.isLoaded(runId))
        return await this.#reopening.run(runId, () => this.#reopenNow(runId, command));
      const entered = await this.#crew.enter(record);
      if (!entered.ok) return entered.error[0];
      const driver = await entered.value.driver;
      return await driver.request(command);
    } catch (thrown) {
      // The run ended or was let go in the same moment: its log says what the command means now.
      if (isLetGo(thrown) && this.#closing === undefined) return this.command(runId, command);
      return errorOf(thrown, `Cannot ${command.type} ${runId}`);
    }
  }

  /** Like {@link RunHost.command} for a run that nobody drives here: what follows is started by whoever resumes it. */
  async commandOffline(runId: RunId, command: Command): Promise<CodedError | undefined> {
    if (this.isLoaded(runId)) return this.command(runId, command);
    const record = this.record(runId);
    return record === undefined ? runUnknown(runId) : this.#offline.follow(record, command);
  }

  /** Says what a command would do to a run, as its log stands, and changes nothing. */
  async preview(runId: RunId, command: Command): Promise<Result<CommandPreview, CodedError>> {
    const record = this.record(runId);
    if (record === undefined) return err(runUnknown(runId));
    const told = await this.#loader.tell(record);
    return told.ok ? preview(told.value.state, command, this.#options.clock.nowMs()) : told;
  }

  /** Says what a start with `fork` would take over, and changes nothing. Refused like that start. */
  async previewFork(request: StartRequest): Promise<Result<ForkPreview, readonly CodedError[]>> {
    const adopted = await this.#adopted(request);
    return adopted.ok ? ok(forkPreviewOf(request.parts.plan, adopted.value)) : adopted;
  }

  /** The run as it stands: live while it is loaded here, else as the log tells it. */
  async view(runId: RunId): Promise<Result<RunView, CodedError>> {
    const live = this.#crew.loaded(runId)?.live;
    if (live !== undefined) return ok(live.view);
    const record = this.record(runId);
    return record === undefined ? err(runUnknown(runId)) : this.#loader.view(record);
  }

  /**
   * Ends gracefully: starts nothing new, waits for what runs within the limits, keeps snapshots, lets all runs go. What
   * still runs then is found again by whoever resumes the runs. Asking again waits for the same end.
   */
  shutdown(limits: ShutdownLimits = {}): Promise<ShutdownReport> {
    this.#closing ??= this.#shutDown(limits);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ drainMs: 0 });
  }

  #reopenNow(runId: RunId, command: Command): Promise<CodedError | undefined> {
    const record = this.record(runId);
    const isFinished = record?.verdict !== undefined && !this.isLoaded(runId);
    return isFinished ? this.#crew.reopen(record, command) : this.command(runId, command);
  }

  async #startOnce(
    request: StartRequest,
    key: string,
    observer: RunObserver | undefined,
  ): Promise<Result<StartedRun, readonly CodedError[]>> {
    const found = this.#keeper.index.withKey(key);
    if (found === undefined) return this.#start(request, observer);
    const conflict = keyConflict(request, found);
    if (conflict !== undefined) return err([conflict]);
    if (found.verdict === undefined) return this.resume(found.runId, observer);
    const view = await this.view(found.runId);
    return view.ok ? ok({ runId: found.runId, isNew: false, ended: Promise.resolve(view.value) }) : err([view.error]);
  }

  async #start(
    request: StartRequest,
    observer: RunObserver | undefined,
  ): Promise<Result<StartedRun, readonly CodedError[]>> {
    const { clock, random } = this.#options;
    const runId = newRunId(clock, random);
    if (this.#closing !== undefined) return err(letGo(runId).errors);
    const adopted = await this.#adopted(request);
    if (!adopted.ok) return adopted;
    const start = await startCommandOf(request, { runId, adopted: adopted.value }, this.#plans);
    if (!start.ok) return start;
    const begun = await this.#crew.begin(start.value, request.parts, observer);
    return begun.ok ? ok(startedRun(begun.value, true)) : err([begun.error]);
  }

  async #adopted({
    fork,
    parts,
    params,
  }: StartRequest): Promise<Result<readonly AdoptedTask[], readonly CodedError[]>> {
    if (fork === undefined) return ok([]);
    const record = this.record(fork.runId);
    if (record === undefined) return err([runUnknown(fork.runId)]);
    return adoptedFrom(fork, { plan: parts.plan, params }, { record, loader: this.#loader });
  }

  async #shutDown(limits: ShutdownLimits): Promise<ShutdownReport> {
    const report = await this.#crew.shutdown(limits);
    await this.#keeper.keep().catch(() => {});
    await this.#writer[Symbol.asyncDispose]();
    return report;
  }
}

function startedRun(hosted: HostedRun, isNew: boolean): StartedRun {
  return { runId: hosted.runId, isNew, ended: hosted.ended };
}
