import type { CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { diskLoader, readSource } from "../library/disk-source-loader.ts";
import { builtinOperations } from "../operation/catalog.ts";
import { compilePlan } from "../plan/compile.ts";
import { bindParams } from "../plan/params.ts";
import { parsePlanFile } from "../plan/parse-plan-file.ts";

/**
 * Everything that can be said about a plan file without running it: mistakes, warnings and hints. The package has this
 * module and all it needs in one file, because loading hundreds of modules takes longer than checking a plan. So nothing
 * but plain data may come out of it.
 *
 * @param params parameters as a command line gives them, to be checked as well; absent when they are not known
 */
export async function checkPlanFile(text: string, folder: string, params?: JsonObject): Promise<readonly CodedError[]> {
  const source = await readSource(text, folder);
  if (!source.ok) return [source.error];
  const parsed = await parsePlanFile(source.value, diskLoader(folder));
  if (!parsed.ok) return parsed.error;
  const { definition, compiled, diagnostics } = parsed.value;
  if (params === undefined) return diagnostics;
  const bound = bindParams(compiled.parameters, params, { readsText: true });
  if (!bound.ok) return [...diagnostics, ...bound.error];
  const withParams = compilePlan(definition, { catalog: builtinOperations(), params: bound.value });
  return withParams.ok ? diagnostics : [...diagnostics, ...withParams.error];
}
