import { unreachable } from "../base/assert.ts";
import { formatDuration } from "../base/duration.ts";
import { EDGE_ALWAYS, EDGE_FAILURE, EDGE_PREFERRED } from "../dag/edge.ts";
import type {
  BatchSize,
  CompiledPlan,
  CompiledTask,
  GroupBody,
  Guard,
  RetryPolicy,
  TaskBody,
} from "./compiled-plan.ts";
import { planLevels } from "./levels.ts";
import { UNLIMITED_MS } from "./task-policy.ts";

/**
 * Describes a plan for people: levels, tasks, what each waits for and under which conditions it runs, then what holds when
 * its author says nothing (times, retries, what a failure does, whether it can be taken back). Ends without a line feed.
 *
 * @example
 * Plan: 2 tasks, 2 levels
 *
 * Level 0:
 *   configure [file.deploy on role:web]
 *     attempt 10m00s, total 1d00h, stop all on failure, reversible
 *
 * Level 1:
 *   announce [fn] <- configure (only-if-changed)
 *     attempt unlimited, total 1d00h, stop all on failure, not reversible
 */
export function explainPlan(plan: CompiledPlan): string {
  const levels = planLevels(plan);
  const lines = [`Plan: ${plan.tasks.length} tasks, ${levels.length} levels`];
  for (const [index, tasks] of levels.entries()) {
    lines.push("", `Level ${index}${tasks.length > 1 ? " (parallel)" : ""}:`);
    for (const task of tasks) lines.push(...taskLines(task, plan).map((line) => `  ${line}`));
  }
  if (plan.warnings.length > 0) lines.push("", "Warnings:", ...plan.warnings.map((warning) => `  ${warning}`));
  return lines.join("\n");
}

function taskLines(task: CompiledTask, plan: CompiledPlan): readonly string[] {
  const flags = task.guards.map(guardWord);
  const before = dependencyWords(task.index, plan);
  const first = [
    `${task.name} [${bodyWords(task)}]`,
    ...(before.length === 0 ? [] : [`<- ${before.join(", ")}`]),
    ...(flags.length === 0 ? [] : [`(${flags.join(", ")})`]),
  ];
  return [first.join(" "), `  ${detailWords(task).join(", ")}`, ...innerLines(task.body)];
}

function bodyWords({ body, target }: CompiledTask): string {
  const on = target === undefined ? "" : ` on ${target.text}`;
  switch (body.kind) {
    case "operation":
      return `${body.operation}${on}`;
    case "function":
      return "fn";
    case "script":
      return `script ${body.interpreter.join(" ")}${on}`;
    case "gate":
      return gateWords(body);
    case "group":
      return groupWords(body);
    default:
      return unreachable(body);
  }
}

function gateWords({ gate }: TaskBody & { readonly kind: "gate" }): string {
  switch (gate.kind) {
    case "delay":
      return `delay ${formatDuration(gate.delayMs)}`;
    case "until":
      return `until ${gate.atMs} ms since 1970`;
    case "signal":
      return `signal ${gate.name}`;
    case "approval":
      return gate.quorum === 1 ? "approval" : `approval by ${gate.quorum}`;
    default:
      return unreachable(gate);
  }
}

function groupWords({ keys, plan }: GroupBody): string {
  const tasks = plan.tasks.length === 1 ? "1 task" : `${plan.tasks.length} tasks`;
  switch (keys.kind) {
    case "fixed":
      return keys.items.length === 1 && keys.items[0]?.key === ""
        ? `group of ${tasks}`
        : `${keys.items.length} copies of ${tasks}`;
    case "result":
      return `${tasks} for each of ${[keys.task, ...keys.path].join(".")}`;
    case "function":
      return `${tasks} for each item of a function`;
    default:
      return unreachable(keys);
  }
}

/** Names of what comes first, with the condition where it is not success. */
function dependencyWords(index: number, { graph }: CompiledPlan): readonly string[] {
  const { offsets, targets, kinds } = graph.incoming;
  const words: string[] = [];
  const end = offsets[index + 1] ?? 0;
  for (let edge = offsets[index] ?? 0; edge < end; edge++) {
    const name = graph.ids[targets[edge] ?? 0] ?? "";
    words.push(`${name}${conditionWord(kinds[edge] ?? 0)}`);
  }
  return words;
}

function conditionWord(kind: number): string {
  if (kind === EDGE_FAILURE) return " on failure";
  if (kind === EDGE_ALWAYS) return " always";
  return kind === EDGE_PREFERRED ? " preferred" : "";
}

/** `onlyIfChanged` → `only-if-changed`. */
function guardWord(guard: Guard): string {
  const word = guard.kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return guard.kind === "whenFact" && guard.task !== undefined ? `${word} of ${guard.task}` : word;
}

function detailWords({ body, policy, undo }: CompiledTask): readonly string[] {
  const isAttempted = body.kind !== "gate" && body.kind !== "group";
  return [
    ...(policy.queueTimeoutMs === undefined ? [] : [`queue ${formatDuration(policy.queueTimeoutMs)}`]),
    ...(isAttempted ? [`attempt ${timeWord(policy.attemptTimeoutMs)}`] : []),
    `total ${timeWord(policy.totalTimeoutMs)}`,
    ...(policy.heartbeatTimeoutMs === undefined ? [] : [`heartbeat ${formatDuration(policy.heartbeatTimeoutMs)}`]),
    ...(policy.retry === undefined ? [] : [retryWords(policy.retry)]),
    policy.afterFailure === "stopAll" ? "stop all on failure" : "continue on failure",
    ...(policy.isTolerated ? ["failure tolerated"] : []),
    ...(policy.batches === undefined ? [] : [`batches ${policy.batches.map(sizeWord).join(" ")}`]),
    ...(policy.maxFail === undefined ? [] : [`at most ${sizeWord(policy.maxFail)} hosts failed`]),
    ...(policy.priority === 0 ? [] : [`priority ${policy.priority}`]),
    ...(policy.concurrencyKey === undefined ? [] : [`shares ${policy.concurrencyKey}`]),
    ...(policy.estimateMs === undefined ? [] : [`about ${formatDuration(policy.estimateMs)}`]),
    ...(isAttempted ? [reversibilityWord(body, undo)] : []),
  ];
}

function timeWord(timeMs: number | undefined): string {
  return timeMs === undefined || timeMs >= UNLIMITED_MS ? "unlimited" : formatDuration(timeMs);
}

function retryWords({ retries, initialMs, factor, maxMs }: RetryPolicy): string {
  const times = `retry ${retries}`;
  if (initialMs === 0) return times;
  return `${times} after ${formatDuration(initialMs)} × ${factor} up to ${formatDuration(maxMs)}`;
}

function sizeWord(size: BatchSize): string {
  return "hosts" in size ? String(size.hosts) : `${size.percent}%`;
}

function reversibilityWord(body: TaskBody, undo: TaskBody | undefined): string {
  if (body.kind === "operation" && body.operationClass === "read-only") return "changes nothing";
  if (body.kind === "operation" && body.isReversible) return "reversible";
  return undo === undefined ? "not reversible" : "undone by its own step";
}

/** Tasks of a group, indented below it; of copies with bodies of their own the first stands for all. */
function innerLines(body: TaskBody): readonly string[] {
  if (body.kind !== "group") return [];
  return body.plan.tasks.flatMap((task) => taskLines(task, body.plan)).map((line) => `  ${line}`);
}
