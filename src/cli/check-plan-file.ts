import type { CodedError } from "../base/coded-error.ts";
import { diskLoader, readSource } from "../library/disk-source-loader.ts";
import { parsePlanFile } from "../plan/parse-plan-file.ts";

/**
 * Everything that can be said about a plan file without running it: mistakes, warnings and hints. The whole package is
 * built into one file with this module as its entry, because loading hundreds of modules takes longer than checking a plan.
 * So nothing but plain data may come out of it.
 */
export async function checkPlanFile(text: string, folder: string): Promise<readonly CodedError[]> {
  const source = await readSource(text, folder);
  if (!source.ok) return [source.error];
  const parsed = await parsePlanFile(source.value, diskLoader(folder));
  return parsed.ok ? parsed.value.diagnostics : parsed.error;
}
