import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { viewRun } from "../engine/view.ts";
import type { RunView } from "../engine/run-view.ts";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { PlanSource, RunParts } from "./plan-source.ts";
import { keptPlan, readCreated, recoverRun, snapshotsOf, type RunPlace, type ToldRun } from "./recover-run.ts";
import type { RunRecord } from "./run-record.ts";

/** Snapshots remembered as passed over. */
const PASSED_OVER_MAX = 100;

/** A run that can go on: its state, and the plan with code and the hosts it needs. */
export interface LoadedRun {
  readonly told: ToldRun;
  readonly parts: RunParts;
}

/** Brings runs back from the log. */
export class RunLoader {
  readonly #log: DurableLog;
  readonly #lane: number;
  readonly #plans: PlanSource;
  /** By what they say: a run is told many times. */
  readonly #passedOver = new Map<string, CodedError>();

  constructor(log: DurableLog, lane: number, plans: PlanSource) {
    this.#log = log;
    this.#lane = lane;
    this.#plans = plans;
  }

  /** Snapshots that were passed over so far, at most 100. */
  get passedOver(): readonly CodedError[] {
    return [...this.#passedOver.values()];
  }

  /** The run with its code, ready to go on; or why it cannot: see {@link PlanSource.load} and `recoverRun`. */
  async load(record: RunRecord): Promise<Result<LoadedRun, readonly CodedError[]>> {
    const place = { lane: this.#lane, record, snapshots: snapshotsOf(this.#log, record) };
    const created = await readCreated(this.#log, place);
    if (!created.ok) return err([created.error]);
    const parts = await this.#plans.load(record, created.value.params);
    if (!parts.ok) return parts;
    const { fingerprint } = created.value;
    const told =
      fingerprint !== undefined && parts.value.plan.fingerprint() !== fingerprint
        ? err(planChanged(record))
        : await this.#recover(place, parts.value.plan);
    if (told.ok) return ok({ told: told.value, parts: parts.value });
    await parts.value.close?.();
    return err([told.error]);
  }

  /** The run without its code: enough to tell it and to decide about it. */
  async tell(record: RunRecord): Promise<Result<ToldRun, CodedError>> {
    const plan = await keptPlan(this.#log, record);
    return plan.ok ? this.#recover({ lane: this.#lane, record }, plan.value) : plan;
  }

  async #recover(place: RunPlace, plan: CompiledPlan): Promise<Result<ToldRun, CodedError>> {
    const told = await recoverRun(this.#log, place, plan);
    for (const error of told.ok ? told.value.passedOver : []) {
      if (this.#passedOver.size < PASSED_OVER_MAX) this.#passedOver.set(error.message, error);
    }
    return told;
  }

  async view(record: RunRecord): Promise<Result<RunView, CodedError>> {
    const told = await this.tell(record);
    return told.ok ? ok(viewRun(told.value.state)) : told;
  }
}

function planChanged({ runId, plan }: RunRecord): CodedError {
  return codedError(
    "DRV_RUN_PLAN_CHANGED",
    `Cannot go on with ${runId}: plan "${plan}" is not the one the run was started with`,
  );
}
