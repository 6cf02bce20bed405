import { err, ok, type Result } from "../../base/result.ts";
import { codedError, type CodedError } from "../../base/coded-error.ts";
import type { PlanDefinition } from "../../definition/definition.ts";
import { planFileOf } from "../../definition/plan-file/write-plan-file.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import type { CommonOptions } from "../command-options.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";

/** `drover export FILE`: the plan of a module as a plan file, when all of it is data. */
export async function exportCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<CommonOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  return withPlan({ file, parameters }, invocation, async ({ plan }) => {
    const definition = definitionOf(plan.source);
    const written = definition.ok ? planFileOf(definition.value) : definition;
    if (!written.ok) return refuse(written.error, invocation);
    const { stringify } = await import("yaml");
    const text = stringify(written.value, { aliasDuplicateObjects: false, lineWidth: 100 });
    context.stdout.write(
      options.output === "json" ? `${JSON.stringify(plainOf(written.value), undefined, 2)}\n` : text,
    );
    return EXIT_CODES.ok;
  });
}

/** By what it can do: the module may have loaded another copy of the library. */
function definitionOf(source: unknown): Result<PlanDefinition, readonly CodedError[]> {
  if (
    typeof source === "object" &&
    source !== null &&
    "definition" in source &&
    typeof source.definition === "function"
  ) {
    const made: unknown = Reflect.apply(source.definition, source, []);
    if (isDefinition(made)) return ok(made);
  }
  return err([
    codedError("DRV_PLANFILE_NOT_EXPORTABLE", "Cannot write the plan as a file: it does not say what it is made of"),
  ]);
}

function isDefinition(value: unknown): value is PlanDefinition {
  return (
    typeof value === "object" && value !== null && "tasks" in value && Array.isArray(value.tasks) && "name" in value
  );
}

function plainOf(value: unknown): unknown {
  if (value instanceof Map) {
    const entries: readonly (readonly [string, unknown])[] = [...value];
    return Object.fromEntries(entries.map(([name, member]) => [name, plainOf(member)]));
  }
  return Array.isArray(value) ? value.map(plainOf) : value;
}
