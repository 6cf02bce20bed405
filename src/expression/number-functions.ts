import type { FunctionDeclaration, FunctionParameter } from "./function-declaration.ts";
import { countOf } from "./function-values.ts";
import { NUMERIC, WHOLE } from "./parameter-kinds.ts";
import { INTEGER, NUMBER, STRING } from "./value-type.ts";

const number: FunctionParameter = { name: "number", kind: NUMERIC };
const DIGITS_MAX = 20;

function toWhole(
  declared: Pick<FunctionDeclaration, "name" | "summary" | "examples">,
  convert: (value: number) => number,
): FunctionDeclaration {
  return {
    ...declared,
    group: "number",
    parameters: [number],
    result: () => INTEGER,
    resultText: "integer",
    run: ([value], call) => {
      const whole = convert(countOf(value));
      if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
      return call.fail("DRV_EXPRESSION_OVERFLOW", "Cannot make an integer: the number is too large to be exact", value);
    },
  };
}

/** Functions of numbers. */
export const NUMBER_FUNCTIONS: readonly FunctionDeclaration[] = [
  toWhole(
    { name: "floor", summary: "The largest integer that is not greater", examples: [["floor(-2.5)", -3]] },
    Math.floor,
  ),
  toWhole({ name: "ceil", summary: "The smallest integer that is not less", examples: [["ceil(2.1)", 3]] }, Math.ceil),
  toWhole(
    {
      name: "round",
      summary: "The nearest integer; halves go away from zero",
      examples: [
        ["round(2.5)", 3],
        ["round(-2.5)", -3],
      ],
    },
    (value) => Math.sign(value) * Math.round(Math.abs(value)),
  ),
  {
    name: "abs",
    group: "number",
    summary: "The number without its sign",
    parameters: [number],
    result: ([type]) => (type?.kind === "integer" ? INTEGER : NUMBER),
    resultText: "integer or number",
    examples: [["abs(-3)", 3]],
    run: ([value]) => Math.abs(countOf(value)),
  },
  {
    name: "div",
    group: "number",
    summary: "How often an integer is contained in another, without the fraction; `/` gives the fraction",
    parameters: [
      { name: "dividend", kind: WHOLE },
      { name: "divisor", kind: WHOLE },
    ],
    result: () => INTEGER,
    resultText: "integer",
    examples: [
      ["div(7, 2)", 3],
      ["div(-7, 2)", -3],
    ],
    run: ([dividend, divisor], call) => {
      if (divisor === 0) return call.fail("DRV_EXPRESSION_DIVIDE_BY_ZERO", "Cannot divide: the divisor is 0");
      // The quotient of doubles may round up to the next integer; the remainder is exact.
      const exact = countOf(dividend) - (countOf(dividend) % countOf(divisor));
      const quotient = Math.round(exact / countOf(divisor));
      return quotient === 0 ? 0 : quotient;
    },
  },
  {
    name: "fixed",
    group: "number",
    summary: "The number as text with that many digits behind the point",
    parameters: [number, { name: "digits", kind: WHOLE }],
    result: () => STRING,
    resultText: "string",
    examples: [["fixed(2 / 3, 2)", "0.67"]],
    run: ([value, digits], call) => {
      const count = countOf(digits);
      if (count >= 0 && count <= DIGITS_MAX) return countOf(value).toFixed(count);
      return call.fail(
        "DRV_EXPRESSION_INDEX_RANGE",
        `Cannot write the number: digits go from 0 to ${DIGITS_MAX}`,
        digits,
      );
    },
  },
];
