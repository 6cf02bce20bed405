import type { RunId } from "../base/ids.ts";
import type { RunEvent } from "../engine/events.ts";
import type { AppendOutcome, EventLog } from "../eventlog/event-log.ts";

/** The stream of one run in its lane: one append at a time, each after the one before. */
export class RunStream {
  readonly #runId: RunId;
  readonly #log: EventLog;
  readonly #lane: number;
  #position: number;
  #isAppending = false;

  /** @param place lane of the run, and position of its newest row, 0 for a new run */
  constructor(runId: RunId, log: EventLog, place: { readonly lane: number; readonly position: number }) {
    this.#runId = runId;
    this.#log = log;
    this.#lane = place.lane;
    this.#position = place.position;
  }

  /** Position of the newest committed row. */
  get position(): number {
    return this.#position;
  }

  get isAppending(): boolean {
    return this.#isAppending;
  }

  /**
   * Appends the events of one step. `committed` is called once they are kept, at once when the log knows at once; `failed`
   * when they are not. `isLater` tells which.
   */
  append(
    events: readonly RunEvent[],
    ends: { readonly committed: (isLater: boolean) => void; readonly failed: (thrown: unknown) => void },
  ): void {
    const row = { stream: `run/${this.#runId}`, previousPosition: this.#position, events };
    const batch = { batchId: `${this.#runId}.${this.#position + 1}`, rows: [row] };
    const appended = this.#log.append(this.#lane, this.#position, batch);
    if (!(appended instanceof Promise)) {
      this.#settle(appended);
      ends.committed(false);
      return;
    }
    this.#isAppending = true;
    appended
      .finally(() => (this.#isAppending = false))
      .then((outcome) => {
        this.#settle(outcome);
        ends.committed(true);
      })
      .catch(ends.failed);
  }

  #settle(outcome: AppendOutcome): void {
    if (outcome.outcome !== "appended") {
      throw new Error(`The log did not take the events of ${this.#runId}: ${outcome.outcome}`);
    }
    this.#position = outcome.position;
  }
}
