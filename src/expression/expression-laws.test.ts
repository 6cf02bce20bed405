import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Expression } from "./ast.ts";
import { checkExpression, checkTemplate } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseBareExpression, parseTemplate } from "./parse-template.ts";
import { printExpression } from "./print-expression.ts";
import { readProgram } from "./read-program.ts";
import { anyExpression, anyText } from "./test-kit/random-expressions.ts";
import { ENVIRONMENT, VALUES } from "./test-kit/evaluate-text.ts";
import { wellTyped } from "./test-kit/well-typed.ts";
import { scopeOf } from "./value-scope.ts";
import type { ValueType } from "./value-type.ts";

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
      const stored: JsonValue = JSON.parse(JSON.stringify(checked.value.program));
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
      if (result.ok) assert.ok(result.value.secrets.includes(String(result.value.value)));
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
