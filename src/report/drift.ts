import type { CodedError } from "../base/coded-error.ts";
import type { RunView, TaskView } from "../engine/run-view.ts";
import type { Change } from "../operation/outcome.ts";
import type { OperationClass } from "../operation/spec.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { plansOfGroup } from "../plan/group-plans.ts";

/**
 * How a thing that a plan describes stands to what was deployed: `in-sync` is as described, `drifted` differs although
 * it was deployed, `missing` was deployed and is gone, `unmanaged` differs and was never deployed, `unknown` could not
 * be looked at, `not-compared` leaves nothing by which it could be compared (commands, scripts).
 */
export type DriftState = "in-sync" | "drifted" | "missing" | "unmanaged" | "unknown" | "not-compared";

/** One thing on one host. Plain data. */
export interface DriftEntry {
  readonly task: string;
  /** Empty for what runs where the plan runs. */
  readonly host: string;
  readonly operation: string;
  readonly state: DriftState;
  readonly changes?: readonly Change[];
  readonly reason?: string;
  readonly error?: CodedError;
}

export interface DriftReport {
  readonly plan: string;
  /** By task in plan order, and host. */
  readonly entries: readonly DriftEntry[];
  readonly counts: { readonly [state in DriftState]: number };
  /** Whether anything is not as the plan describes it. */
  readonly hasDrift: boolean;
}

export interface DriftOptions {
  readonly plan: CompiledPlan;
  /** The last run that deployed the plan; absent when nobody knows of one. */
  readonly deployed?: RunView;
}

/**
 * Tells from an inspection (a finished dry run) what is not as it was deployed. Functions and gates are left out, and so
 * is what only reads.
 */
export function driftOf(view: RunView, options: DriftOptions): DriftReport {
  const classes = classesOf(options.plan);
  const deployed = deployedThings(options.deployed);
  const entries: DriftEntry[] = [];
  for (let index = 0; index < view.taskCount; index++) {
    const task = view.task(index);
    if (task.isRollbackStep === true) continue;
    const isScript = task.kind === "script";
    if (task.kind !== "operation" && !isScript) continue;
    const operation = task.operation ?? "script";
    const operationClass = isScript
      ? "non-idempotent"
      : (classes.get(task.name) ?? classes.get(operation) ?? "idempotent");
    if (operationClass === "read-only" || task.skipCause !== undefined) continue;
    const isCompared = operationClass === "idempotent";
    for (const found of findingsOf(task))
      entries.push(entryOf({ task: task.name, operation }, found, { isCompared, deployed }));
  }
  const counts = { "in-sync": 0, drifted: 0, missing: 0, unmanaged: 0, unknown: 0, "not-compared": 0 };
  for (const { state } of entries) counts[state] += 1;
  return { plan: view.planName, entries, counts, hasDrift: counts.drifted + counts.missing + counts.unmanaged > 0 };
}

/** What an inspection found on one host. */
interface Finding {
  readonly host: string;
  readonly isChanged: boolean;
  readonly changes?: readonly Change[];
  readonly reason?: string;
  readonly error?: CodedError;
}

function findingsOf(task: TaskView): readonly Finding[] {
  if (task.hostResults.length === 0) {
    const { isChanged, changes, reason, error } = task;
    return [{ host: "", isChanged, ...given({ changes, reason, error }), ...conditional(task) }];
  }
  return task.hostResults.map(({ hostname, changed, changes, reason, error, status }) => ({
    host: hostname,
    isChanged: changed,
    ...given({ changes, reason, error }),
    ...(status === "unknown" || status === "cancelled" ? { reason: reason ?? status } : {}),
    ...conditional(task),
  }));
}

function conditional({ isConditional, reason }: TaskView): { readonly reason?: string } {
  return isConditional ? { reason: reason ?? "known once what it depends on is there" } : {};
}

function given(parts: {
  readonly changes: readonly Change[] | undefined;
  readonly reason: string | undefined;
  readonly error: CodedError | undefined;
}): Pick<Finding, "changes" | "reason" | "error"> {
  const { changes, reason, error } = parts;
  return {
    ...(changes === undefined ? {} : { changes }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

function entryOf(
  subject: Pick<DriftEntry, "task" | "operation">,
  finding: Finding,
  known: { readonly isCompared: boolean; readonly deployed: ReadonlySet<string> },
): DriftEntry {
  const { host, isChanged, changes, reason, error } = finding;
  const head = { ...subject, host };
  const why = { ...(reason === undefined ? {} : { reason }), ...(error === undefined ? {} : { error }) };
  if (error !== undefined || reason !== undefined) return { ...head, state: "unknown", ...why };
  if (!isChanged) return { ...head, state: "in-sync" };
  if (!known.isCompared) return { ...head, state: "not-compared" };
  const wasDeployed = known.deployed.has(thingKey(subject.task, host));
  const state = !wasDeployed ? "unmanaged" : (changes ?? []).some(isMissing) ? "missing" : "drifted";
  return { ...head, state, changes: changes ?? [] };
}

/** A change that makes something where there is nothing. */
function isMissing({ property, before, after }: Change): boolean {
  if (property === "content") return before === null && after !== null;
  return before === "absent" && after !== "absent";
}

/** Tasks and hosts on which a run reached what the plan described. */
function deployedThings(run: RunView | undefined): ReadonlySet<string> {
  const things = new Set<string>();
  if (run === undefined || run.isDryRun) return things;
  for (let index = 0; index < run.taskCount; index++) {
    const task = run.task(index);
    if (task.kind !== "operation" || task.isRolledBack) continue;
    if (task.hostResults.length === 0 && isReached(task.status)) things.add(thingKey(task.name, ""));
    for (const { hostname, status } of task.hostResults)
      if (isReached(status)) things.add(thingKey(task.name, hostname));
  }
  return things;
}

function isReached(status: string): boolean {
  return status === "changed" || status === "unchanged";
}

function thingKey(task: string, host: string): string {
  return JSON.stringify([task, host]);
}

/** Classes of operations by name of the task and, for copies of groups, by name of the operation. */
function classesOf(plan: CompiledPlan): ReadonlyMap<string, OperationClass> {
  const classes = new Map<string, OperationClass>();
  const plans = [plan];
  for (let next = plans.pop(); next !== undefined; next = plans.pop()) {
    for (const { name, body } of next.tasks) {
      if (body.kind === "group") plans.push(...plansOfGroup(body));
      if (body.kind !== "operation") continue;
      if (next === plan) classes.set(name, body.operationClass);
      else classes.set(body.operation, body.operationClass);
    }
  }
  return classes;
}
