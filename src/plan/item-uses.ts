import type { PlanDefinition, TaskDefinition } from "../definition/definition.ts";
import { TemplateDefinition } from "../definition/template-definition.ts";

const ITEM = /\b(?:item|key)\b/;

/** Whether an expression in a plan may speak of the item of its copy. */
export function speaksOfItems(plan: PlanDefinition): boolean {
  return plan.tasks.some(taskSpeaks);
}

function taskSpeaks({ body, undo, guards = [], target, outputs }: TaskDefinition): boolean {
  return (
    bodySpeaks(body) ||
    (undo !== undefined && bodySpeaks(undo)) ||
    speaks(target) ||
    Object.values(outputs ?? {}).some((output) => ITEM.test(JSON.stringify(output) ?? "")) ||
    guards.some((guard) => guard.kind === "expression" && ITEM.test(guard.expression))
  );
}

function bodySpeaks(body: TaskDefinition["body"]): boolean {
  switch (body.kind) {
    case "operation":
      return speaks(body.params);
    case "script":
      return speaks(body.values);
    case "gate":
      return body.gate.kind === "approval" && speaks(body.gate.message);
    case "group": {
      const { keys } = body;
      const inList = keys?.kind === "template" && speaks(keys.list);
      return inList || speaks(body.with) || speaksOfItems(body.plan);
    }
    case "function":
      return false;
  }
}

function speaks(value: unknown): boolean {
  return value instanceof TemplateDefinition && ITEM.test(JSON.stringify(value.value) ?? "");
}
