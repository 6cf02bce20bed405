import { codedError, type CodedError } from "../base/coded-error.ts";
import { canonicalHash, type JsonObject } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import type { RunParts } from "../runner/plan-source.ts";
import { readCreated } from "../runner/recover-run.ts";
import type { RunRecord } from "../runner/run-record.ts";
import type { StartRequest } from "../runner/start-request.ts";
import { keptParts, partsOf } from "./durable-parts.ts";
import type { DurableRunOptions, DurableRunsOptions, FoundPlan } from "./durable-runs.ts";
import type { PlanResult } from "./plan.ts";
import { runChoices } from "./start-run.ts";

/** How a run is forked. Rollback and tasks at once are those of the run that is forked, unless others are given. */
export interface DurableForkOptions extends Omit<DurableRunOptions, "idempotencyKey" | "fleet"> {
  /** Parameters that differ from those of the run that is forked. */
  readonly params?: JsonObject;
  /** Names of tasks that run again, and so does all that depends on them. */
  readonly from?: readonly string[];
  /** The plan; default: what `findPlan` answers, else the plan as it was kept, with its own parameters. */
  readonly plan?: FoundPlan;
  /**
   * Whether functions of the plan are those of the run that is forked: tasks with functions are taken over only then.
   * Default: whether `source` is the same; without `source` it is that of the run.
   */
  readonly isSameCode?: boolean;
}

/**
 * Makes the request for a run that takes over what another has done. The caller closes its parts when it is not started.
 *
 * @returns the request, or everything that is wrong: `DRV_PARAM_…`, `DRV_RUN_PLAN_MISSING`, and what the plan says
 */
export async function forkRequestOf(
  record: RunRecord,
  options: DurableForkOptions,
  runs: DurableRunsOptions,
): Promise<PlanResult<StartRequest>> {
  const created = await readCreated(runs.log, { lane: 0, record });
  if (!created.ok) return err([created.error]);
  const { maxParallel, rollback, onUnknownHeld } = created.value;
  const bound = await bind(record, created.value.params, { options, runs });
  if (!bound.ok) return bound;
  const { source = record.source, from, actor, reason } = options;
  const isSameCode = options.isSameCode ?? canonicalHash(source ?? null) === canonicalHash(record.source ?? null);
  return ok({
    ...bound.value,
    options: runChoices({ maxParallel, rollback, onUnknownHeld, ...options }, false),
    fork: { runId: record.runId, isSameCode, ...(from === undefined ? {} : { from }) },
    ...(source === undefined ? {} : { source }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  });
}

interface Binding {
  readonly parts: RunParts;
  readonly params: JsonObject;
}

async function bind(
  record: RunRecord,
  frozen: JsonObject,
  { options, runs }: { readonly options: DurableForkOptions; readonly runs: DurableRunsOptions },
): Promise<PlanResult<Binding>> {
  const { params: edited = {} } = options;
  const found = options.plan === undefined ? await runs.findPlan?.(record) : ok(options.plan);
  if (found?.ok === false) return found;
  if (found === undefined) {
    if (Object.keys(edited).length > 0) return err([parametersBound(record)]);
    const kept = await keptParts(runs, record);
    return kept.ok ? ok({ parts: kept.value, params: frozen }) : kept;
  }
  const { plan, given = { params: frozen, readsText: false } } = found.value;
  const readsText = options.readsText ?? given.readsText;
  const bound = plan.tryBind({ ...given.params, ...edited }, { readsText });
  const close = async (): Promise<void> => found.value.close?.();
  if (bound.ok) return ok({ parts: { ...partsOf(bound.value, runs, found.value), close }, params: bound.value.params });
  await close();
  return bound;
}

function parametersBound({ runId, plan }: RunRecord): CodedError {
  return codedError(
    "DRV_RUN_PLAN_MISSING",
    `Cannot fork ${runId} with other parameters: plan "${plan}" was kept with those of the run, and nobody has brought it back`,
    { hint: "Answer its plan in findPlan, or fork without params" },
  );
}
