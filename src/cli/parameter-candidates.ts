import { isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { parameterNames, paramsSchema } from "../plan/params.ts";
import { valueFromText } from "../plan/param-text.ts";
import type { ParameterOrigin } from "./given-parameters.ts";
import { secretNames } from "./secret-names.ts";

/** One thing that could give a value. */
export interface Candidate {
  /** Absent when it is secret or there is none. */
  readonly value?: JsonValue;
  /** As people know it. */
  readonly origin: string;
  readonly isSecret?: boolean;
  /** Nothing gives a value; a run would refuse to start. */
  readonly isMissing?: boolean;
}

/**
 * Everything that gives a value to a parameter, the one that wins first.
 * @returns `undefined` when the plan has no such parameter
 */
export function parameterCandidates(
  name: string,
  {
    plan,
    file,
    origins,
  }: { readonly plan: CompiledPlan; readonly file: string; readonly origins: readonly ParameterOrigin[] },
): readonly Candidate[] | undefined {
  const { parameters } = plan;
  if (parameters === undefined || !parameterNames(parameters).includes(name)) return undefined;
  const isSecret = secretNames(parameters).has(name);
  const schema = memberOf(paramsSchema(parameters)["properties"], name);
  const shape: JsonObject = isJsonObject(schema) ? schema : {};
  const given = origins.flatMap(({ origin, values, lineOf }): readonly Candidate[] => {
    const value = memberOf(values, name);
    if (value === undefined) return [];
    const place = lineOf === undefined ? origin : `${origin}:${lineOf(name)}`;
    return [candidate(typeof value === "string" ? valueFromText(value, shape["type"]) : value, place, isSecret)];
  });
  const fallback = shape["default"];
  const declared = fallback === undefined ? [] : [candidate(fallback, `its default in ${file}`, isSecret)];
  const all = [...given.toReversed(), ...declared];
  return all.length > 0 ? all : [{ origin: "nowhere", isMissing: true }];
}

function candidate(value: JsonValue, origin: string, isSecret: boolean): Candidate {
  return isSecret ? { origin, isSecret } : { value, origin };
}

function memberOf(values: JsonValue | undefined, name: string): JsonValue | undefined {
  const copied = toJson(values ?? {}, { bytesMax: Number.MAX_SAFE_INTEGER });
  return copied.ok && isJsonObject(copied.value) && Object.hasOwn(copied.value, name) ? copied.value[name] : undefined;
}
