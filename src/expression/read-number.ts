import type { ExpressionProblem } from "./problem.ts";
import type { TokenReading } from "./tokenize.ts";

/** Digits with what belongs to them; also letters that follow, which make a number nobody can read. */
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*/y;
const VALID = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads the number that starts at an offset with a digit. */
export function readNumber(text: string, offset: number): TokenReading {
  NUMBER.lastIndex = offset;
  const written = NUMBER.exec(text)?.[0] ?? "0";
  const span = { offset, length: written.length };
  const value = Number(written);
  const reason = reasonAgainst(written, value);
  if (reason === undefined) return { token: { kind: "number", value, ...span } };
  const [message, hint] = reason;
  const problem: ExpressionProblem = {
    code: "DRV_EXPRESSION_NUMBER",
    severity: "error",
    message: `Cannot read the number "${written.slice(0, 40)}": ${message}`,
    span,
    hint,
  };
  return { token: { kind: "number", value: 0, ...span }, problem };
}

function reasonAgainst(written: string, value: number): readonly [string, string] | undefined {
  if (/^0\d/.test(written)) {
    return ["a number does not start with 0", `Write ${JSON.stringify(written)} if it is a text such as a file mode`];
  }
  if (!VALID.test(written)) {
    return ["digits are followed by something else", "Names start with a letter; texts stand in quotes"];
  }
  const isWhole = !/[.eE]/.test(written);
  if (isWhole && !Number.isSafeInteger(value)) {
    return [
      "it is beyond 9007199254740991, the largest integer that is exact",
      "Write it as a text when it is only a name for something",
    ];
  }
  return Number.isFinite(value) ? undefined : ["it is too large", "Write a number below 1.7e308"];
}
