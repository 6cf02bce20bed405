import { err, ok, type Result } from "../base/result.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { Diagnostic } from "../definition/plan-file/diagnostic.ts";
import type { FilePlan } from "../library/file-plan.ts";

/** Whether a word names a plan file rather than a module. */
export function isPlanFileName(text: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(text);
}

/**
 * Reads a plan file with every file it names.
 * @returns the plan, or everything that is wrong: `DRV_PLANFILE_*`, `DRV_PLAN_*`, `DRV_EXPRESSION_*`
 */
export async function openPlanFile(
  text: string,
  folder: string,
): Promise<Result<FilePlan, readonly (CodedError | Diagnostic)[]>> {
  const { diskLoader, readSource } = await import("../library/disk-source-loader.ts");
  const source = await readSource(text, folder);
  if (!source.ok) return err([source.error]);
  const { planOfSource } = await import("../library/file-plan.ts");
  const plan = await planOfSource(source.value, diskLoader(folder));
  return plan.ok ? ok(plan.value) : plan;
}
