import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  JSON_DEPTH_MAX,
  type JsonValue,
  sha256,
  toJson,
} from "../base/json.ts";
import { TEXT_LENGTH_MAX } from "./expression-limits.ts";
import type { FunctionCall, FunctionDeclaration, FunctionParameter } from "./function-declaration.ts";
import { textOf } from "./function-values.ts";
import { ANYTHING, SCALAR, TEXT } from "./parameter-kinds.ts";
import { kindOf, scalarToText, spendValue } from "./print-value.ts";
import { ANY, BOOLEAN, INTEGER, listOf, mapOf, NUMBER, STRING } from "./value-type.ts";

const scalar: FunctionParameter = { name: "value", kind: SCALAR };
const anything: FunctionParameter = { name: "value", kind: ANYTHING };
const text: FunctionParameter = { name: "text", kind: TEXT };

function cannotConvert(call: FunctionCall, value: JsonValue, wanted: string): undefined {
  return call.fail("DRV_EXPRESSION_CONVERSION", `Cannot convert ${kindOf(value)} to ${wanted}`, value);
}

const WHOLE_NUMBER = /^[+-]?\d{1,16}$/;
const DECIMAL_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NUMBER_LENGTH_MAX = 40;

function toInteger(value: JsonValue): number | undefined {
  const number = typeof value === "string" && WHOLE_NUMBER.test(value.trim()) ? Number(value.trim()) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? (number === 0 ? 0 : number) : undefined;
}

function toNumber(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > NUMBER_LENGTH_MAX) return undefined;
  const number = DECIMAL_NUMBER.test(value.trim()) ? Number(value.trim()) : Number.NaN;
  return Number.isFinite(number) ? (number === 0 ? 0 : number) : undefined;
}

function toBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
}

type Declared = Pick<FunctionDeclaration, "name" | "summary" | "examples" | "result" | "resultText">;

function conversion(
  declared: Declared & { readonly parameter: FunctionParameter },
  convert: (value: JsonValue) => JsonValue | undefined,
): FunctionDeclaration {
  const { parameter, ...rest } = declared;
  return {
    ...rest,
    group: "conversion",
    parameters: [parameter],
    run: ([value = null], call) => {
      if (typeof value === "string" && !call.spendText(value.length)) return undefined;
      return convert(value) ?? cannotConvert(call, value, declared.resultText);
    },
  };
}

function parseJson(value: string, call: FunctionCall): JsonValue | undefined {
  if (!call.spend(Math.ceil(value.length / 4))) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return call.fail("DRV_EXPRESSION_CONVERSION", "Cannot read the text: it is no JSON", value);
  }
  const made = toJson(parsed, { bytesMax: TEXT_LENGTH_MAX * 8 });
  if (made.ok) return made.value;
  const reason = made.defect.reason === "depth" ? `it has more than ${JSON_DEPTH_MAX} levels` : "it is too large";
  return call.fail("DRV_EXPRESSION_TOO_LARGE", `Cannot read the text: ${reason}`);
}

/** Functions that make one type from another. */
export const CONVERSION_FUNCTIONS: readonly FunctionDeclaration[] = [
  conversion(
    {
      name: "string",
      summary: "The value as text; lists and maps become text with `json`",
      parameter: scalar,
      result: () => STRING,
      resultText: "string",
      examples: [
        ["string(1.50)", "1.5"],
        ["string(true)", "true"],
      ],
    },
    scalarToText,
  ),
  conversion(
    {
      name: "int",
      summary: "The integer a text or number is; fractions are an error, see `floor` and `round`",
      parameter: scalar,
      result: () => INTEGER,
      resultText: "integer",
      examples: [
        ['int("42")', 42],
        ["int(2.0)", 2],
      ],
    },
    toInteger,
  ),
  conversion(
    {
      name: "number",
      summary: "The number a text is",
      parameter: scalar,
      result: () => NUMBER,
      resultText: "number",
      examples: [['number("0.5")', 0.5]],
    },
    toNumber,
  ),
  conversion(
    {
      name: "bool",
      summary: 'Whether a value is true: the booleans and the texts "true" and "false", nothing else',
      parameter: scalar,
      result: () => BOOLEAN,
      resultText: "boolean",
      examples: [['bool("false")', false]],
    },
    toBoolean,
  ),
  conversion(
    {
      name: "list",
      summary: "The list that a value of any JSON is",
      parameter: anything,
      result: ([type]) => (type?.kind === "list" ? type : listOf(ANY)),
      resultText: "list",
      examples: [['list(parseJson("[1, 2]"))', [1, 2]]],
    },
    (value) => (isJsonArray(value) ? value : undefined),
  ),
  conversion(
    {
      name: "map",
      summary: "The map that a value of any JSON is",
      parameter: anything,
      result: ([type]) => (type?.kind === "map" ? type : mapOf(ANY)),
      resultText: "map",
      examples: [['map(parseJson("{\\"a\\": 1}"))', { a: 1 }]],
    },
    (value) => (isJsonObject(value) ? value : undefined),
  ),
  {
    name: "json",
    group: "conversion",
    summary: "The value as JSON, members sorted, without white space",
    parameters: [anything],
    result: () => STRING,
    resultText: "string",
    examples: [['json({b: [1, "x"], a: null})', '{"a":null,"b":[1,"x"]}']],
    run: ([value = null], call) => {
      if (!spendValue(value, call)) return undefined;
      const written = canonicalJson(value);
      if (written.length <= TEXT_LENGTH_MAX) return written;
      return call.fail(
        "DRV_EXPRESSION_TOO_LARGE",
        `Cannot make the text: it would have more than ${TEXT_LENGTH_MAX} characters`,
      );
    },
  },
  {
    name: "parseJson",
    group: "conversion",
    summary: "The value that a text in JSON stands for; nothing in it is an expression",
    parameters: [text],
    result: () => ANY,
    resultText: "any JSON",
    examples: [['int(parseJson("{\\"port\\": 80}").port)', 80]],
    run: ([value], call) => parseJson(textOf(value), call),
  },
];

function encoding(
  declared: Pick<FunctionDeclaration, "name" | "summary" | "examples">,
  encode: (value: string) => string,
): FunctionDeclaration {
  return {
    ...declared,
    group: "encoding",
    parameters: [text],
    result: () => STRING,
    resultText: "string",
    run: ([value], call) => {
      const given = textOf(value);
      // Percent-encoding makes up to nine characters of one.
      if (!call.spendText(given.length * 9)) return undefined;
      const encoded = encode(given.toWellFormed());
      if (encoded.length <= TEXT_LENGTH_MAX) return encoded;
      return call.fail(
        "DRV_EXPRESSION_TOO_LARGE",
        `Cannot make the text: it would have more than ${TEXT_LENGTH_MAX} characters`,
      );
    },
  };
}

/** Functions that write texts in another way. There is none for the shell: values are never part of its text. */
export const ENCODING_FUNCTIONS: readonly FunctionDeclaration[] = [
  encoding({ name: "base64", summary: "The text in Base64, as UTF-8", examples: [['base64("hé")', "aMOp"]] }, (value) =>
    Buffer.from(value, "utf8").toString("base64"),
  ),
  encoding(
    {
      name: "urlEncode",
      summary: "The text for a place in a URL, percent-encoded",
      examples: [['urlEncode("a b/c")', "a%20b%2Fc"]],
    },
    encodeURIComponent,
  ),
  encoding(
    {
      name: "sha256",
      summary: "The SHA-256 of the text (as UTF-8) in hexadecimal digits",
      examples: [['substring(sha256("drover"), 0, 8)', sha256("drover").slice(0, 8)]],
    },
    sha256,
  ),
];
