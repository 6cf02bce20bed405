import type { z } from "zod";
import { codedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import type { TemplateDefinition } from "../definition/template-definition.ts";
import { paramsJsonSchema } from "../operation/describe.ts";
import { operationClassOf, type OperationClass, type OperationSpec } from "../operation/spec.ts";
import { compileTemplate } from "./compile-template.ts";
import type { ValueType } from "../expression/value-type.ts";
import { schemaAt, typeOfSchema } from "./expression-types.ts";
import type { TaskScope } from "./plan-scope.ts";
import { type Place, positionOf } from "./problems.ts";
import type { TemplateNode, ValueTemplate } from "./value-template.ts";

/** Parameters that are all known, or what is to be computed with what is wrong with the rest. */
export type CompiledParameters =
  | { readonly value: JsonValue }
  | {
      readonly template: ValueTemplate;
      readonly issues: readonly z.core.$ZodIssue[];
      readonly operationClass: OperationClass;
    };

const schemas = new WeakMap<OperationSpec, JsonValue>();

/** Checks parameters with expressions in them: types of expressions by the schema, everything else by the operation. */
export function compileParameters(
  definition: TemplateDefinition,
  spec: OperationSpec,
  scope: TaskScope,
): CompiledParameters | undefined {
  const schema = schemas.get(spec) ?? paramsJsonSchema(spec);
  schemas.set(spec, schema);
  const compiled = compileTemplate(definition, scope, {
    member: "params",
    place: spec.isControllerOperation === true ? "task" : "host",
    wanted: (path) => wantedAt(schema, path),
    foundSecret: (path, at) => noticeSecret(path, at, { spec, scope }),
  });
  if (compiled === undefined || "value" in compiled) return compiled;
  const parsed = spec.params.safeParse(standInOf(compiled.template.node, schema));
  const issues = (parsed.success ? [] : parsed.error.issues).filter(({ path }) => !isAbout(compiled.computed, path));
  const operationClass = parsed.success ? operationClassOf(spec, parsed.data) : classOfUnknown(spec);
  return { template: compiled.template, issues, operationClass };
}

/** Where a text is needed, numbers and truth values are written as one. */
function wantedAt(schema: JsonValue, path: readonly (string | number)[]): ValueType | "text" {
  const type = typeOfSchema(schemaAt(schema, path));
  return type.kind === "string" && type.oneOf === undefined ? "text" : type;
}

/** Parameters that nobody knows yet may make it anything it can be. */
export function classOfUnknown(spec: OperationSpec): OperationClass {
  return typeof spec.operationClass === "string" ? spec.operationClass : "non-idempotent";
}

/** Whether a complaint is about a part that is computed, or about what holds or follows from it. */
function isAbout(computed: readonly (readonly (string | number)[])[], path: readonly PropertyKey[]): boolean {
  return computed.some((way) => {
    const length = Math.min(way.length, path.length);
    return way.slice(0, length).every((step, index) => step === path[index]);
  });
}

/** A value of the right type in the place of everything that is computed. */
function standInOf(node: TemplateNode, schema: JsonValue | undefined): JsonValue {
  if ("value" in node) return node.value;
  if ("items" in node) return node.items.map((item) => standInOf(item, schemaAt(schema, [0])));
  if ("members" in node) {
    const entries = node.members.map(([key, member]): [string, JsonValue] => {
      const name = "value" in key && typeof key.value === "string" ? key.value : "computed";
      return [name, standInOf(member, schemaAt(schema, [name]))];
    });
    return Object.fromEntries(entries);
  }
  switch (typeOfSchema(schema).kind) {
    case "boolean":
      return true;
    case "integer":
    case "number":
      return 1;
    case "list":
      return [];
    case "map":
    case "object":
      return {};
    case "any":
    case "never":
    case "null":
    case "string":
    case "union":
      return "computed";
  }
}

/** Arguments of programs are seen by everybody on the host. */
const ARGUMENTS: ReadonlySet<string> = new Set(["command", "args"]);

function noticeSecret(
  [first]: readonly (string | number)[],
  at: Place,
  { spec, scope }: { readonly spec: OperationSpec; readonly scope: TaskScope },
): void {
  const isArgument = spec.category === "command" && typeof first === "string" && ARGUMENTS.has(first);
  if (!isArgument) return;
  const message = `Cannot keep the secret: everybody on the host can read arguments of ${spec.name}`;
  const hint = "Give it by secretEnv or stdin";
  scope.plan.notice?.(codedError("DRV_PLANFILE_SECRET_EXPOSED", message, { at: positionOf(at), hint }), "warning");
}
