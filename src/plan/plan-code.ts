import type { JsonValue } from "../base/json.ts";
import type { CompiledPlan, TaskBody, ValueFunction } from "./compiled-plan.ts";
import { plansOfGroup } from "./group-plans.ts";
import type { ValueTemplate } from "./value-template.ts";

/** Whether parameters or input are made by a function. */
export function isCodeValue(value: JsonValue | ValueFunction | ValueTemplate | undefined): value is ValueFunction {
  return typeof value === "object" && value !== null && "evaluate" in value && typeof value.evaluate === "function";
}

/** Whether a plan calls functions of its author anywhere: it can then run only where its module has been loaded. */
export function needsCode(plan: CompiledPlan): boolean {
  return plan.tasks.some(
    ({ body, undo, guards }) =>
      bodyNeedsCode(body) ||
      (undo !== undefined && bodyNeedsCode(undo)) ||
      guards.some((guard) => "evaluate" in guard && typeof guard.evaluate === "function"),
  );
}

function bodyNeedsCode(body: TaskBody): boolean {
  switch (body.kind) {
    case "function":
      return true;
    case "operation":
      return isCodeValue(body.params);
    case "script":
      return isCodeValue(body.input);
    case "gate":
      return false;
    case "group":
      return body.keys.kind === "function" || [...plansOfGroup(body)].some(needsCode);
  }
}
