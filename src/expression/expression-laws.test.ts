import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { must } from "../base/assert.ts";
import type { BinaryOperator, Expression } from "./ast.ts";
import { FUNCTIONS } from "./functions.ts";
import { checkExpression, checkTemplate } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseBareExpression, parseTemplate } from "./parse-template.ts";
import { printExpression } from "./print-expression.ts";
import { readProgram } from "./read-program.ts";
import { ENVIRONMENT, VALUES } from "./test-kit/evaluate-text.ts";
import { scopeOf } from "./value-scope.ts";
import type { ValueType } from "./value-type.ts";

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
const anyExpression: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression }>((tie) => {
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
const anyText: fc.Arbitrary<string> = fc.oneof(
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

/** Texts of expressions that are right by how they are made, by what they give. */
type Texts = {
  readonly integer: string;
  readonly text: string;
  readonly truth: string;
  readonly integers: string;
  readonly texts: string;
};

function of(template: string, ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts)
    .map((made) => template.replace(/§(\d)/g, (_, digit: string) => `(${must(made[Number(digit)], digit)})`));
}

const wellTypedTexts = fc.letrec<Texts>((tie) => {
  const [integer, text, truth] = [tie("integer"), tie("text"), tie("truth")];
  const [integers, list] = [tie("integers"), tie("texts")];
  const options = { depthSize: "small", withCrossShrink: true } as const;
  return {
    integer: fc.oneof(
      options,
      fc.constantFrom("7", "params.replicas", "params.ports.length", "params.pin", "int(facts.cpuCount ?? 1)"),
      of("§0 + §1", integer, integer),
      of("§0 * §1", integer, integer),
      of("-§0", integer),
      of("§0 % §1", integer, integer),
      of("§0 ? §1 : §2", truth, integer, integer),
      of("§0.length", text),
      of("first(§0) ?? §1", integers, integer),
      of("sum(§0)", integers),
      of("§0[§1] ?? §2", integers, integer, integer),
      of("§0[§1]", integers, integer),
      of("int(§0)", text),
      of("div(§0, §1)", integer, integer),
    ),
    text: fc
      .oneof(
        options,
        fc.constantFrom("'a'", "params.version", "host.name", "params.password", "params.nickname ?? 'n'"),
        of("§0 + §1", text, text),
        of("upper(§0)", text),
        of("json(§0)", integers),
        of("join(§0, §1)", list, text),
        of("substring(§0, §1)", text, integer),
        of("replace(§0, §1, §2)", text, text, text),
        of("string(§0)", integer),
        of("params.labels[§0] ?? §1", text, text),
        of("base64(§0)", text),
      )
      .filter((made) => !made.includes("'${'")),
    truth: fc.oneof(
      options,
      fc.constantFrom("true", "params.enabled", "tasks.install.changed", "has(facts.os.family)"),
      of("§0 && §1", truth, truth),
      of("§0 || §1", truth, truth),
      of("!§0", truth),
      of("§0 < §1", integer, integer),
      of("§0 == §1", integer, integer),
      of("§0 != §1", integers, integers),
      of("§0 in §1", integer, integers),
      of("contains(§0, §1)", text, text),
      of("any([x > 0 for x in §1])", integer, integers),
    ),
    integers: fc.oneof(
      options,
      fc.constantFrom("params.ports", "[1, 2]", "range(3)"),
      of("[§0, §1]", integer, integer),
      of("[x + §0 for x in §1 if §2]", integer, integers, truth),
      of("sort(§0)", integers),
      of("unique(§0)", integers),
      of("§0 + §1", integers, integers),
      of("[x.length for x in §0]", list),
    ),
    texts: fc.oneof(
      options,
      fc.constantFrom("params.tags", "keys(params.labels)", "['a', 'b']"),
      of("split(§0, §1)", text, text),
      of("[string(x) for x in §0]", integers),
      of("[k + v for k, v in params.labels if §0]", truth),
      of("reverse(§0)", list),
    ),
  };
});

/** Trees whose types fit, over the names of the test environment. */
const wellTyped: fc.Arbitrary<Expression> = fc
  .oneof(
    wellTypedTexts.integer,
    wellTypedTexts.text,
    wellTypedTexts.truth,
    wellTypedTexts.integers,
    wellTypedTexts.texts,
  )
  .map((text) => {
    const read = parseExpression(text);
    return read.ok ? read.value : undefined;
  })
  .filter((expression) => expression !== undefined);

const SCOPE = scopeOf(VALUES);

/** The tree without places, for comparing. */
function bare(expression: Expression): unknown {
  return JSON.parse(
    JSON.stringify(expression, (name: string, value: unknown) =>
      name === "span" || name === "nameSpan" || name === "operatorSpan" ? undefined : value,
    ),
  );
}

test("given any tree, when printed and read, then it is the same tree", () => {
  fc.assert(
    fc.property(anyExpression, (expression) => {
      const text = printExpression(expression);
      const read = parseExpression(text);
      assert.ok(read.ok, `${text}: ${JSON.stringify(read)}`);
      assert.deepEqual(bare(read.value), bare(expression), text);
    }),
    { numRuns: 400 },
  );
});

test("given any text, when read and checked, then nothing is thrown and problems lie within the text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const parsed of [parseExpression(text), parseTemplate(text), parseBareExpression(text)]) {
        const checked = !parsed.ok
          ? parsed
          : parsed.value.kind === "template"
            ? checkTemplate(parsed.value, ENVIRONMENT)
            : checkExpression(parsed.value, ENVIRONMENT, { text });
        if (checked.ok) {
          evaluate(checked.value.program, SCOPE, { fuel: 5_000 });
          continue;
        }
        assert.ok(checked.error.length > 0);
        for (const { span } of checked.error) {
          assert.ok(span.offset >= 0 && span.length >= 0 && span.offset + span.length <= text.length, text);
        }
      }
    }),
    { numRuns: 1_500 },
  );
});

test("given any tree, when it is right, then its value has its type, also read again from JSON", () => {
  fc.assert(
    fc.property(fc.oneof(anyExpression, wellTyped), (expression) => {
      const text = printExpression(expression);
      const read = parseExpression(text);
      assert.ok(read.ok, text);
      const checked = checkExpression(read.value, ENVIRONMENT, { text });
      if (!checked.ok) return;
      const result = evaluate(checked.value.program, SCOPE, { fuel: 5_000 });
      if (result.ok) assert.ok(isOfType(result.value.value, checked.value.type), `${text} ${JSON.stringify(result)}`);
      else assert.notEqual(result.error.error.code, "DRV_EXPRESSION_VALUE_KIND", text);
      const stored = JSON.parse(JSON.stringify(checked.value.program)) as JsonValue;
      const program = readProgram(stored);
      assert.ok(program.ok, text);
      assert.deepEqual(evaluate(program.value, SCOPE, { fuel: 5_000 }), result);
    }),
    { numRuns: 1_500 },
  );
});

test("given expressions made to be right, when checked, then they are, and end within their fuel", () => {
  fc.assert(
    fc.property(wellTyped, (expression) => {
      const text = printExpression(expression);
      const read = parseExpression(text);
      assert.ok(read.ok, text);
      const checked = checkExpression(read.value, ENVIRONMENT, { text });
      assert.ok(checked.ok, `${text} ${JSON.stringify(checked)}`);
      const result = evaluate(checked.value.program, SCOPE, { fuel: 1_000 });
      assert.ok(!result.ok || result.value.fuelUsed <= 1_000);
    }),
    { numRuns: 500 },
  );
});

test("given values of any shape, when a program meets them, then it ends with a value or a coded failure", () => {
  fc.assert(
    fc.property(
      wellTyped,
      fc.dictionary(fc.constantFrom("params", "tasks", "facts"), fc.jsonValue()),
      (tree, values) => {
        const text = printExpression(tree);
        const checked = checkExpression(tree, ENVIRONMENT, { text });
        assert.ok(checked.ok, text);
        const result = evaluate(checked.value.program, scopeOf(values as JsonObject), { fuel: 5_000 });
        if (!result.ok) assert.match(result.error.error.code, /^DRV_EXPRESSION_/);
      },
    ),
    { numRuns: 500 },
  );
});

test("given a secret operand, when anything is made of it, then the result is secret", () => {
  fc.assert(
    fc.property(wellTyped, fc.constantFrom("params.password", "string(params.pin)"), (tree, written) => {
      const text = `[${printExpression(tree)}, 0].length == 0 ? "" : json([${printExpression(tree)}]) + ${written}`;
      const read = parseExpression(text);
      assert.ok(read.ok, text);
      const checked = checkExpression(read.value, ENVIRONMENT, { text });
      if (!checked.ok) return;
      assert.ok(checked.value.isSecret);
      const result = evaluate(checked.value.program, SCOPE);
      if (result.ok) assert.ok(result.value.secrets.includes(result.value.value as string));
    }),
  );
});

/** Whether a value is what its type says. */
function isOfType(value: JsonValue, type: ValueType): boolean {
  switch (type.kind) {
    case "any":
      return true;
    case "never":
      return false;
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
      return typeof value === "string" && (type.oneOf === undefined || type.oneOf.includes(value));
    case "list":
      return isJsonArray(value) && value.every((item) => isOfType(item, type.item));
    case "map":
      return isJsonObject(value) && Object.values(value).every((member) => isOfType(member, type.value));
    case "object":
      return (
        isJsonObject(value) &&
        [...type.fields].every(([name, field]) =>
          Object.hasOwn(value, name) ? isOfType(value[name] ?? null, field.type) : field.isOptional === true,
        )
      );
    case "union":
      return type.members.some((member) => isOfType(value, member));
  }
}

/** Binding strength and grouping, read off the table of the language and nothing else. */
const LEVELS = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["??"], ["+", "-"], ["*", "/", "%"]];

test("given operators in a row, when read, then they group as a plain reference groups them", () => {
  const operands = fc.constantFrom("1", "2", "x");
  const rows = fc.tuple(operands, fc.array(fc.tuple(fc.constantFrom(...LEVELS.flat()), operands), { maxLength: 7 }));
  fc.assert(
    fc.property(rows, ([first, rest]) => {
      const text = [first, ...rest.flat()].join(" ");
      const wanted = reference([first, ...rest.flat()]);
      const read = parseExpression(text);
      assert.equal(read.ok ? grouped(read.value) : undefined, wanted, text);
    }),
  );
});

/** Splits at the last operator of the weakest level; comparisons that chain have no meaning. */
function reference(pieces: readonly string[]): string | undefined {
  if (pieces.length === 1) return pieces[0];
  for (const [at, level] of LEVELS.entries()) {
    const places = [...pieces.keys()].filter((place) => level.includes(pieces[place] ?? ""));
    const last = places.at(-1);
    if (last === undefined) continue;
    if ((at === 2 || at === 3) && places.length > 1) return undefined;
    const left = reference(pieces.slice(0, last));
    const right = reference(pieces.slice(last + 1));
    return left === undefined || right === undefined ? undefined : `(${left} ${pieces[last]} ${right})`;
  }
  return undefined;
}

function grouped(expression: Expression): string {
  if (expression.kind === "binary") {
    return `(${grouped(expression.left)} ${expression.operator} ${grouped(expression.right)})`;
  }
  return expression.kind === "literal" ? String(expression.value) : expression.kind === "name" ? expression.name : "?";
}
