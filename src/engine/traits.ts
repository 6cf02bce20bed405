import type { CompiledTask, TaskBody } from "../plan/compiled-plan.ts";
import {
  TRAIT_EVALUATED,
  TRAIT_GATE,
  TRAIT_GROUP,
  TRAIT_GUARDED,
  TRAIT_KEYED,
  TRAIT_TARGET,
  TRAIT_TIMED,
} from "./status.ts";

/** What takes a task off the short path; 0 for a plain function. */
export function traitsOf(task: CompiledTask): number {
  const { body, policy } = task;
  let traits = 0;
  if (task.guards.length > 0) traits |= TRAIT_GUARDED;
  if (needsParams(body) || hasKeyFunction(body) || task.target?.kind === "any") traits |= TRAIT_EVALUATED;
  if (task.target !== undefined) traits |= TRAIT_TARGET;
  if (body.kind === "gate") traits |= TRAIT_GATE;
  if (body.kind === "group") traits |= TRAIT_GROUP;
  if (policy.concurrencyKey !== undefined) traits |= TRAIT_KEYED;
  if (
    policy.queueTimeoutMs !== undefined ||
    policy.attemptTimeoutMs !== undefined ||
    policy.heartbeatTimeoutMs !== undefined
  ) {
    traits |= TRAIT_TIMED;
  }
  return traits;
}

/** Whether parameters or input come from a function of results. */
export function needsParams(body: TaskBody): boolean {
  if (body.kind === "operation") return isValueFunction(body.params);
  return body.kind === "script" && body.input !== undefined && isValueFunction(body.input);
}

/** Whether the items of a group come from a function. */
export function hasKeyFunction(body: TaskBody): boolean {
  return body.kind === "group" && (body.keys.kind === "function" || body.keys.kind === "template");
}

/** Whether the task may change hosts, so that it needs one for itself. */
export function isWriting(body: TaskBody): boolean {
  return body.kind === "operation" ? body.operationClass !== "read-only" : true;
}

/** Plain data never holds a function, so this is enough to tell the two apart. */
function isValueFunction(value: unknown): boolean {
  return typeof value === "object" && value !== null && "evaluate" in value && typeof value.evaluate === "function";
}
