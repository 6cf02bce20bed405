import { codedError, type CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { didYouMean } from "../base/suggest.ts";
import { adoptableTasks, type AdoptedTask } from "../engine/adopted-tasks.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import type { RunLoader } from "./run-loader.ts";
import type { RunRecord } from "./run-record.ts";

/** What a new run takes over from another of the same log: see `adoptableTasks`. */
export interface ForkRequest {
  readonly runId: RunId;
  /** Names of tasks that run again, and so does all that depends on them. */
  readonly from?: readonly string[];
  /** Whether functions of both plans are the same code. */
  readonly isSameCode: boolean;
}

/** What a fork would take over, as names of tasks in the order of the plan. */
export interface ForkPreview {
  readonly adopted: readonly string[];
  /** Tasks that would run, groups as a whole. */
  readonly again: readonly string[];
}

/** Tasks that a fork of a run takes over; or why there can be none: `DRV_RUN_TASK_UNKNOWN`, or the run cannot be told. */
export async function adoptedFrom(
  { from = [], isSameCode }: ForkRequest,
  { plan, params }: { readonly plan: CompiledPlan; readonly params: JsonObject },
  { record, loader }: { readonly record: RunRecord; readonly loader: RunLoader },
): Promise<Result<readonly AdoptedTask[], readonly CodedError[]>> {
  const unknown = from.filter((name) => plan.graph.indexOf(name) === undefined);
  if (unknown.length > 0) return err(unknown.map((name) => taskUnknown(name, record, plan)));
  const told = await loader.tell(record);
  if (!told.ok) return err([told.error]);
  return ok(adoptableTasks(told.value.state, plan, { params, from, isSameCode }));
}

/** Splits the tasks of a plan by whether a fork takes them over. Rollback steps are in neither part. */
export function forkPreviewOf(plan: CompiledPlan, adopted: readonly AdoptedTask[]): ForkPreview {
  const taken = new Set(adopted.map(({ task }) => task));
  const tasks = plan.tasks.filter(({ isRollbackStep }) => isRollbackStep !== true);
  return {
    adopted: tasks.filter(({ index }) => taken.has(index)).map(({ name }) => name),
    again: tasks.filter(({ index }) => !taken.has(index)).map(({ name }) => name),
  };
}

function taskUnknown(name: string, { runId }: RunRecord, plan: CompiledPlan): CodedError {
  const message = `Cannot fork ${runId} from task ${JSON.stringify(name.slice(0, 200))}: plan "${plan.name}" has none of that name`;
  const hint = didYouMean(
    name,
    plan.tasks.map((task) => task.name),
  );
  return codedError("DRV_RUN_TASK_UNKNOWN", message, hint === undefined ? {} : { hint });
}
