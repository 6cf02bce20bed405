import { canonicalHash, type JsonObject, type JsonValue } from "../base/json.ts";
import { edgeKindOf } from "../dag/edge.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { CompiledPlan, CompiledTask } from "../plan/compiled-plan.ts";
import type { RunState } from "./run-state.ts";
import {
  CAUSE_DEPENDENCY_FAILED,
  CAUSE_NOT_TRIGGERED,
  CHANGED,
  FLAG_ROLLED_BACK,
  SKIPPED,
  skipCauseName,
  statusName,
  UNCHANGED,
} from "./status.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { hasKeyFunction, needsParams } from "./traits.ts";

/** How a task ended in another run, so that a new one need not do it again. Plain data: it is written to the new log. */
export interface AdoptedTask {
  /** Index in the plan of the new run. */
  readonly task: number;
  /** `skipped` only by a guard, by a person, or as unsupported. */
  readonly status: "changed" | "unchanged" | "skipped";
  readonly skipCause?: "guard" | "unsupported" | "operator";
  readonly outcome?: Outcome;
  /** Why a guard or a person skipped it. */
  readonly reason?: string;
  /** Of a task with a target, how each host ended. */
  readonly hosts?: readonly AdoptedHost[];
}

export interface AdoptedHost {
  readonly host: string;
  readonly outcome: Outcome;
}

/** What a fork may take over. */
export interface ForkOptions {
  /** Parameters of the new run. */
  readonly params: JsonObject;
  /** These tasks, by name, run again, and so does all that depends on them. */
  readonly from?: readonly string[];
  /** Whether functions of both plans are the same code: the same module with the same hash. Functions cannot be compared. */
  readonly isSameCode: boolean;
}

/**
 * The tasks of `plan` that a new run may adopt from `run`: they ended well there and were not undone, they are defined alike, no
 * function in them could see other parameters or be other code, and all they depend on is adopted too. Groups and rollback
 * steps run again. In an order in which dependencies come first.
 */
export function adoptableTasks(run: RunState, plan: CompiledPlan, options: ForkOptions): readonly AdoptedTask[] {
  const again = new Set(options.from ?? []);
  const isFree = options.isSameCode && canonicalHash(options.params) === canonicalHash(run.run.params);
  const adopted: AdoptedTask[] = [];
  const isAdopted = new Set<number>();
  for (const task of inOrder(plan)) {
    const before = run.plan.graph.indexOf(task.name);
    if (before === undefined || again.has(task.name) || task.isRollbackStep === true) continue;
    if (!dependenciesIn(plan, task.index).every((dependency) => isAdopted.has(dependency))) continue;
    const old = run.plan.tasks[before];
    if (old === undefined || (!isFree && usesCode(task)) || !isAlike(old, run.plan, { task, plan })) continue;
    const found = adoptionOf(run, before, task.index);
    if (found === undefined) continue;
    adopted.push(found);
    isAdopted.add(task.index);
  }
  return adopted;
}

function inOrder(plan: CompiledPlan): readonly CompiledTask[] {
  const waiting = plan.tasks.map(({ index }) => incoming(plan, index).length);
  const ready = plan.tasks.filter(({ index }) => waiting[index] === 0);
  const { offsets, targets } = plan.graph.outgoing;
  // The list grows while it is walked.
  for (const { index } of ready) {
    const end = offsets[index + 1] ?? 0;
    for (let edge = offsets[index] ?? 0; edge < end; edge++) {
      const target = targets[edge] ?? 0;
      waiting[target] = (waiting[target] ?? 0) - 1;
      const task = plan.tasks[target];
      if (waiting[target] === 0 && task !== undefined) ready.push(task);
    }
  }
  return ready;
}

function incoming(
  { graph }: CompiledPlan,
  index: number,
): readonly { readonly source: number; readonly kind: string }[] {
  const { offsets, targets, kinds } = graph.incoming;
  const edges: { source: number; kind: string }[] = [];
  const end = offsets[index + 1] ?? 0;
  for (let edge = offsets[index] ?? 0; edge < end; edge++) {
    edges.push({ source: targets[edge] ?? 0, kind: edgeKindOf(kinds[edge] ?? 0) });
  }
  return edges;
}

function dependenciesIn(plan: CompiledPlan, index: number): readonly number[] {
  return incoming(plan, index)
    .filter(({ kind }) => kind !== "preferred")
    .map(({ source }) => source);
}

/** Whether user code decides what the task does, or whether. */
function usesCode({ body, guards }: CompiledTask): boolean {
  const asks = guards.some(({ kind }) => kind === "when" || kind === "whenFact");
  return asks || body.kind === "function" || needsParams(body) || hasKeyFunction(body);
}

function isAlike(
  old: CompiledTask,
  oldPlan: CompiledPlan,
  now: { readonly task: CompiledTask; readonly plan: CompiledPlan },
): boolean {
  return canonicalHash(definitionOf(old, oldPlan)) === canonicalHash(definitionOf(now.task, now.plan));
}

function definitionOf({ index, body, guards, target }: CompiledTask, plan: CompiledPlan): JsonObject {
  const edges = incoming(plan, index).map(({ source, kind }) => `${kind} ${plan.tasks[source]?.name ?? ""}`);
  const hosts = target?.text ?? null;
  const conditions = guards.map(({ kind }) => kind);
  // Functions leave no trace in JSON: whether they are the same is for the caller to say.
  const text: unknown = body.kind === "group" ? null : JSON.parse(JSON.stringify(body));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just read from JSON
  return { edges: edges.toSorted(), target: hosts, guards: conditions, body: text as JsonValue };
}

function adoptionOf(run: RunState, before: number, task: number): AdoptedTask | undefined {
  const status = statusOf(run, before);
  const cause = run.tasks.skipCause[before] ?? 0;
  if (run.plan.tasks[before]?.body.kind === "group" || hasFlag(run, before, FLAG_ROLLED_BACK)) return undefined;
  if (status !== CHANGED && status !== UNCHANGED && status !== SKIPPED) return undefined;
  if (cause === CAUSE_NOT_TRIGGERED || cause === CAUSE_DEPENDENCY_FAILED) return undefined;
  const name = statusName(status);
  const skipCause = skipCauseName(cause);
  const outcome = run.outcomes.get(before);
  const reason = run.reasons.get(before);
  const hosts = hostsOf(run, before);
  if (name !== "changed" && name !== "unchanged" && name !== "skipped") return undefined;
  return {
    task,
    status: name,
    ...(skipCause === "guard" || skipCause === "unsupported" || skipCause === "operator" ? { skipCause } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...(reason === undefined ? {} : { reason }),
    ...(hosts.length === 0 ? {} : { hosts }),
  };
}

function hostsOf(run: RunState, task: number): readonly AdoptedHost[] {
  const fan = run.fanOuts.get(task);
  if (fan === undefined) return [];
  return Array.from(fan.hosts, (host, unit) => ({
    host: run.hosts[host] ?? "",
    outcome: fan.outcomes[unit] ?? { status: "cancelled", reason: "not started" },
  }));
}
