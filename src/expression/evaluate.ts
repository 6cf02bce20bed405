import { assert } from "../base/assert.ts";
import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { evaluateNode } from "./evaluate-node.ts";
import { Evaluation, type EvaluationFailure } from "./evaluation.ts";
import { FUEL_DEFAULT, VALUE_SIZE_MAX } from "./expression-limits.ts";
import type { Program } from "./program.ts";
import { ownMember, type ValueScope } from "./value-scope.ts";

export interface EvaluateOptions {
  /** Work that may be done; default {@link FUEL_DEFAULT}. */
  readonly fuel?: number;
}

/** What a program gives. */
export interface Evaluated {
  readonly value: JsonValue;
  /** Whether the value or a part of it is secret, and must not be shown. */
  readonly isSecret: boolean;
  /** Texts and numbers in the value that are secret, for whoever masks by value. */
  readonly secrets: readonly string[];
  readonly fuelUsed: number;
}

/**
 * Evaluates a checked program. Pure and total: always the same for the same values, ends within its fuel, never throws,
 * and never reads values as expressions.
 *
 * Errors: `DRV_EXPRESSION_DIVIDE_BY_ZERO`, `DRV_EXPRESSION_OVERFLOW`, `DRV_EXPRESSION_INDEX_RANGE`,
 * `DRV_EXPRESSION_MISSING`, `DRV_EXPRESSION_CONVERSION`, `DRV_EXPRESSION_FUEL`, `DRV_EXPRESSION_TOO_LARGE`,
 * `DRV_EXPRESSION_VALUE_KIND`.
 */
export function evaluate(
  program: Program,
  scope: ValueScope,
  options: EvaluateOptions = {},
): Result<Evaluated, EvaluationFailure> {
  const fuel = options.fuel ?? FUEL_DEFAULT;
  const evaluation = new Evaluation(program, scope, fuel);
  const result = program.nodes.length - 1;
  const value = evaluateNode(evaluation, result);
  if (value !== undefined) checkSize(evaluation, result, value);
  const { failure, secrets } = evaluation;
  if (failure !== undefined) return err(failure);
  assert(value !== undefined, "an evaluation without a value has a failure");
  for (const path of program.secretPaths) collectSecrets(value, path, secrets);
  return ok({ value, isSecret: program.isSecret, secrets: [...secrets], fuelUsed: fuel - evaluation.fuelLeft });
}

/** What is handed on as it came has been accepted by whoever let it in. */
function checkSize(evaluation: Evaluation, node: number, value: JsonValue): void {
  const kind = evaluation.program.nodes[node]?.do;
  if (kind === "root" || kind === "field" || kind === "member" || kind === "index") return;
  if (sizeLeft(value, VALUE_SIZE_MAX) >= 0) return;
  evaluation.node = node;
  evaluation.fail("DRV_EXPRESSION_TOO_LARGE", `Cannot make the value: its size would be more than ${VALUE_SIZE_MAX}`);
}

/** What remains of a size after a value; below 0 when it does not fit, which ends the count. */
function sizeLeft(value: JsonValue, sizeMax: number): number {
  let left = sizeMax - (typeof value === "string" ? value.length : 1);
  if (isJsonArray(value)) {
    for (const item of value) if ((left = sizeLeft(item, left)) < 0) break;
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) if ((left = sizeLeft(member, left - name.length)) < 0) break;
  }
  return left;
}

function collectSecrets(value: JsonValue, path: readonly string[], secrets: Set<string>): void {
  const [name, ...rest] = path;
  if (name === undefined) return addTexts(value, secrets);
  if (isJsonArray(value)) {
    for (const item of value) collectSecrets(item, name === "*" ? rest : path, secrets);
  } else if (isJsonObject(value)) {
    const names = name === "*" ? Object.keys(value) : [name];
    for (const each of names) collectSecrets(ownMember(value, each) ?? null, rest, secrets);
  }
}

/** Every text and number of a value. What is true or false is too common to be looked for. */
function addTexts(value: JsonValue, secrets: Set<string>): void {
  if (typeof value === "string" || typeof value === "number") secrets.add(String(value));
  else if (isJsonArray(value)) for (const item of value) addTexts(item, secrets);
  else if (isJsonObject(value)) for (const member of Object.values(value)) addTexts(member, secrets);
}
