import { canonicalJson, type JsonArray, type JsonValue, isJsonArray } from "../base/json.ts";
import { compareTexts } from "./compare-values.ts";
import type { FunctionCall, FunctionDeclaration, FunctionParameter } from "./function-declaration.ts";
import { countOf, listFrom, textOf } from "./function-values.ts";
import { addExactly } from "./exact-numbers.ts";
import { ANSWERS, answersOf, itemOf, LIST, MAP_OR_LIST, NUMBERS, ORDERED, valueOf, WHOLE } from "./parameter-kinds.ts";
import { spendValue } from "./print-value.ts";
import { nullable, unionOf } from "./type-relations.ts";
import { BOOLEAN, INTEGER, listOf, membersOf, type ValueType } from "./value-type.ts";

const list: FunctionParameter = { name: "list", kind: LIST };

type Declared = Pick<FunctionDeclaration, "name" | "summary" | "examples">;

function aboutAnswers(declared: Declared, ask: (answers: readonly JsonValue[]) => JsonValue): FunctionDeclaration {
  return {
    ...declared,
    group: "list",
    parameters: [{ name: "answers", kind: ANSWERS }],
    result: () => (declared.name === "count" ? INTEGER : BOOLEAN),
    resultText: declared.name === "count" ? "integer" : "boolean",
    run: ([value], call) => {
      const answers = answersOf(value ?? null);
      return call.spend(answers.length) ? ask(answers) : undefined;
    },
  };
}

function takeOne(
  declared: Declared,
  take: (items: readonly JsonValue[]) => JsonValue | undefined,
): FunctionDeclaration {
  return {
    ...declared,
    group: "list",
    parameters: [{ name: "list", kind: MAP_OR_LIST }],
    result: ([type]) => nullable(anyOfValues(type)),
    resultText: "item or null",
    run: ([value], call) => (call.spend(1) ? (take(inOrder(value ?? null)) ?? null) : undefined),
  };
}

/** The values of a list, map or object. */
function anyOfValues(type: ValueType | undefined): ValueType {
  if (type?.kind !== "object") return valueOf(type);
  return unionOf(
    type.fields
      .values()
      .map((field) => field.type)
      .toArray(),
  );
}

/** Items of a list; values of a map, ordered by their names. */
function inOrder(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return typeof value === "object" && value !== null
    ? Object.keys(value)
        .sort(compareTexts)
        .map((name) => value[name] ?? null)
    : [];
}

function sorted(items: JsonArray, call: FunctionCall): JsonArray | undefined {
  if (!call.spend(items.length * Math.ceil(Math.log2(items.length + 2)))) return undefined;
  return items.toSorted((one, other) => (isLess(one, other) ? -1 : isLess(other, one) ? 1 : 0));
}

function extreme(declared: Declared, isBetter: (one: JsonValue, best: JsonValue) => boolean): FunctionDeclaration {
  return {
    ...declared,
    group: "list",
    parameters: [{ name: "list", kind: ORDERED }],
    result: ([type]) => nullable(itemOf(type)),
    resultText: "item or null",
    run: ([value], call) => {
      const items = listFrom(value);
      if (!call.spend(items.length)) return undefined;
      let best = items[0] ?? null;
      for (const item of items) if (isBetter(item, best)) best = item;
      return best;
    },
  };
}

function isLess(one: JsonValue, other: JsonValue): boolean {
  if (typeof one === "number") return typeof other === "number" && one < other;
  return compareTexts(textOf(one), textOf(other)) < 0;
}

/** Functions of lists, and of what hosts answered. */
export const LIST_FUNCTIONS: readonly FunctionDeclaration[] = [
  aboutAnswers(
    {
      name: "all",
      summary: "Whether all of them are true; true when there are none",
      examples: [
        ["all([true, false])", false],
        ["all([])", true],
      ],
    },
    (answers) => answers.every((answer) => answer === true),
  ),
  aboutAnswers(
    {
      name: "any",
      summary: "Whether at least one of them is true",
      examples: [["any([x > 2 for x in [1, 3]])", true]],
    },
    (answers) => answers.some((answer) => answer === true),
  ),
  aboutAnswers(
    { name: "count", summary: "How many of them are true", examples: [["count([x > 2 for x in [1, 3, 5]])", 2]] },
    (answers) => answers.filter((answer) => answer === true).length,
  ),
  takeOne(
    {
      name: "first",
      summary: "The first item of a list, or value of a map by the order of names; null when there is none",
      examples: [
        ["first([3, 1])", 3],
        ["first([]) ?? 0", 0],
      ],
    },
    (items) => items[0],
  ),
  takeOne(
    {
      name: "last",
      summary: "The last item of a list, or value of a map by the order of names; null when there is none",
      examples: [["last([3, 1])", 1]],
    },
    (items) => items.at(-1),
  ),
  {
    name: "sum",
    group: "list",
    summary: "All numbers added; 0 when there are none",
    parameters: [{ name: "list", kind: NUMBERS }],
    result: ([type]) => (itemOf(type).kind === "never" ? INTEGER : itemOf(type)),
    resultText: "integer or number",
    examples: [
      ["sum([1, 2, 3])", 6],
      ["sum([])", 0],
    ],
    run: ([value], call) => {
      const items = listFrom(value);
      if (!call.spend(items.length)) return undefined;
      let sum = 0;
      for (const item of items) {
        const next = addExactly(sum, countOf(item));
        if (next === undefined)
          return call.fail("DRV_EXPRESSION_OVERFLOW", "Cannot add the numbers: the sum is not exact");
        sum = next;
      }
      return sum;
    },
  },
  extreme(
    { name: "min", summary: "The smallest item; null when there is none", examples: [["min([3, 1, 2])", 1]] },
    isLess,
  ),
  extreme(
    { name: "max", summary: "The largest item; null when there is none", examples: [['max(["a", "b"])', "b"]] },
    (one, best) => isLess(best, one),
  ),
  {
    name: "sort",
    group: "list",
    summary: "The items from the smallest to the largest; texts by their characters, not by a language",
    parameters: [{ name: "list", kind: ORDERED }],
    result: ([type]) => listOf(itemOf(type)),
    resultText: "list",
    examples: [["sort([3, 10, 2])", [2, 3, 10]]],
    run: ([value], call) => sorted(listFrom(value), call),
  },
  {
    name: "reverse",
    group: "list",
    summary: "The items from the last to the first",
    parameters: [list],
    result: ([type]) => listOf(itemOf(type)),
    resultText: "list",
    examples: [["reverse([1, 2, 3])", [3, 2, 1]]],
    run: ([value], call) => (call.spend(listFrom(value).length) ? listFrom(value).toReversed() : undefined),
  },
  {
    name: "unique",
    group: "list",
    summary: "The items without those that equal an earlier one",
    parameters: [list],
    result: ([type]) => listOf(itemOf(type)),
    resultText: "list",
    examples: [["unique([1, 2, 1])", [1, 2]]],
    run: ([value], call) => {
      const seen = new Map<string, JsonValue>();
      for (const item of listFrom(value)) {
        if (!spendValue(item, call)) return undefined;
        const key = canonicalJson(item);
        if (!seen.has(key)) seen.set(key, item);
      }
      return [...seen.values()];
    },
  },
  {
    name: "flatten",
    group: "list",
    summary: "The items of all lists in a list, one level down; other items stay",
    parameters: [list],
    result: ([type]) =>
      listOf(unionOf(membersOf(itemOf(type)).map((item) => (item.kind === "list" ? item.item : item)))),
    resultText: "list",
    examples: [["flatten([[1], [2, 3], []])", [1, 2, 3]]],
    run: ([value], call) => {
      const flat: JsonValue[] = [];
      for (const item of listFrom(value)) {
        const added = isJsonArray(item) ? item : [item];
        if (!call.spend(1 + added.length)) return undefined;
        for (const each of added) flat.push(each);
      }
      return flat;
    },
  },
  {
    name: "slice",
    group: "list",
    summary: "Up to `length` items from position `start`, from 0; to the end without `length`",
    parameters: [list, { name: "start", kind: WHOLE }, { name: "length", kind: WHOLE, isOptional: true }],
    result: ([type]) => listOf(itemOf(type)),
    resultText: "list",
    examples: [
      ["slice([1, 2, 3, 4], 1, 2)", [2, 3]],
      ["slice([1], 5)", []],
    ],
    run: ([value, start, length], call) => {
      const items = listFrom(value);
      const from = countOf(start);
      const count = length === undefined ? items.length : countOf(length);
      if (from < 0 || count < 0) {
        return call.fail("DRV_EXPRESSION_INDEX_RANGE", "Cannot cut the list: start or length is negative");
      }
      const taken = items.slice(from, from + count);
      return call.spend(taken.length) ? taken : undefined;
    },
  },
  {
    name: "range",
    group: "list",
    summary: "The integers from 0 up to, but without, a number",
    parameters: [{ name: "count", kind: WHOLE }],
    result: () => listOf(INTEGER),
    resultText: "list<integer>",
    examples: [
      ["range(3)", [0, 1, 2]],
      ["range(0)", []],
    ],
    run: ([value], call) => {
      const count = Math.max(0, countOf(value));
      return call.spend(count) ? Array.from({ length: count }, (_, at) => at) : undefined;
    },
  },
];
