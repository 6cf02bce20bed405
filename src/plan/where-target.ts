import { checkExpression } from "../expression/check.ts";
import { evaluate } from "../expression/evaluate.ts";
import { parseBareExpression } from "../expression/parse-template.ts";
import type { ExpressionProblem } from "../expression/problem.ts";
import { scopeOf } from "../expression/value-scope.ts";
import { mapOf, objectOf, STRING } from "../expression/value-type.ts";
import { err, ok, type Result } from "../base/result.ts";
import { whereText } from "../definition/where-text.ts";
import type { Target } from "./compiled-plan.ts";

/** What conditions of targets may speak of: what the fleet knows of its hosts without asking them. */
const HOST = objectOf({ name: STRING, labels: mapOf(STRING) }, "the host");
const ROOTS = new Map([["host", HOST]]);

/**
 * Makes a target of a condition such as `host.labels.role == "web"`. A host without a label that the condition asks for is
 * not meant.
 */
export function whereTarget(condition: string): Result<Target, readonly ExpressionProblem[]> {
  const parsed = parseBareExpression(condition);
  if (!parsed.ok) return parsed;
  const checked = checkExpression(parsed.value, { roots: ROOTS }, { text: condition, want: "condition" });
  if (!checked.ok) return err(checked.error);
  const { program } = checked.value;
  const matches = (host: { readonly name: string; readonly labels: { readonly [key: string]: string } }): boolean => {
    const answer = evaluate(program, scopeOf({ host: { name: host.name, labels: { ...host.labels } } }));
    return answer.ok && answer.value.value === true;
  };
  return ok({ kind: "where", text: whereText(condition), matches });
}
