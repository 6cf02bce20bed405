import type { HostResult, Outcome } from "../operation/outcome.ts";
import { hasChanged, isOverMaxFail } from "./fan-out.ts";
import { isRollbackStep, NO_ROLLBACK_REASON } from "./rollback-steps.ts";
import type { RunState } from "./run-state.ts";
import type { TaskReset, TaskView } from "./run-view.ts";
import { SKIP_REASONS } from "./skip-cascade.ts";
import {
  CAUSE_DEPENDENCY_FAILED,
  CAUSE_NOT_TRIGGERED,
  CHANGED,
  DROPPED,
  FAILED,
  FLAG_CHANGED,
  FLAG_CONDITIONAL,
  FLAG_ROLLED_BACK,
  isTerminal,
  PENDING,
  RUNNING,
  skipCauseName,
  SKIPPED,
  statusName,
  UNKNOWN,
} from "./status.ts";
import { groupOf, isTolerated, nameOf, taskOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { unitKey } from "./unit-key.ts";
import { unitStatus } from "./unit-state.ts";
import { waitingReason } from "./waiting-reason.ts";

/** One row of the report, made from the live state. */
export function taskView(state: RunState, index: number): TaskView {
  const task = taskOf(state, index);
  const { tasks } = state;
  const status = statusOf(state, index);
  const outcome = outcomeOf(state, index);
  return {
    index,
    name: nameOf(state, index),
    kind: task.body.kind,
    status: statusName(status),
    isChanged: hasFlag(state, index, FLAG_CHANGED),
    hostResults: hostResults(state, index),
    attempts: tasks.attempts[index] ?? 0,
    generation: tasks.generation[index] ?? 1,
    durationMs: durationOf(state, index),
    isRolledBack: hasFlag(state, index, FLAG_ROLLED_BACK),
    isConditional: hasFlag(state, index, FLAG_CONDITIONAL),
    ...optional("title", task.title),
    ...optional("operation", task.body.kind === "operation" ? task.body.operation : undefined),
    ...optional("target", task.target?.text),
    ...optional("skipCause", status === SKIPPED ? skipCauseName(tasks.skipCause[index] ?? 0) : undefined),
    ...optional("reason", reasonOf(state, index, outcome)),
    ...optional("error", outcome?.status === "failed" ? outcome.error : undefined),
    ...optional("data", outcome !== undefined && "data" in outcome ? outcome.data : undefined),
    ...optional("changes", outcome !== undefined && "changes" in outcome ? outcome.changes : undefined),
    ...optional("startedAtMs", since(tasks.startedAtMs[index])),
    ...optional("finishedAtMs", since(tasks.finishedAtMs[index])),
    ...optional("undoError", state.undo?.errors.get(index)),
    ...(isRollbackStep(state, index) ? { isRollbackStep: true } : {}),
    ...(status === FAILED && isTolerated(state, index) ? { isTolerated: true } : {}),
    ...optional("decision", state.decisions.get(index)),
    ...optional("reset", resetOf(state, index)),
    ...optional("group", groupOf(state, index)),
  };
}

function resetOf(state: RunState, index: number): TaskReset | undefined {
  const record = state.resets.get(state.tasks.generation[index] ?? 1);
  if (record === undefined) return undefined;
  const { task, ...word } = record;
  return task === -1 ? word : { ...word, task: nameOf(state, task) };
}

/** A member that is left out when there is nothing to say. */
function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  const member: { [Key in Name]?: Value } = {};
  if (value !== undefined) member[name] = value;
  return member;
}

function since(atMs: number | undefined): number | undefined {
  return atMs === undefined || atMs === -1 ? undefined : atMs;
}

/** The outcome of a task; with a single host that of the host, which says more. */
function outcomeOf(state: RunState, index: number): Outcome | undefined {
  const fan = state.fanOuts.get(index);
  const only = fan?.hosts.length === 1 ? fan.outcomes[0] : undefined;
  const own = state.outcomes.get(index);
  return own?.status === "failed" ? own : (only ?? own);
}

function durationOf(state: RunState, index: number): number {
  const startedAtMs = since(state.tasks.startedAtMs[index]);
  if (startedAtMs === undefined) return 0;
  return (since(state.tasks.finishedAtMs[index]) ?? state.run.lastAtMs) - startedAtMs;
}

function reasonOf(state: RunState, index: number, outcome: Outcome | undefined): string | undefined {
  const status = statusOf(state, index);
  const kept = state.reasons.get(index);
  if (kept !== undefined) return kept;
  if (status === DROPPED) return droppedReason(state, index);
  const cause = state.tasks.skipCause[index];
  if (cause === CAUSE_DEPENDENCY_FAILED) return SKIP_REASONS.dependencyFailed;
  if (cause === CAUSE_NOT_TRIGGERED) return notTriggeredReason(state, index);
  if (outcome !== undefined && "reason" in outcome) return outcome.reason;
  if (status === UNKNOWN) return unknownReason(state, index);
  return isTerminal(status) ? undefined : waitingReason(state, index);
}

function droppedReason(state: RunState, index: number): string {
  const group = groupOf(state, index) ?? index;
  const name = JSON.stringify(nameOf(state, group));
  const { first = 0, end = 0 } = state.groups.get(group) ?? {};
  return index >= first && index < end ? `group ${name} begins anew` : `group ${name} began anew with other items`;
}

function notTriggeredReason(state: RunState, index: number): string {
  const wasRolledBack = state.undo !== undefined;
  return !wasRolledBack && isRollbackStep(state, index) ? NO_ROLLBACK_REASON : SKIP_REASONS.notTriggered;
}

function unknownReason(state: RunState, index: number): string | undefined {
  const units = state.fanOuts.get(index)?.hosts.length ?? 1;
  for (let unit = 0; unit < units; unit++) {
    const unknown = state.unknowns.get(unitKey(index, unit));
    if (unknown !== undefined) return unknown.reason;
  }
  return undefined;
}

/** What each host contributed: from the units, or as the function reported. */
function hostResults(state: RunState, index: number): readonly HostResult[] {
  const fan = state.fanOuts.get(index);
  if (fan !== undefined) return Array.from(fan.hosts, (_, unit) => unitResult(state, index, unit));
  const outcome = state.outcomes.get(index);
  return outcome !== undefined && "hostResults" in outcome ? (outcome.hostResults ?? []) : [];
}

function unitResult(state: RunState, index: number, unit: number): HostResult {
  const fan = state.fanOuts.get(index);
  const outcome = fan?.outcomes[unit];
  const startedAtMs = since(fan?.startedAtMs[unit]);
  const finishedAtMs = since(fan?.finishedAtMs[unit]) ?? state.run.lastAtMs;
  const isUndone = hasFlag(state, index, FLAG_ROLLED_BACK) && state.undo?.units.has(unitKey(index, unit)) === true;
  return {
    hostname: state.hosts[fan?.hosts[unit] ?? -1] ?? "",
    status: resultStatus(state, index, unit),
    changed: hasChanged(outcome) || unitStatus(state, index, unit) === CHANGED,
    durationMs: startedAtMs === undefined ? 0 : finishedAtMs - startedAtMs,
    ...optional("error", outcome?.status === "failed" ? outcome.error : undefined),
    ...(outcome?.status === "failed" && outcome.failure !== undefined ? { failure: outcome.failure } : {}),
    ...optional("reason", unitReason(state, { index, unit }, outcome)),
    ...optional("data", outcome !== undefined && "data" in outcome ? outcome.data : undefined),
    ...optional("changes", outcome !== undefined && "changes" in outcome ? outcome.changes : undefined),
    ...optional("attempts", fan?.attempts[unit]),
    ...(isUndone ? { rolledBack: true } : {}),
  };
}

/** Units that have not ended have no outcome yet: they are told as running or pending, as cancelled when they never will. */
function resultStatus(state: RunState, index: number, unit: number): HostResult["status"] {
  const name = statusName(unitStatus(state, index, unit));
  switch (name) {
    case "changed":
    case "unchanged":
    case "skipped":
    case "failed":
    case "cancelled":
    case "unknown":
      return name;
    case "notRun":
      return "cancelled";
    case "running":
      return "running";
    case "pending":
    case "ready":
    case "waiting":
      return "pending";
  }
}

function unitReason(
  state: RunState,
  { index, unit }: { readonly index: number; readonly unit: number },
  outcome: Outcome | undefined,
): string | undefined {
  if (outcome !== undefined && "reason" in outcome) return outcome.reason;
  const status = unitStatus(state, index, unit);
  if (outcome === undefined && isTerminal(status)) return notStartedReason(state, index, unit);
  if (status === UNKNOWN) return state.unknowns.get(unitKey(index, unit))?.reason;
  if (status === RUNNING) return "running";
  return status === PENDING || !isTerminal(status) ? "not started yet" : undefined;
}

function notStartedReason(state: RunState, index: number, unit: number): string {
  const fan = state.fanOuts.get(index);
  const why = state.run.stopReason ?? "the task ended";
  if (fan === undefined || (fan.attempts[unit] ?? 0) > 0) return why;
  return `not started: ${isOverMaxFail(fan) ? "too many hosts failed before" : why}`;
}
