import { DUE_QUEUE_TIMEOUT } from "./due-queue.ts";
import { enqueueTask } from "./enqueue-task.ts";
import { createFanOut } from "./fan-out.ts";
import { evaluationNeeds, judgeGuards } from "./guards.ts";
import { holdForLevel } from "./level-barriers.ts";
import type { RunState } from "./run-state.ts";
import {
  EVALUATING,
  FLAG_BRANCH,
  FLAG_CONDITIONAL,
  FLAG_STOPPED,
  HELD,
  PENDING,
  READY,
  SKIPPING,
  TRAIT_DRY,
  TRAIT_EVALUATED,
  TRAIT_GATE,
  TRAIT_GROUP,
  TRAIT_GUARDED,
  TRAIT_TARGET,
  TRAIT_TIMED,
} from "./status.ts";
import { ValueTemplate } from "../plan/value-template.ts";
import { policyOf, taskOf } from "./task-access.ts";
import { hasFlag, setFlag, setStatus, statusOf, traitsAt } from "./task-status.ts";
import { needsParams } from "./traits.ts";
import { unitKey } from "./unit-key.ts";

/**
 * Decides what becomes of a task when its last blocking dependency has ended (or when it has none): it is skipped,
 * evaluated, or ready. Derived inside `apply`, so it is the same in a replay; whatever needs an event is put on the
 * list of tasks to settle. While a run stops, tasks wait for the phase of failure branches; rollback steps for their own.
 */
export function considerTask(state: RunState, task: number): void {
  if (statusOf(state, task) !== PENDING || hasFlag(state, task, FLAG_STOPPED)) return;
  if (!mayBeJudged(state, task)) return;
  if (state.run.phase === "running" && holdForLevel(state.queues.barriers, task)) {
    setStatus(state, task, HELD);
    return;
  }
  if (state.tasks.marks[task] !== 0) {
    skipSoon(state, task);
  } else if ((traitsAt(state, task) & (TRAIT_GUARDED | TRAIT_EVALUATED)) !== 0) {
    considerGuards(state, task);
  } else {
    makeReady(state, task);
  }
}

/** Whether the phase of the run is that of the task. */
export function mayBeJudged(state: RunState, task: number): boolean {
  const { phase } = state.run;
  if (phase === "running") return state.rollbackSteps.size === 0 || !state.rollbackSteps.has(task);
  if (phase === "failureBranches") return hasFlag(state, task, FLAG_BRANCH);
  // Everything else has ended by then.
  return phase === "rollbackSteps";
}

function considerGuards(state: RunState, task: number): void {
  const judgement = judgeGuards(state, task);
  const needs = evaluationNeeds(state, task, judgement);
  if (judgement.isConditional) setFlag(state, task, FLAG_CONDITIONAL);
  if (needs !== undefined) {
    setStatus(state, task, EVALUATING);
    const generation = state.tasks.generation[task] ?? 1;
    state.queues.effects.push({ type: "evaluate", task, generation, needs });
  } else if (judgement.failedAt !== -1) {
    skipSoon(state, task);
  } else {
    makeReady(state, task);
  }
}

function skipSoon(state: RunState, task: number): void {
  setStatus(state, task, SKIPPING);
  state.queues.settle.push(task);
}

/** Lets a task start as soon as slots are free. `host` is the answer to target `_any`. */
export function makeReady(state: RunState, task: number, host?: number): void {
  setStatus(state, task, READY);
  const traits = traitsAt(state, task);
  if (traits === 0) {
    enqueueTask(state, task);
    return;
  }
  if ((traits & TRAIT_TARGET) !== 0) openFanOut(state, task, host);
  if (isSettledAtOnce(state, task)) {
    state.queues.settle.push(task);
    return;
  }
  enqueueTask(state, task);
  if ((traits & TRAIT_TIMED) === 0) return;
  const { queueTimeoutMs } = policyOf(state, task);
  if (queueTimeoutMs === undefined) return;
  state.readySince.set(task, state.run.lastAtMs);
  const dueMs = state.run.lastAtMs + queueTimeoutMs;
  state.queues.due.after(queueTimeoutMs, { dueMs, kind: DUE_QUEUE_TIMEOUT, key: unitKey(task, 0), attempt: 0 });
}

function openFanOut(state: RunState, task: number, host: number | undefined): void {
  const { target, policy } = taskOf(state, task);
  const hosts = host === undefined ? state.targets.get(target?.text ?? "") : [host];
  state.fanOuts.set(task, createFanOut(hosts ?? [], policy));
}

/** Tasks that are never dispatched: gates, groups, targets without hosts, and what a dry run does not inspect. */
export function isSettledAtOnce(state: RunState, task: number): boolean {
  const traits = traitsAt(state, task);
  if ((traits & (TRAIT_GATE | TRAIT_GROUP)) !== 0) return true;
  if ((traits & TRAIT_TARGET) !== 0 && state.fanOuts.get(task)?.hosts.length === 0) return true;
  return (traits & TRAIT_DRY) !== 0 && !isInspectable(state, task);
}

/** Only operations whose parameters are known without results and without calling user code can be inspected. */
export function isInspectable(state: RunState, task: number): boolean {
  const { body } = taskOf(state, task);
  if (body.kind !== "operation" || needsParams(body)) return false;
  return !(body.params instanceof ValueTemplate) || !body.params.needsResults;
}
