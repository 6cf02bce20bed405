import { isJsonObject, toJson } from "../base/json.ts";
import type { ParametersDefinition } from "../definition/parameters.ts";
import { parameterNames } from "../plan/params.ts";

/** Parameters whose values must never be shown or kept in files; a schema of zod has none. */
export function secretNames(parameters: ParametersDefinition | undefined): ReadonlySet<string> {
  const declared = toJson(parameters ?? {}, { bytesMax: Number.MAX_SAFE_INTEGER });
  const record = declared.ok && isJsonObject(declared.value) ? declared.value : {};
  const names = parameterNames(parameters).filter((name) => {
    const declaration = Object.hasOwn(record, name) ? record[name] : undefined;
    return isJsonObject(declaration) && declaration["secret"] === true;
  });
  return new Set(names);
}
