import { codedError, type CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import { canonicalHash, type JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { AdoptedTask } from "../engine/adopted-tasks.ts";
import type { Actor, RunOptions, StartCommand } from "../engine/commands.ts";
import { needsCode } from "../plan/plan-code.ts";
import type { ForkRequest } from "./fork-request.ts";
import type { PlanKeeper } from "./plan-keeper.ts";
import type { RunParts } from "./plan-source.ts";
import { resolveTargets } from "./resolve-targets.ts";
import type { RunRecord } from "./run-record.ts";

/** A run to be started. */
export interface StartRequest extends Actor {
  readonly parts: RunParts;
  /** Bound to the plan: see `bindParams`. */
  readonly params: JsonObject;
  readonly options: RunOptions;
  /** What `PlanSource.load` needs to bring the plan back; may be left out for plans without code. */
  readonly source?: JsonObject;
  /** The same key with the same plan and parameters means the same run, as long as it is remembered. */
  readonly idempotencyKey?: string;
  /** Take over what another run has done. */
  readonly fork?: ForkRequest;
}

/**
 * Makes the start command of a durable run and keeps its plan.
 *
 * @returns the command, or everything that is wrong: `DRV_RUN_NOT_DURABLE`, `DRV_FLEET_…`
 */
export async function startCommandOf(
  request: StartRequest,
  { runId, adopted }: { readonly runId: RunId; readonly adopted: readonly AdoptedTask[] },
  plans: PlanKeeper,
): Promise<Result<StartCommand, readonly CodedError[]>> {
  const { parts, params, options, source, idempotencyKey, fork, actor, reason } = request;
  const { plan, fleet } = parts;
  const hosts = resolveTargets(plan, fleet);
  const errors = hosts.ok ? [] : [...hosts.error];
  if (source === undefined && needsCode(plan)) errors.push(notDurable(plan.name));
  if (!hosts.ok || errors.length > 0) return err(errors);
  return ok({
    type: "start",
    runId,
    params,
    hosts: hosts.value,
    options,
    fingerprint: plan.fingerprint(),
    planBody: await plans.keep(plan),
    paramsHash: canonicalHash(params),
    ...(source === undefined ? {} : { source }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(fork === undefined ? {} : { from: { runId: fork.runId, tasks: adopted } }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** Whether a run that was started with the same key is the one that is asked for; else the conflict. */
export function keyConflict(request: StartRequest, found: RunRecord): CodedError | undefined {
  const isSame =
    found.fingerprint === request.parts.plan.fingerprint() && found.paramsHash === canonicalHash(request.params);
  if (isSame) return undefined;
  return codedError(
    "DRV_RUN_KEY_CONFLICT",
    `Cannot start plan "${request.parts.plan.name}": its idempotency key was used for ${found.runId}, of plan "${found.plan}" with other parameters`,
  );
}

function notDurable(plan: string): CodedError {
  return codedError(
    "DRV_RUN_NOT_DURABLE",
    `Cannot start plan "${plan}" durably: it has functions, and nobody could bring them back after a crash`,
  );
}
