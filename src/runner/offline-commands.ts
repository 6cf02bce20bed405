import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { Command } from "../engine/commands.ts";
import { decide } from "../engine/decide.ts";
import type { RunEvent } from "../engine/events.ts";
import { holdStarts } from "../engine/hold-starts.ts";
import { takeEffects } from "../engine/take-effects.ts";
import type { EventLog } from "../eventlog/event-log.ts";
import type { RunLoader } from "./run-loader.ts";
import type { RunRecord } from "./run-record.ts";

export interface OfflinePorts {
  readonly lane: EventLog;
  readonly laneNumber: number;
  readonly loader: RunLoader;
  readonly clock: Clock;
}

/**
 * Commands to runs that nobody drives here: they are decided and written down. Nothing is started: what is ready then waits for
 * whoever resumes the run. Needs no code of the plan.
 */
export class OfflineCommands {
  readonly #ports: OfflinePorts;

  constructor(ports: OfflinePorts) {
    this.#ports = ports;
  }

  /** @returns the rejection, or `undefined` once the events are in the log */
  async follow(record: RunRecord, command: Command): Promise<CodedError | undefined> {
    const told = await this.#ports.loader.tell(record);
    if (!told.ok) return told.error;
    const { state } = told.value;
    takeEffects(state);
    // An attempt that is written down counts as perhaps started: nothing may be that nobody here can start.
    holdStarts(state);
    let next: Command | undefined = command;
    let { newest } = record;
    while (next !== undefined) {
      const decision = decide(state, next, this.#ports.clock.nowMs());
      if (!decision.ok) return next === command ? decision.rejection : undefined;
      if (decision.events.length > 0) newest = await this.#append(record, newest, decision.events);
      next = decision.hasMore ? { type: "advance" } : undefined;
    }
    return undefined;
  }

  async #append({ runId }: RunRecord, newest: number, events: readonly RunEvent[]): Promise<number> {
    const { lane, laneNumber } = this.#ports;
    const row = { stream: `run/${runId}`, previousPosition: newest, events };
    const outcome = await lane.append(laneNumber, newest, { batchId: `${runId}.${newest + 1}`, rows: [row] });
    if (outcome.outcome !== "appended") {
      throw new Error(`The log did not take the events of ${runId}: ${outcome.outcome}`);
    }
    return outcome.position;
  }
}
