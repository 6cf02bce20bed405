import type { RunningChild } from "../actor/child-spec.ts";
import type { RunId } from "../base/ids.ts";
import type { RunView } from "../engine/run-view.ts";
import type { RunParts } from "./plan-source.ts";
import type { Lead } from "./run-checkpoints.ts";
import type { RunDriver } from "./run-driver.ts";
import { isLetGo } from "./run-faults.ts";
import type { RunObserver } from "./run-observer.ts";

/** A run that is driven here, through every restart of its driver. */
export class HostedRun {
  readonly runId: RunId;
  /** Resolves when the run is finished; rejects when it is set aside or everything ends. */
  readonly ended: Promise<RunView>;
  readonly observer: RunObserver | undefined;
  readonly lead: Lead = { events: 0, sinceMs: 0 };
  /** Monotonic time of its newest event. */
  touchedMs = 0;
  readonly #resolve: (view: RunView) => void;
  readonly #reject: (reason: unknown) => void;
  #driver: Promise<RunDriver>;
  #live: RunDriver | undefined;
  #giveDriver: (driver: RunDriver) => void;

  constructor(runId: RunId, observer: RunObserver | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<RunView>();
    this.runId = runId;
    this.observer = observer;
    this.ended = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    // Whoever waits sees it; a run nobody waits for must not end the process.
    promise.catch(() => {});
    const awaited = Promise.withResolvers<RunDriver>();
    this.#driver = awaited.promise;
    this.#giveDriver = awaited.resolve;
  }

  /** The driver while there is one; absent while the run is loaded again after a fault. */
  get live(): RunDriver | undefined {
    return this.#live;
  }

  /** The driver, once the run is loaded. */
  get driver(): Promise<RunDriver> {
    return this.#driver;
  }

  /** Takes a driver into service and answers what the supervisor needs to know of it. */
  serve(driver: RunDriver, parts: RunParts, checkpoint: () => Promise<void>): RunningChild {
    this.#live = driver;
    this.#giveDriver(driver);
    const closed = this.#end(driver, parts);
    closed.catch(() => {});
    return {
      ended: closed,
      stopAccepting: () => driver.hold(),
      drain: (signal) => driver.untilQuiet(signal),
      checkpoint,
      stop: async () => {
        driver.release();
        await closed.catch(() => {});
      },
    };
  }

  /** Waits for the end of a driver, then for the one that may follow it. */
  async #end(driver: RunDriver, parts: RunParts): Promise<void> {
    try {
      this.#resolve(await driver.finished);
    } catch (thrown) {
      if (!isLetGo(thrown)) throw thrown;
    } finally {
      this.#live = undefined;
      const awaited = Promise.withResolvers<RunDriver>();
      this.#driver = awaited.promise;
      this.#giveDriver = awaited.resolve;
      await parts.close?.();
    }
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }
}
