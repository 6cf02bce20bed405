import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { needsCode } from "../plan/plan-code.ts";
import type { RunParts } from "../runner/plan-source.ts";
import { keptPlan } from "../runner/recover-run.ts";
import { observersOf } from "../runner/run-observer.ts";
import type { RunRecord } from "../runner/run-record.ts";
import { authorCode } from "./author-code.ts";
import type { DurableRunsOptions } from "./durable-runs.ts";
import type { PlanResult } from "./plan.ts";
import { hookObserver, type BoundPlan } from "./start-run.ts";

/** What a run of a bound plan needs: hosts of the options come before those of the plan, and these before those of all runs. */
export function partsOf(
  bound: BoundPlan,
  { fleet }: DurableRunsOptions,
  more: { readonly fleet?: Fleet | undefined },
): RunParts {
  const observer = bound.hooks === undefined ? undefined : hookObserver(bound.plan, bound.hooks, []);
  return {
    plan: bound.plan,
    fleet: more.fleet ?? bound.fleet ?? fleet,
    userCode: authorCode,
    ...(observer === undefined ? {} : { observer }),
  };
}

/** Finds the plan of a run again: through `findPlan`, else as it was kept with the run. */
export async function loadParts(
  options: DurableRunsOptions,
  record: RunRecord,
  params: JsonObject,
): Promise<PlanResult<RunParts>> {
  const found = await options.findPlan?.(record);
  if (found?.ok === false) return found;
  if (found === undefined) return keptParts(options, record);
  const { plan, given = { params, readsText: false } } = found.value;
  const bound = plan.tryBind(given.params, { readsText: given.readsText });
  if (!bound.ok) {
    await found.value.close?.();
    return bound;
  }
  const close = found.value.close === undefined ? {} : { close: () => found.value.close?.() ?? Promise.resolve() };
  const parts = partsOf(bound.value, options, found.value);
  const observer = observersOf([parts.observer, found.value.observer]);
  return ok({ ...parts, ...(observer === undefined ? {} : { observer }), ...close });
}

/** The plan as it was kept with its run; `DRV_RUN_PLAN_MISSING` when it has functions. */
export async function keptParts(options: DurableRunsOptions, record: RunRecord): Promise<PlanResult<RunParts>> {
  const plan = await keptPlan(options.log, record);
  if (!plan.ok) return err([plan.error]);
  if (!needsCode(plan.value)) return ok({ plan: plan.value, fleet: options.fleet, userCode: authorCode });
  return err([codeMissing(record)]);
}

function codeMissing({ runId, plan }: RunRecord): CodedError {
  const message = `Cannot go on with ${runId}: plan "${plan}" has functions, and nobody has brought them back`;
  return codedError("DRV_RUN_PLAN_MISSING", message, { hint: "Answer its plan in findPlan" });
}
