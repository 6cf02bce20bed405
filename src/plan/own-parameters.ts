import type { JsonObject } from "../base/json.ts";
import { didYouMean } from "../base/suggest.ts";
import type { PlanDefinition } from "../definition/definition.ts";
import type { ParametersDefinition } from "../definition/parameters.ts";
import { shown } from "../definition/task-input.ts";
import type { TemplateDefinition } from "../definition/template-definition.ts";
import { compileTemplate } from "./compile-template.ts";
import { typeOfParameters } from "./expression-types.ts";
import { bindParams, parameterNames } from "./params.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";

/** Values that a task gives to the parameters of its plan: bound when they are known, else checked by their types. */
export function ownParameters(
  plan: PlanDefinition,
  given: TemplateDefinition,
  scope: TaskScope,
): { readonly values: JsonObject | undefined } {
  const type = typeOfParameters(plan.params);
  const compiled = compileTemplate(given, scope, {
    member: "with",
    place: "fixed",
    wanted: ([first, ...rest]) =>
      typeof first === "string" && rest.length === 0 ? type.fields.get(first)?.type : undefined,
    foundSecret: (_path, at) =>
      scope.problems.add("DRV_PLANFILE_NOT_AVAILABLE", at, "a secret cannot be handed on to another plan yet", {
        hint: "Let the tasks that need the secret stand in this file",
      }),
  });
  if (compiled === undefined) return { values: undefined };
  if (!("value" in compiled)) {
    checkNames(plan.params, given, scope);
    return { values: undefined };
  }
  const bound = bindParams(plan.params, compiled.value);
  if (bound.ok) return { values: bound.value };
  for (const error of bound.error) {
    const name = error.at?.path?.slice("params.".length);
    scope.problems.push({
      ...error,
      at: positionOf(memberOf(scope.place, name === undefined ? "with" : `with.${name}`)),
    });
  }
  return { values: undefined };
}

function checkNames(params: ParametersDefinition | undefined, given: TemplateDefinition, scope: TaskScope): void {
  const known = parameterNames(params);
  const names = typeof given.value === "object" && given.value !== null ? Object.keys(given.value) : [];
  for (const name of names) {
    if (known.includes(name)) continue;
    const found = `the plan has no parameter ${shown(name)}`;
    const hint = didYouMean(name, known) ?? `Known are ${known.join(", ")}`;
    scope.problems.add("DRV_PARAM_UNKNOWN", memberOf(scope.place, `with.${name}`), found, { hint });
  }
  // Binding what is not given tells which of it is needed.
  const missing = bindParams(params, {});
  if (missing.ok) return;
  for (const error of missing.error) {
    const name = error.at?.path?.slice("params.".length) ?? "";
    if (error.code === "DRV_PARAM_MISSING" && !names.includes(name)) {
      scope.problems.push({ ...error, at: positionOf(memberOf(scope.place, "with")) });
    }
  }
}
