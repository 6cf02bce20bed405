import { unreachable } from "../base/assert.ts";
import type { BuiltinGuardKind, CompiledTask, Guard } from "../plan/compiled-plan.ts";
import type { EvaluationNeeds } from "./effects.ts";
import { summarizeHosts } from "./host-summary.ts";
import type { RunState } from "./run-state.ts";
import { FAILED, FLAG_CHANGED, FLAG_CONDITIONAL } from "./status.ts";
import { dependenciesOf, taskOf } from "./task-access.ts";
import { hasFlag, statusOf } from "./task-status.ts";
import { hasKeyFunction, needsParams } from "./traits.ts";

/** What people read when a guard says no. */
export const GUARD_REASONS: Readonly<Record<Guard["kind"], string>> = {
  onlyIfChanged: "no dependencies changed",
  onlyIfAllChanged: "only-if-all-changed: not all dependencies changed",
  onlyIfFailed: "only-if-failed: no dependency failed",
  onlyIfAnyHostFailed: "only-if-any-host-failed: no host failed",
  onlyIfAllHostsFailed: "only-if-all-hosts-failed: not all hosts failed",
  onlyIfAnyHostSkipped: "only-if-any-host-skipped: no host skipped",
  onlyIfAnyHostChanged: "only-if-any-host-changed: no host changed",
  onlyIfAllHostsChanged: "only-if-all-hosts-changed: not all hosts changed",
  when: "when: guard returned false",
  whenFact: "when-fact: no matching agent",
  expression: "when: the condition is false",
};

/** Guards about changes: a dry run cannot know them when a dependency is conditional. */
const ABOUT_CHANGES: ReadonlySet<Guard["kind"]> = new Set([
  "onlyIfChanged",
  "onlyIfAllChanged",
  "onlyIfAnyHostSkipped",
  "onlyIfAnyHostChanged",
  "onlyIfAllHostsChanged",
]);

/** What the built-in guards of a task say; pure, so it may be asked again. */
export interface GuardJudgement {
  /** Index of the first built-in guard that says no, or -1. */
  readonly failedAt: number;
  /** Dry run: an answer depends on what is known only at run time. Such a guard passes. */
  readonly isConditional: boolean;
}

/** Judges the built-in guards of a task whose dependencies have all ended. */
export function judgeGuards(state: RunState, index: number): GuardJudgement {
  const task = taskOf(state, index);
  const dependencies = dependenciesOf(state, index);
  const isUncertain = state.run.isDryRun && dependencies.some((one) => hasFlag(state, one, FLAG_CONDITIONAL));
  let isConditional = false;
  for (const [position, guard] of task.guards.entries()) {
    if (guard.kind === "expression" && guard.isNever === true) {
      return { failedAt: position, isConditional: false };
    }
    if (guard.kind === "when" || guard.kind === "whenFact" || guard.kind === "expression") {
      isConditional ||= state.run.isDryRun;
    } else if (isUncertain && ABOUT_CHANGES.has(guard.kind)) {
      isConditional = true;
    } else if (!isSatisfied(state, guard.kind, dependencies)) {
      return { failedAt: position, isConditional: false };
    }
  }
  return { failedAt: -1, isConditional };
}

/** The truth of one built-in guard over the blocking dependencies of a task. Without dependencies every guard is false. */
export function isSatisfied(state: RunState, kind: BuiltinGuardKind, dependencies: readonly number[]): boolean {
  switch (kind) {
    case "onlyIfChanged":
      return dependencies.some((one) => hasFlag(state, one, FLAG_CHANGED));
    case "onlyIfAllChanged":
      return dependencies.length > 0 && dependencies.every((one) => hasFlag(state, one, FLAG_CHANGED));
    case "onlyIfFailed":
      return dependencies.some((one) => statusOf(state, one) === FAILED);
    case "onlyIfAnyHostFailed":
      return dependencies.some((one) => summarizeHosts(state, one).failed > 0);
    case "onlyIfAllHostsFailed":
      return everyHost(state, dependencies, "failed");
    case "onlyIfAnyHostSkipped":
      return dependencies.some((one) => summarizeHosts(state, one).skipped > 0);
    case "onlyIfAnyHostChanged":
      return dependencies.some((one) => summarizeHosts(state, one).changed > 0);
    case "onlyIfAllHostsChanged":
      return everyHost(state, dependencies, "changed");
    default:
      return unreachable(kind);
  }
}

function everyHost(state: RunState, dependencies: readonly number[], how: "failed" | "changed"): boolean {
  if (dependencies.length === 0) return false;
  return dependencies.every((one) => {
    const summary = summarizeHosts(state, one);
    return summary.total > 0 && summary[how] === summary.total;
  });
}

/** What user code has to say before a task may start; `undefined` when nothing. Function guards in declared order. */
export function evaluationNeeds(
  state: RunState,
  index: number,
  judgement: GuardJudgement,
): EvaluationNeeds | undefined {
  const task = taskOf(state, index);
  const willSkip = judgement.failedAt !== -1;
  const isDryRun = state.run.isDryRun;
  const guards = isDryRun ? [] : functionGuards(task, willSkip ? judgement.failedAt : task.guards.length);
  const needs: EvaluationNeeds = {
    guards,
    params: !isDryRun && !willSkip && needsParams(task.body),
    placement: !willSkip && task.target?.kind === "any" && isPlaceable(task, isDryRun),
    keys: !isDryRun && !willSkip && hasKeyFunction(task.body),
  };
  return guards.length > 0 || needs.params || needs.placement || needs.keys ? needs : undefined;
}

/** A dry run asks for a host only where it will inspect. */
function isPlaceable(task: CompiledTask, isDryRun: boolean): boolean {
  return !isDryRun || (task.body.kind === "operation" && !needsParams(task.body));
}

function functionGuards(task: CompiledTask, end: number): number[] {
  const guards: number[] = [];
  for (const [position, guard] of task.guards.entries()) {
    if (position >= end) break;
    if (guard.kind === "when" || guard.kind === "whenFact" || guard.kind === "expression") guards.push(position);
  }
  return guards;
}

/** The reason of a guard that said no. */
export function guardReason(guard: Guard | undefined): string {
  if (guard === undefined) return GUARD_REASONS.when;
  if (guard.kind === "expression") return guard.reason ?? `when: ${guard.text} is false`;
  if ((guard.kind === "when" || guard.kind === "whenFact") && guard.reason !== undefined) return guard.reason;
  return GUARD_REASONS[guard.kind];
}
