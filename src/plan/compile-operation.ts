import type { z } from "zod";
import { isJsonObject, toJson, type JsonObject } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { didYouMean } from "../base/suggest.ts";
import type { OperationDefinition } from "../definition/task-body.ts";
import { keyPosition } from "../definition/source-place.ts";
import { TemplateDefinition } from "../definition/template-definition.ts";
import { paramsJsonSchema } from "../operation/describe.ts";
import { operationClassOf, type OperationClass, type OperationSpec } from "../operation/spec.ts";
import { classOfUnknown, compileParameters } from "./compile-parameters.ts";
import type { OperationBody } from "./compiled-plan.ts";
import type { TaskScope } from "./plan-scope.ts";
import { memberOf, positionOf } from "./problems.ts";

/** An operation body with the declaration from which its defaults come. */
export interface CompiledOperation {
  readonly body: OperationBody;
  readonly spec: OperationSpec;
}

/** Looks the operation up and checks its parameters; problems go to the scope. */
export function compileOperation(definition: OperationDefinition, scope: TaskScope): CompiledOperation | undefined {
  const { problems, place } = scope;
  if (typeof definition.operation !== "string" || definition.operation === "") {
    problems.add("DRV_OPERATION_UNKNOWN", memberOf(place, "operation"), "it names no operation", {
      hint: 'Write { operation: "file.deploy", params: { … } }, or call a constructor such as ops.file.deploy({ … })',
    });
    return undefined;
  }
  const found = scope.plan.catalog.find(definition.operation);
  if (!found.ok) {
    problems.push({ ...found.error, at: positionOf(memberOf(place, "operation")) });
    return undefined;
  }
  const spec = found.value;
  const params = definition.params ?? {};
  if (params instanceof TemplateDefinition) return compileTemplated(params, spec, scope);
  if (typeof params === "function") {
    const operationClass = classOfUnknown(spec);
    return { spec, body: bodyOf(spec, { params: { kind: "function", evaluate: params }, operationClass }) };
  }
  const checked = checkParams(spec, params, scope);
  return checked === undefined ? undefined : { spec, body: bodyOf(spec, checked) };
}

function bodyOf(
  spec: OperationSpec,
  { params, operationClass }: { readonly params: OperationBody["params"]; readonly operationClass: OperationClass },
): OperationBody {
  return {
    kind: "operation",
    operation: spec.name,
    params,
    operationClass,
    unknownPolicy: spec.unknownPolicy,
    isReversible: spec.reversibility !== "none",
  };
}

/** Parameters with expressions: what is known is checked now, the rest by its type. */
function compileTemplated(
  definition: TemplateDefinition,
  spec: OperationSpec,
  scope: TaskScope,
): CompiledOperation | undefined {
  const compiled = compileParameters(definition, spec, scope);
  if (compiled === undefined) return undefined;
  if ("value" in compiled) {
    const checked = checkParams(spec, compiled.value, scope);
    return checked === undefined ? undefined : { spec, body: bodyOf(spec, checked) };
  }
  for (const issue of compiled.issues) reportIssue(issue, spec, scope);
  if (compiled.issues.length > 0) return undefined;
  return { spec, body: bodyOf(spec, { params: compiled.template, operationClass: compiled.operationClass }) };
}

/** Keeps a copy of what was written: the executor reads it again with the same schema. */
function checkParams(
  spec: OperationSpec,
  given: unknown,
  scope: TaskScope,
): { readonly params: JsonObject; readonly operationClass: OperationClass } | undefined {
  const place = memberOf(scope.place, "params");
  const copied = toJson(given, { bytesMax: RESULT_BYTES_MAX });
  if (!copied.ok || !isJsonObject(copied.value)) {
    const found = copied.ok
      ? "they are not an object"
      : `${copied.defect.path.slice(0, 200)} is ${copied.defect.found}`;
    scope.problems.add("DRV_PLAN_PARAMS_INVALID", place, `the parameters of ${spec.name} are not plain JSON: ${found}`);
    return undefined;
  }
  const parsed = spec.params.safeParse(copied.value);
  if (parsed.success) return { params: copied.value, operationClass: operationClassOf(spec, parsed.data) };
  for (const issue of parsed.error.issues) reportIssue(issue, spec, scope);
  return undefined;
}

function reportIssue(issue: z.core.$ZodIssue, spec: OperationSpec, scope: TaskScope): void {
  const path = issue.path.map(String).join(".");
  const parent = memberOf(scope.place, path === "" ? "params" : `params.${path}`);
  if (issue.code !== "unrecognized_keys") {
    const subject = path === "" ? "the parameters" : `parameter ${JSON.stringify(path.slice(0, 200))}`;
    scope.problems.add("DRV_PLAN_PARAMS_INVALID", parent, `${subject} of ${spec.name}: ${sentence(issue.message)}`, {
      hint: `See "drover ops ${spec.name}"`,
    });
    return;
  }
  for (const key of issue.keys) {
    const shownKey = JSON.stringify(key.slice(0, 200));
    const known = path === "" ? Object.keys(paramsJsonSchema(spec)["properties"] ?? {}) : [];
    const member = memberOf(parent, key);
    const place = { subject: parent.subject, path: parent.path, at: keyPosition(member.at) };
    scope.problems.add("DRV_PLAN_PARAMS_UNKNOWN", place, `${spec.name} has no parameter ${shownKey}`, {
      hint: didYouMean(key, known) ?? `See "drover ops ${spec.name}"`,
    });
  }
}

/** Messages of schemas as the rest of a sentence. */
function sentence(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`.slice(0, 500);
}
