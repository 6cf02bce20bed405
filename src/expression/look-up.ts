import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import { codePointCount } from "./code-points.ts";
import type { Evaluation } from "./evaluation.ts";
import { kindOf } from "./print-value.ts";
import type { MissingPolicy } from "./program.ts";
import { ownMember } from "./value-scope.ts";

/** `value.name`: an own member, never one that comes with every object. */
export function memberOf(
  evaluation: Evaluation,
  value: JsonValue,
  { name, missing }: { readonly name: string; readonly missing: MissingPolicy },
): JsonValue | undefined {
  if (isJsonObject(value)) {
    const member = ownMember(value, name);
    if (member !== undefined) return member;
    return missing === "error" ? missingMember(evaluation, name) : null;
  }
  if (missing === "lenient") return null;
  return evaluation.fail(
    "DRV_EXPRESSION_MISSING",
    `Cannot find ${JSON.stringify(name)}: ${kindOf(value)} has no members`,
  );
}

/** The name stands in the author's text, so that it may be repeated. */
export function missingMember(evaluation: Evaluation, name: string): undefined {
  return evaluation.fail("DRV_EXPRESSION_MISSING", `Cannot find ${JSON.stringify(name)}: the value has no such member`);
}

/** `value[at]` */
export function indexOf(
  evaluation: Evaluation,
  { value, at, missing }: { readonly value: JsonValue; readonly at: JsonValue; readonly missing: MissingPolicy },
): JsonValue | undefined {
  if (isJsonArray(value) && typeof at === "number") {
    const item = Number.isSafeInteger(at) && at >= 0 ? value[at] : undefined;
    if (item !== undefined) return item;
    if (missing !== "error") return null;
    return evaluation.fail("DRV_EXPRESSION_INDEX_RANGE", `Cannot take an item of a list of ${value.length}`, at);
  }
  if (isJsonObject(value) && typeof at === "string") {
    const member = ownMember(value, at);
    if (member !== undefined) return member;
    return missing === "error"
      ? evaluation.fail("DRV_EXPRESSION_MISSING", "Cannot find a member: the value has none of this name", at)
      : null;
  }
  if (missing === "lenient") return null;
  return evaluation.fail("DRV_EXPRESSION_MISSING", `Cannot look up ${kindOf(at)} in ${kindOf(value)}`);
}

/** `value.length`: characters (code points) of a text, items of a list, members of a map. */
export function lengthOf(evaluation: Evaluation, value: JsonValue, missing: MissingPolicy): JsonValue | undefined {
  if (isJsonArray(value)) return value.length;
  if (typeof value === "string") return evaluation.spendText(value.length) ? codePointCount(value) : undefined;
  if (isJsonObject(value)) {
    const count = Object.keys(value).length;
    return evaluation.spend(count) ? count : undefined;
  }
  if (missing === "lenient") return null;
  return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot take the length: found ${kindOf(value)}`);
}
