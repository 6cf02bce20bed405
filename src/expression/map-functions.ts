import type { JsonValue } from "../base/json.ts";
import { compareTexts } from "./compare-values.ts";
import type { FunctionDeclaration, FunctionParameter } from "./function-declaration.ts";
import { mapFrom } from "./function-values.ts";
import { MAP, valueOf } from "./parameter-kinds.ts";
import { unionOf } from "./type-relations.ts";
import { listOf, mapOf, STRING, type ValueType } from "./value-type.ts";

const map: FunctionParameter = { name: "map", kind: MAP };

/** What the values of a map or object may be. */
function anyValueOf(type: ValueType | undefined): ValueType {
  if (type?.kind !== "object") return valueOf(type);
  return unionOf(
    type.fields
      .values()
      .map((field) => field.type)
      .toArray(),
  );
}

/** Functions of maps and objects. Members come in the order of their names. */
export const MAP_FUNCTIONS: readonly FunctionDeclaration[] = [
  {
    name: "keys",
    group: "map",
    summary: "The names of all members, sorted",
    parameters: [map],
    result: () => listOf(STRING),
    resultText: "list<string>",
    examples: [["keys({b: 1, a: 2})", ["a", "b"]]],
    run: ([value], call) => {
      const names = Object.keys(mapFrom(value));
      return call.spend(names.length * 2) ? names.sort(compareTexts) : undefined;
    },
  },
  {
    name: "values",
    group: "map",
    summary: "The values of all members, in the order of their names",
    parameters: [map],
    result: ([type]) => listOf(anyValueOf(type)),
    resultText: "list",
    examples: [["values({b: 1, a: 2})", [2, 1]]],
    run: ([value], call) => {
      const from = mapFrom(value);
      const names = Object.keys(from);
      if (!call.spend(names.length * 2)) return undefined;
      return names.sort(compareTexts).map((name) => from[name] ?? null);
    },
  },
  {
    name: "merge",
    group: "map",
    summary: "The members of both maps; where both have one, that of the second",
    parameters: [map, { name: "other", kind: MAP }],
    result: ([one, other]) => mapOf(unionOf([anyValueOf(one), anyValueOf(other)])),
    resultText: "map",
    examples: [["merge({a: 1, b: 1}, {b: 2})", { a: 1, b: 2 }]],
    run: ([one, other], call) => {
      const members: readonly (readonly [string, JsonValue])[] = [
        ...Object.entries(mapFrom(one)),
        ...Object.entries(mapFrom(other)),
      ];
      return call.spend(members.length) ? Object.fromEntries(members) : undefined;
    },
  },
];
