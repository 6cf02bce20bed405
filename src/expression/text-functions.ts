import { codePointCount, codePointSlice } from "./code-points.ts";
import { TEXT_LENGTH_MAX } from "./expression-limits.ts";
import type { FunctionCall, FunctionDeclaration } from "./function-declaration.ts";
import { countOf, textOf, textsOf } from "./function-values.ts";
import { TEXT, TEXTS, WHOLE } from "./parameter-kinds.ts";
import { testPattern } from "./pattern.ts";
import { parsePattern } from "./parse-pattern.ts";
import { BOOLEAN, listOf, STRING } from "./value-type.ts";

const text = { name: "text", kind: TEXT } as const;
const part = { name: "part", kind: TEXT } as const;

function toText(
  declared: Pick<FunctionDeclaration, "name" | "summary" | "examples">,
  change: (value: string) => string,
): FunctionDeclaration {
  return {
    ...declared,
    group: "text",
    parameters: [text],
    result: () => STRING,
    resultText: "string",
    run: ([value], call) => {
      const given = textOf(value);
      return call.spendText(given.length * 2) ? change(given) : undefined;
    },
  };
}

function aboutPart(
  declared: Pick<FunctionDeclaration, "name" | "summary" | "examples">,
  ask: (value: string, part: string) => boolean,
): FunctionDeclaration {
  return {
    ...declared,
    group: "text",
    parameters: [text, part],
    result: () => BOOLEAN,
    resultText: "boolean",
    run: ([value, other], call) => {
      const given = textOf(value);
      return call.spendText(given.length) ? ask(given, textOf(other)) : undefined;
    },
  };
}

/** Fails when a text that is about to be made would be too large. */
function isTooLong(length: number, call: FunctionCall): boolean {
  if (length <= TEXT_LENGTH_MAX) return false;
  call.fail("DRV_EXPRESSION_TOO_LARGE", `Cannot make the text: it would have more than ${TEXT_LENGTH_MAX} characters`);
  return true;
}

function pad(
  values: Parameters<FunctionDeclaration["run"]>[0],
  call: FunctionCall,
  isStart: boolean,
): string | undefined {
  const [value, width, fill] = values;
  const given = textOf(value);
  const wanted = countOf(width);
  if (isTooLong(wanted, call) || !call.spendText(given.length + Math.max(0, wanted))) return undefined;
  const filling = fill === undefined ? " " : textOf(fill);
  const missing = wanted - codePointCount(given);
  if (missing <= 0 || filling === "") return given;
  const added = codePointSlice(filling.repeat(Math.ceil(missing / codePointCount(filling))), 0, missing);
  return isTooLong(added.length + given.length, call) ? undefined : isStart ? added + given : given + added;
}

const padded = [text, { name: "width", kind: WHOLE }, { name: "fill", kind: TEXT, isOptional: true }] as const;

/** Functions of texts. */
export const TEXT_FUNCTIONS: readonly FunctionDeclaration[] = [
  toText({ name: "upper", summary: "The text in upper case", examples: [['upper("prod")', "PROD"]] }, (value) =>
    value.toUpperCase(),
  ),
  toText({ name: "lower", summary: "The text in lower case", examples: [['lower("Debian")', "debian"]] }, (value) =>
    value.toLowerCase(),
  ),
  toText(
    {
      name: "trim",
      summary: "The text without white space at both ends",
      examples: [['trim("  1.2.3\\n")', "1.2.3"]],
    },
    (value) => value.trim(),
  ),
  aboutPart(
    {
      name: "contains",
      summary: "Whether a text stands within the text; for items of lists there is `in`",
      examples: [['contains("nginx: active", "active")', true]],
    },
    (value, other) => value.includes(other),
  ),
  aboutPart(
    {
      name: "startsWith",
      summary: "Whether the text starts with another",
      examples: [['startsWith("web-1", "web-")', true]],
    },
    (value, other) => value.startsWith(other),
  ),
  aboutPart(
    {
      name: "endsWith",
      summary: "Whether the text ends with another",
      examples: [['endsWith("nginx.conf", ".yml")', false]],
    },
    (value, other) => value.endsWith(other),
  ),
  {
    name: "split",
    group: "text",
    summary: "The pieces between a separator; an empty separator cuts into characters",
    parameters: [text, { name: "separator", kind: TEXT }],
    result: () => listOf(STRING),
    resultText: "list<string>",
    examples: [
      ['split("a,b,c", ",")', ["a", "b", "c"]],
      ['split("", ",")', [""]],
    ],
    run: ([value, separator], call) => {
      const given = textOf(value);
      if (!call.spend(given.length)) return undefined;
      return separator === "" ? Array.from(given) : given.split(textOf(separator));
    },
  },
  {
    name: "lines",
    group: "text",
    summary: "The lines of the text, without line ends; a line end at the end starts no line of its own",
    parameters: [text],
    result: () => listOf(STRING),
    resultText: "list<string>",
    examples: [['lines("one\\ntwo\\n")', ["one", "two"]]],
    run: ([value], call) => {
      const given = textOf(value);
      if (!call.spend(given.length)) return undefined;
      const lines = given.split(/\r?\n/);
      if (lines.at(-1) === "") lines.pop();
      return lines;
    },
  },
  {
    name: "join",
    group: "text",
    summary: "All texts of a list with a separator between them",
    parameters: [
      { name: "list", kind: TEXTS },
      { name: "separator", kind: TEXT },
    ],
    result: () => STRING,
    resultText: "string",
    examples: [
      ['join(["a", "b"], ", ")', "a, b"],
      ['join([], ",")', ""],
    ],
    run: ([list, separator], call) => {
      const texts = textsOf(list);
      const between = textOf(separator);
      const length = texts.reduce((sum, item) => sum + item.length + between.length, 0);
      if (isTooLong(length, call) || !call.spend(texts.length) || !call.spendText(length)) return undefined;
      return texts.join(between);
    },
  },
  {
    name: "replace",
    group: "text",
    summary: "The text with every occurrence of a part replaced; neither of them is a pattern",
    parameters: [text, part, { name: "replacement", kind: TEXT }],
    result: () => STRING,
    resultText: "string",
    examples: [
      ['replace("a.b.c", ".", "-")', "a-b-c"],
      ['replace("x", "", "y")', "x"],
    ],
    run: ([value, other, replacement], call) => {
      const given = textOf(value);
      const sought = textOf(other);
      if (!call.spendText(given.length)) return undefined;
      if (sought === "") return given;
      const pieces = given.split(sought);
      const between = textOf(replacement);
      const length = given.length + (pieces.length - 1) * (between.length - sought.length);
      if (isTooLong(length, call) || !call.spend(pieces.length) || !call.spendText(length)) return undefined;
      return pieces.join(between);
    },
  },
  {
    name: "substring",
    group: "text",
    summary: "Up to `length` characters (code points) from position `start`, from 0; to the end without `length`",
    parameters: [text, { name: "start", kind: WHOLE }, { name: "length", kind: WHOLE, isOptional: true }],
    result: () => STRING,
    resultText: "string",
    examples: [
      ['substring("abcdef", 2, 3)', "cde"],
      ['substring("abc", 1)', "bc"],
      ['substring("abc", 9)', ""],
    ],
    run: ([value, start, length], call) => {
      const given = textOf(value);
      if (!call.spendText(given.length)) return undefined;
      const from = countOf(start);
      const count = length === undefined ? given.length : countOf(length);
      if (from < 0 || count < 0) {
        return call.fail("DRV_EXPRESSION_INDEX_RANGE", "Cannot cut the text: start or length is negative");
      }
      return codePointSlice(given, from, count);
    },
  },
  {
    name: "padStart",
    group: "text",
    summary: "The text, filled at its start to a width with spaces or another text",
    parameters: padded,
    result: () => STRING,
    resultText: "string",
    examples: [['padStart(string(7), 3, "0")', "007"]],
    run: (values, call) => pad(values, call, true),
  },
  {
    name: "padEnd",
    group: "text",
    summary: "The text, filled at its end to a width with spaces or another text",
    parameters: padded,
    result: () => STRING,
    resultText: "string",
    examples: [['padEnd("ab", 4, ".")', "ab.."]],
    run: (values, call) => pad(values, call, false),
  },
  {
    name: "matches",
    group: "text",
    summary: "Whether a pattern is found in the text; with `^` and `$` it must be all of it",
    parameters: [text, { name: "pattern", kind: TEXT, isLiteral: true }],
    result: () => BOOLEAN,
    resultText: "boolean",
    examples: [
      ['matches("v1.20", "^v[0-9]+\\\\.[0-9]+$")', true],
      ['matches("nginx: active (running)", "inactive|failed")', false],
    ],
    run: ([value, pattern], call) => {
      const parsed = parsePattern(textOf(pattern));
      if (!parsed.ok) return call.fail("DRV_EXPRESSION_PATTERN", `Cannot use the pattern: ${parsed.error.reason}`);
      return testPattern(parsed.value, textOf(value), (steps) => call.spend(steps));
    },
  },
];
