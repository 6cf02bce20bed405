import type { PlanDefinition } from "../definition/definition.ts";
import type { Diagnostic } from "../definition/plan-file/diagnostic.ts";
import type { PlanSource, SourceLoader } from "../definition/plan-file/source-loader.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type ParsedPlan, parsePlanFile } from "../plan/parse-plan-file.ts";
import { Plan, type PlanOptions, type PlanResult, type StartChoice } from "./plan.ts";
import type { BoundPlan } from "./start-run.ts";
import type { ParametersDefinition } from "../definition/parameters.ts";

/** Options of a plan that stands in a file: what a file cannot say. */
export type FilePlanOptions = Pick<PlanOptions, "fleet" | "hooks" | "catalog">;

/** A plan that was read from a file; made by {@link planOfSource}. Tasks are not added to it but to the file. */
export class FilePlan extends Plan<ParametersDefinition> {
  readonly parsed: ParsedPlan;

  constructor(parsed: ParsedPlan, options: FilePlanOptions = {}) {
    super(parsed.definition.name, options);
    this.parsed = parsed;
  }

  override definition(): PlanDefinition {
    return this.parsed.definition;
  }

  /** Also refuses to run what the file asks for and nothing can carry out yet: `DRV_PLANFILE_NOT_AVAILABLE`. */
  override tryBind(given: unknown, choice: StartChoice = {}): PlanResult<BoundPlan> {
    const refusals = this.parsed.diagnostics.filter(({ code }) => code === "DRV_PLANFILE_NOT_AVAILABLE");
    if (refusals.length > 0 && choice.isDryRun !== true) return err(refusals);
    return super.tryBind(given, choice);
  }
}

/**
 * Reads a plan file and makes a plan of it.
 * @returns the plan, or everything that is wrong with the file
 */
export async function planOfSource(
  source: PlanSource,
  loader: SourceLoader,
  options: FilePlanOptions = {},
): Promise<Result<FilePlan, readonly Diagnostic[]>> {
  const parsed = await parsePlanFile(source, loader, options.catalog === undefined ? {} : { catalog: options.catalog });
  return parsed.ok ? ok(new FilePlan(parsed.value, options)) : parsed;
}
