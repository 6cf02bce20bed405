import { unreachable } from "../base/assert.ts";
import { formatDuration } from "../base/duration.ts";
import type { EdgeKind } from "../dag/edge.ts";
import type { BatchSize, CompiledPlan, CompiledTask, Guard, RetryPolicy } from "../plan/compiled-plan.ts";
import { planLevels, rollbackStepsOf } from "../plan/levels.ts";
import { planReversibility } from "./diff-text.ts";
import { workOf } from "./graph-picture.ts";
import { span, type Line } from "./line.ts";
import { counted } from "./wording.ts";

/** Levels of a plan as text: `Plan: N tasks, M levels`, then each level with its tasks and what they wait for. */
export function levelLines(plan: CompiledPlan): readonly Line[] {
  return linesByLevel(plan, (task) => [taskHead(plan, task)]);
}

/** A plan explained: levels as in {@link levelLines}, with guards, policies and limits of each task, defaults included. */
export function explainLines(plan: CompiledPlan): readonly Line[] {
  return [
    ...linesByLevel(plan, (task) => [
      taskHead(plan, task),
      ...settings(task).map((text): Line => [span(`      ${text}`, "dim")]),
    ]),
    [],
    [span("Limits", "bold")],
    [`  at once in the run   ${plan.limits.maxParallel}`],
    [`  writing on one host  ${plan.limits.maxWritingPerHost}`],
    ...[...plan.limits.keys].map(([key, most]): Line => [`  key ${key}  ${most}`]),
    [`  rollback             ${plan.rollback}, changes are ${planReversibility(plan)}`],
    ...plan.warnings.map((warning): Line => [span("warning: ", "yellow"), warning]),
  ];
}

function linesByLevel(plan: CompiledPlan, linesOf: (task: CompiledTask) => readonly Line[]): readonly Line[] {
  const levels = levelsOf(plan);
  const steps = rollbackStepsOf(plan);
  const counts = [counted(plan.tasks.length - steps.length, "task"), counted(levels.length, "level")];
  if (steps.length > 0) counts.push(counted(steps.length, "rollback step"));
  return [
    [span(`Plan: ${counts.join(", ")}`, "bold")],
    ...levels.flatMap((tasks, level): readonly Line[] => [
      [],
      [span(`Level ${level}${tasks.length > 1 ? " (parallel)" : ""}:`, "bold")],
      ...tasks.flatMap(linesOf),
    ]),
    ...(steps.length === 0 ? [] : [[], [span("Rollback, after everything is undone:", "bold")]]),
    ...steps.flatMap(linesOf),
  ];
}

/** Tasks by level, in plan order within a level; rollback steps are in none. A plan without levels has no tasks to run. */
export function levelsOf(plan: CompiledPlan): readonly (readonly CompiledTask[])[] {
  return planLevels(plan).filter((tasks) => tasks.length > 0);
}

/** The names of the rollback steps of a plan as a member of a document; nothing for a plan without any. */
export function rollbackStepNames(plan: CompiledPlan): { readonly rollbackSteps?: readonly string[] } {
  const names = rollbackStepsOf(plan).map((task) => task.name);
  return names.length === 0 ? {} : { rollbackSteps: names };
}

/** `  deploy  [file.deploy → web1] <- build, test (only-if-changed, when)`. */
function taskHead(plan: CompiledPlan, task: CompiledTask): Line {
  const dependencies = plan.graph.dependencies(task.name);
  const names = dependencies.ok ? dependencies.value : [];
  const after = names.map(
    (name) => `${name}${conditionText(plan.graph.edgeKind({ source: name, target: task.name }))}`,
  );
  const flags = task.guards.map(guardText);
  return [
    `  ${task.name}`,
    span(` [${task.body.kind === "function" ? "fn" : workOf(task)}]`, "cyan"),
    span(after.length === 0 ? "" : ` <- ${after.join(", ")}`, "dim"),
    span(flags.length === 0 ? "" : ` (${flags.join(", ")})`, "yellow"),
  ];
}

function conditionText(kind: EdgeKind | undefined): string {
  switch (kind) {
    case "failure":
      return " (failure)";
    case "always":
      return " (always)";
    case "preferred":
      return " (preferred)";
    case "success":
    case undefined:
      return "";
    default:
      return unreachable(kind);
  }
}

/** `onlyIfAnyHostFailed` as `only-if-any-host-failed`. */
function guardText(guard: Guard): string {
  const name = guard.kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return "reason" in guard && guard.reason !== undefined ? `${name}: ${guard.reason}` : name;
}

function settings({ policy, undo, title }: CompiledTask): readonly string[] {
  const texts: (string | false)[] = [
    title !== undefined && title,
    timeoutsText(policy),
    policy.retry !== undefined && retryText(policy.retry),
    policy.afterFailure === "continueRun" ? "after a failure: the run goes on" : "after a failure: the run stops",
    policy.isTolerated && "a failure is tolerated",
    policy.batches !== undefined && `batches: ${policy.batches.map(batchText).join(", ")}`,
    policy.maxFail !== undefined && `hosts that may fail: ${batchText(policy.maxFail)}`,
    policy.priority !== 0 && `priority: ${policy.priority}`,
    policy.concurrencyKey !== undefined && `shares key: ${policy.concurrencyKey}`,
    undo !== undefined && "undo: declared",
  ];
  return texts.filter((text) => text !== false);
}

function timeoutsText(policy: CompiledTask["policy"]): string {
  const limits: readonly (readonly [string, number | undefined])[] = [
    ["attempt", policy.attemptTimeoutMs],
    ["total", policy.totalTimeoutMs],
    ["queue", policy.queueTimeoutMs],
    ["heartbeat", policy.heartbeatTimeoutMs],
  ];
  const given = limits.flatMap(([name, limitMs]) =>
    limitMs === undefined ? [] : [`${name} ${formatDuration(limitMs)}`],
  );
  return `timeouts: ${given.join(", ")}`;
}

function retryText({ retries, initialMs, factor, maxMs, on }: RetryPolicy): string {
  const delays =
    initialMs === 0
      ? "at once"
      : `after ${formatDuration(initialMs)}, times ${factor}, at most ${formatDuration(maxMs)}`;
  return `retries: ${retries}, ${delays}${on === "any" ? ", whatever the error" : ""}`;
}

function batchText(size: BatchSize): string {
  return "hosts" in size ? String(size.hosts) : `${size.percent}%`;
}
