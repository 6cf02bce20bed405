import type { RunningChild } from "../actor/child-spec.ts";
import type { ShutdownLimits, ShutdownReport } from "../actor/shutdown.ts";
import type { SupervisorEvent } from "../actor/supervisor-event.ts";
import { Supervisor } from "../actor/supervisor.ts";
import type { Clock } from "../base/clock.ts";
import { DroverError, type CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Command, StartCommand } from "../engine/commands.ts";
import { encodeState } from "../engine/encode-state.ts";
import type { RunEvent } from "../engine/events.ts";
import type { EventLog } from "../eventlog/event-log.ts";
import { AlarmClock } from "./alarm-clock.ts";
import type { NewRun, RecoveredRun } from "./driver-options.ts";
import { DueTimer } from "./due-timer.ts";
import { HostedRun } from "./hosted-run.ts";
import type { LaneKeeper } from "./lane-keeper.ts";
import type { RunParts } from "./plan-source.ts";
import type { RunCheckpoints } from "./run-checkpoints.ts";
import { RunDriver } from "./run-driver.ts";
import { errorOf, faultVerdict, letGo, quarantined } from "./run-faults.ts";
import type { RunLoader } from "./run-loader.ts";
import { observersOf, type RunObserver } from "./run-observer.ts";
import type { RunRecord } from "./run-record.ts";

export interface CrewPorts {
  readonly clock: Clock;
  readonly lane: EventLog;
  readonly laneNumber: number;
  readonly finished: (runId: RunId) => void;
  readonly loader: RunLoader;
  readonly keeper: LaneKeeper;
  readonly checkpoints: RunCheckpoints;
  /** Milliseconds after which a run in which nothing happens leaves memory. */
  readonly idleMs: number;
  readonly observer: ((event: SupervisorEvent) => void) | undefined;
  /** The log cannot be written any more. */
  readonly failed: (error: CodedError) => void;
}

/** The runs in memory, each a supervised child: loaded when something is to be done, let go when nothing is. */
export class RunCrew {
  readonly #ports: CrewPorts;
  readonly #supervisor: Supervisor;
  /** Also runs that were let go while somebody waits for their end. */
  readonly #runs = new Map<RunId, HostedRun>();
  readonly #entering = new Map<RunId, Promise<Result<HostedRun, readonly CodedError[]>>>();
  readonly #evicting = new Map<RunId, Promise<void>>();
  readonly #alarms: AlarmClock<RunId>;
  readonly #sweep: DueTimer;

  constructor(ports: CrewPorts) {
    const { clock } = ports;
    this.#ports = ports;
    this.#alarms = new AlarmClock(clock, (runId) => this.#wakeUp(runId));
    this.#sweep = new DueTimer(clock, () => this.#letQuietGo());
    this.#supervisor = new Supervisor({
      name: "runs",
      clock,
      meltdown: "never",
      judge: faultVerdict,
      observer: (event) => this.#told(event),
    });
    void this.#supervisor.ended.then((end) => {
      if (end !== undefined) this.#collapse(end.error);
    });
  }

  /** The run, if it is in memory. */
  loaded(runId: RunId): HostedRun | undefined {
    const hosted = this.#runs.get(runId);
    return hosted?.live === undefined ? undefined : hosted;
  }

  /** Starts a new run; answers the rejection of the engine when its inputs cannot be used. */
  async begin(start: StartCommand, parts: RunParts, observer?: RunObserver): Promise<Result<HostedRun, CodedError>> {
    const hosted = new HostedRun(start.runId, observer);
    const driver = this.#driverOf(hosted, parts, { plan: parts.plan, start });
    this.#runs.set(start.runId, hosted);
    const rejection = await driver.request(start);
    if (rejection === undefined) return this.#admit(hosted, driver, parts);
    this.#runs.delete(start.runId);
    driver.release();
    return err(rejection);
  }

  /** Brings a run that is not finished into memory, unless it is there. Waits while it is loaded again after a fault. */
  async enter(record: RunRecord, observer?: RunObserver): Promise<Result<HostedRun, readonly CodedError[]>> {
    const { runId } = record;
    await this.#evicting.get(runId);
    const hosted = this.#runs.get(runId);
    if (hosted !== undefined && this.#supervisor.child(runId) !== undefined) return driven(hosted);
    const entering = this.#entering.get(runId) ?? this.#enter(record, observer);
    this.#entering.set(runId, entering);
    return entering.finally(() => this.#entering.delete(runId));
  }

  /** Brings a finished run into memory for a command that may open it again; answers the rejection otherwise. */
  async reopen(record: RunRecord, command: Command): Promise<CodedError | undefined> {
    const loaded = await this.#ports.loader.load(record);
    if (!loaded.ok) return loaded.error[0];
    const { told, parts } = loaded.value;
    const hosted = new HostedRun(record.runId, undefined);
    const driver = this.#driverOf(hosted, parts, told);
    const rejection = await driver.request(command);
    if (rejection !== undefined || driver.view.phase === "finished") {
      if (rejection === undefined) await driver.finished.catch(() => {}); // Its new end is still being written.
      driver.release();
      await parts.close?.();
      return rejection;
    }
    this.#runs.set(record.runId, hosted);
    this.#admit(hosted, driver, parts);
    return undefined;
  }

  async shutdown(limits: ShutdownLimits): Promise<ShutdownReport> {
    this.#alarms[Symbol.dispose]();
    this.#sweep[Symbol.dispose]();
    const report = await this.#supervisor.shutdown(limits);
    for (const hosted of this.#runs.values()) hosted.fail(letGo(hosted.runId));
    this.#runs.clear();
    return report;
  }

  async #enter(record: RunRecord, observer?: RunObserver): Promise<Result<HostedRun, readonly CodedError[]>> {
    const { runId } = record;
    this.#alarms.clear(runId);
    const loaded = await this.#ports.loader.load(record);
    if (!loaded.ok) {
      // Nothing would wake it any more: whoever looks after the runs has to see it.
      if (loaded.error[0] !== undefined) this.#setAside(runId, loaded.error[0]);
      return loaded;
    }
    const { told, parts } = loaded.value;
    const hosted = this.#runs.get(runId) ?? new HostedRun(runId, observer);
    this.#runs.set(runId, hosted);
    const driver = this.#driverOf(hosted, parts, told);
    const admitted = this.#admit(hosted, driver, parts);
    driver.resume();
    return admitted;
  }

  /** Puts a driver under supervision: should it fail, another is made from the log. */
  #admit(hosted: HostedRun, driver: RunDriver, parts: RunParts): Result<HostedRun, never> {
    const { runId } = hosted;
    let first: RunDriver | undefined = driver;
    this.#touch(hosted);
    const added = this.#supervisor.startChild({
      id: runId,
      start: async () => {
        const made = first;
        first = undefined;
        if (made !== undefined) return this.#serve(hosted, made, parts);
        const record = this.#ports.keeper.index.get(runId);
        const loaded = record === undefined ? undefined : await this.#ports.loader.load(record);
        if (loaded === undefined || !loaded.ok) throw new DroverError(loaded?.error ?? []);
        const again = this.#driverOf(hosted, loaded.value.parts, loaded.value.told);
        const child = this.#serve(hosted, again, loaded.value.parts);
        again.resume();
        return child;
      },
    });
    if (!added.ok) {
      driver.release();
      hosted.fail(new DroverError([added.error]));
    }
    return ok(hosted);
  }

  #serve(hosted: HostedRun, driver: RunDriver, parts: RunParts): RunningChild {
    return hosted.serve(driver, parts, () => this.#keepQuiet(hosted, driver));
  }

  /** Keeps the state of a run, if that is worth it and it is not just being written. */
  async #keepQuiet({ runId, lead }: HostedRun, driver: RunDriver): Promise<void> {
    const { checkpoints } = this.#ports;
    if (!checkpoints.isWorthKeeping(lead) || !driver.isSettled) return;
    lead.events = 0;
    await checkpoints.keep(runId, driver.position, driver.read(encodeState));
  }

  #driverOf(hosted: HostedRun, parts: RunParts, run: NewRun | RecoveredRun): RunDriver {
    const { clock, lane, laneNumber } = this.#ports;
    const observer = observersOf([parts.observer, hosted.observer]);
    const driver: RunDriver = new RunDriver({
      ...run,
      fleet: parts.fleet,
      userCode: parts.userCode,
      log: lane,
      lane: laneNumber,
      clock,
      committed: (events, isSettled) => this.#committed({ hosted, driver }, events, isSettled),
      ...(observer === undefined ? {} : { observer }),
    });
    driver.finished.catch(() => {});
    return driver;
  }

  #committed(
    { hosted, driver }: { readonly hosted: HostedRun; readonly driver: RunDriver },
    events: readonly RunEvent[],
    isSettled: boolean,
  ): void {
    const { clock, checkpoints, failed } = this.#ports;
    const { runId, lead } = hosted;
    hosted.touchedMs = clock.monotonicMs();
    if (!checkpoints.isDue(lead, events.length) || !isSettled) return;
    lead.events = 0;
    checkpoints
      .keep(runId, driver.position, driver.read(encodeState))
      .catch((thrown: unknown) => failed(errorOf(thrown, "Cannot keep a snapshot")));
  }

  #touch(hosted: HostedRun): void {
    hosted.touchedMs = this.#ports.clock.monotonicMs();
    this.#armSweep();
  }

  #armSweep(): void {
    if (!this.#sweep.isArmed) this.#sweep.arm(this.#ports.clock.nowMs() + this.#ports.idleMs);
  }

  /** Runs in which nothing happens need no memory: time and commands bring them back. */
  #letQuietGo(): void {
    const limitMs = this.#ports.clock.monotonicMs() - this.#ports.idleMs;
    let others = 0;
    for (const hosted of this.#runs.values()) {
      const { live } = hosted;
      if (live === undefined) continue;
      if (live.isQuiet && hosted.touchedMs <= limitMs) this.#evictLater(hosted, live);
      else others += 1;
    }
    if (others > 0) this.#armSweep();
  }

  #evictLater(hosted: HostedRun, driver: RunDriver): void {
    if (this.#evicting.has(hosted.runId)) return;
    const evicting = this.#evict(hosted, driver).finally(() => this.#evicting.delete(hosted.runId));
    this.#evicting.set(hosted.runId, evicting);
  }

  async #evict(hosted: HostedRun, driver: RunDriver): Promise<void> {
    const { runId } = hosted;
    const dueMs = driver.nextDueMs;
    try {
      await this.#keepQuiet(hosted, driver);
    } catch (thrown) {
      this.#ports.failed(errorOf(thrown, "Cannot keep a snapshot"));
    }
    // Something may have happened meanwhile.
    if (!driver.isQuiet) return this.#touch(hosted);
    await this.#supervisor.stopChild(runId);
    if (dueMs !== undefined) this.#alarms.set(runId, dueMs);
    return undefined;
  }

  #wakeUp(runId: RunId): void {
    const record = this.#ports.keeper.index.get(runId);
    if (record === undefined) return;
    // What cannot be loaded is set aside.
    void this.enter(record);
  }

  #told(event: SupervisorEvent): void {
    this.#ports.observer?.(event);
    if (event.type === "quarantined") this.#setAside(parseChild(event.child), event.error);
    if (event.type !== "exited") return;
    this.#runs.delete(parseChild(event.child));
    this.#ports.finished(parseChild(event.child));
  }

  #setAside(runId: RunId, error: CodedError): void {
    this.#ports.keeper.index.quarantine(runId, error);
    this.#runs.get(runId)?.fail(quarantined(runId, error));
    this.#runs.delete(runId);
    void this.#supervisor.stopChild(runId);
  }

  #collapse(error: CodedError): void {
    for (const hosted of this.#runs.values()) hosted.fail(new DroverError([error]));
    this.#ports.failed(error);
  }
}

/** Waits until a run that is being loaded again is driven, or has been set aside. */
async function driven(hosted: HostedRun): Promise<Result<HostedRun, readonly CodedError[]>> {
  try {
    await Promise.race([hosted.driver, hosted.ended]);
    return ok(hosted);
  } catch (thrown) {
    return err(thrown instanceof DroverError ? thrown.errors : [errorOf(thrown, "Cannot load the run")]);
  }
}

/** Children are named by their runs. */
function parseChild(id: string): RunId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every child was added under a run id
  return id as RunId;
}
