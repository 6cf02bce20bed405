import type { TemplateDefinition } from "../template-definition.ts";
import { whereText } from "../where-text.ts";
import { withExpressions } from "./body-reader.ts";
import { membersOf } from "./members.ts";

/** The hosts of a task: a text, with expressions or without, or a condition. */
export function readTarget(given: unknown): string | TemplateDefinition | undefined {
  if (typeof given === "string") return withExpressions(given);
  const condition = membersOf(given)?.get("where");
  if (typeof condition !== "string" && typeof condition !== "boolean") return undefined;
  return whereText(String(condition));
}
