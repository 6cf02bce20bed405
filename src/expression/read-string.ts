import type { ExpressionProblem } from "./problem.ts";
import type { TokenReading } from "./tokenize.ts";

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
  ["$", "$"],
  ["/", "/"],
]);

/** Reads the text in quotes that starts at an offset with its quote. */
export function readString(text: string, offset: number): TokenReading {
  const quote = text[offset] ?? '"';
  let value = "";
  let problem: ExpressionProblem | undefined;
  let at = offset + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === "\\") {
      const escape = readEscape(text, at);
      if (escape === undefined) problem ??= badEscape(text, at);
      value += escape?.value ?? "";
      at += escape?.length ?? 2;
      continue;
    }
    if (text.startsWith("${", at)) problem ??= nested(at);
    value += text[at] ?? "";
    at++;
  }
  const isClosed = at < text.length;
  const span = { offset, length: Math.min(at + 1, text.length) - offset };
  if (!isClosed) problem = unclosed(quote, offset);
  return { token: { kind: "string", value, ...span }, ...(problem === undefined ? {} : { problem }) };
}

const CODE_POINT = /\\u(?:([0-9a-fA-F]{4})|\{([0-9a-fA-F]{1,6})\})/y;

function readEscape(text: string, at: number): { readonly value: string; readonly length: number } | undefined {
  const simple = ESCAPES.get(text[at + 1] ?? "");
  if (simple !== undefined) return { value: simple, length: 2 };
  CODE_POINT.lastIndex = at;
  const match = CODE_POINT.exec(text);
  if (match === null) return undefined;
  const codePoint = Number.parseInt(match[1] ?? match[2] ?? "", 16);
  if (codePoint > 0x10ffff) return undefined;
  return { value: String.fromCodePoint(codePoint), length: match[0].length };
}

function badEscape(text: string, at: number): ExpressionProblem {
  const written = text.slice(at, at + 2);
  return {
    code: "DRV_EXPRESSION_SYNTAX",
    severity: "error",
    message: `Cannot read the text: ${JSON.stringify(written)} is no escape`,
    span: { offset: at, length: written.length },
    hint: "Write \\\\ for a backslash; the others are \\n \\r \\t \\\" \\' \\$ \\/ \\u0041 \\u{1f600}",
  };
}

function nested(at: number): ExpressionProblem {
  return {
    code: "DRV_EXPRESSION_NESTED",
    severity: "error",
    message: 'Cannot read the text: "${" within an expression is not replaced by anything',
    span: { offset: at, length: 2 },
    hint: 'Join texts with +, as in "a" + name; write \\${ for the characters themselves',
  };
}

function unclosed(quote: string, offset: number): ExpressionProblem {
  return {
    code: "DRV_EXPRESSION_UNCLOSED",
    severity: "error",
    message: `Cannot read the expression: the text that starts with ${quote} never ends`,
    span: { offset, length: 1 },
    hint: `Add the closing ${quote}`,
  };
}
