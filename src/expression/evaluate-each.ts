import { isJsonArray, isJsonObject, type JsonValue } from "../base/json.ts";
import { compareTexts } from "./compare-values.ts";
import type { Evaluation } from "./evaluation.ts";
import { kindOf } from "./print-value.ts";
import type { EachNode } from "./program.ts";

interface Each {
  readonly index: number;
  readonly node: EachNode;
  readonly evaluate: (evaluation: Evaluation, index: number) => JsonValue | undefined;
}

/** A comprehension; members of maps come in the order of their names. */
export function evaluateEach(evaluation: Evaluation, { index, node, evaluate }: Each): JsonValue | undefined {
  const source = evaluate(evaluation, node.source);
  if (source === undefined) return undefined;
  evaluation.node = index;
  if (!isJsonArray(source) && !isJsonObject(source)) {
    return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", `Cannot go through ${kindOf(source)}: wanted a list or map`);
  }
  const entries = [...entriesOf(source)];
  if (!evaluation.spend(entries.length)) return undefined;
  const values: JsonValue[] = [];
  const members: (readonly [string, JsonValue])[] = [];
  for (const [key, item] of entries) {
    setVariables(evaluation, node, [key, item]);
    if (node.condition !== null) {
      const isChosen = evaluate(evaluation, node.condition);
      if (isChosen === undefined) return undefined;
      if (isChosen !== true) continue;
    }
    const name = node.key === null ? "" : evaluate(evaluation, node.key);
    const value = name === undefined ? undefined : evaluate(evaluation, node.value);
    if (value === undefined) return undefined;
    if (node.key === null) values.push(value);
    else if (typeof name === "string") members.push([name, value]);
    else return evaluation.fail("DRV_EXPRESSION_VALUE_KIND", "Cannot make the map: a name is no text");
  }
  evaluation.locals.length = node.slot;
  return node.key === null ? values : Object.fromEntries(members);
}

function entriesOf(source: JsonValue): Iterable<readonly [number | string, JsonValue]> {
  if (isJsonArray(source)) return source.entries();
  if (!isJsonObject(source)) return [];
  return Object.entries(source).sort(([one], [other]) => compareTexts(one, other));
}

/** One name is the item; two are index and item, or key and value. */
function setVariables(
  { locals }: Evaluation,
  { slot, names }: EachNode,
  [key, item]: readonly [number | string, JsonValue],
): void {
  if (names === 1) locals[slot] = item;
  else {
    locals[slot] = key;
    locals[slot + 1] = item;
  }
}
