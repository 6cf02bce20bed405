import fc from "fast-check";
import type { BinaryOperator, Expression } from "../ast.ts";
import { FUNCTIONS } from "../functions.ts";

const span = { offset: 0, length: 0 };
const NAMES = ["params", "tasks", "facts", "host", "x", "y", "nope"];
const MEMBERS = [
  "version",
  "replicas",
  "tags",
  "labels",
  "hosts",
  "data",
  "password",
  "length",
  "in",
  "__proto__",
  "x",
];
const OPERATORS: readonly BinaryOperator[] = [
  "??",
  "||",
  "&&",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "+",
  "-",
  "*",
  "/",
  "%",
];

const literals: fc.Arbitrary<Expression> = fc
  .oneof(
    fc.constantFrom(null, true, false),
    fc.nat(),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
    fc.constantFrom("${", "a", "web-1", "'", '"', "\\", "\u0000"),
  )
  .map((value) => ({ kind: "literal", value, span }));

const variables = fc.uniqueArray(fc.constantFrom("x", "y"), { minLength: 1, maxLength: 2 });

/** Any tree, right or wrong. */
export const anyExpression: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression }>((tie) => {
  const tree = tie("tree");
  const named = fc.constantFrom(...NAMES).map((name): Expression => ({ kind: "name", name, span }));
  return {
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      literals,
      named,
      fc
        .record({ object: tree, name: fc.constantFrom(...MEMBERS) })
        .map((each): Expression => ({ kind: "member", ...each, nameSpan: span, span })),
      fc.record({ object: tree, index: tree }).map((each): Expression => ({ kind: "index", ...each, span })),
      fc
        .record({
          name: fc.constantFrom("has", "default", "nope", ...FUNCTIONS.map((each) => each.name)),
          arguments: fc.array(tree, { maxLength: 3 }),
        })
        .map((each): Expression => ({ kind: "call", ...each, nameSpan: span, span })),
      fc
        .record({ operator: fc.constantFrom("!", "-"), operand: tree })
        .map((each): Expression => ({ kind: "unary", ...each, span })),
      fc
        .record({ operator: fc.constantFrom(...OPERATORS), left: tree, right: tree })
        .map((each): Expression => ({ kind: "binary", ...each, operatorSpan: span, span })),
      fc
        .record({ condition: tree, whenTrue: tree, whenFalse: tree })
        .map((each): Expression => ({ kind: "conditional", ...each, span })),
      fc.array(tree, { maxLength: 3 }).map((items): Expression => ({ kind: "list", items, span })),
      fc
        .array(fc.record({ key: tree, value: tree }), { maxLength: 3 })
        .map((entries): Expression => ({ kind: "map", entries, span })),
      fc
        .record({
          key: fc.option(tree, { nil: undefined }),
          value: tree,
          names: variables.map((names) => names.map((name) => ({ name, span }))),
          source: tree,
          condition: fc.option(tree, { nil: undefined }),
        })
        .map((each): Expression => ({ kind: "comprehension", ...each, span })),
    ),
  };
}).tree;

/** Text that is often nearly an expression. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...OPERATORS, ..."()[]{},.?:!|&=$#'\"\\".split(""), "${", "}", "$${", "for", "if", " ", "\n"),
        fc.constantFrom(...NAMES, ...MEMBERS, "1", "0.5", "9007199254740993", "'a'", "upper(", "true", "null"),
      ),
      { maxLength: 30 },
    )
    .map((pieces) => pieces.join("")),
);
