import type { Liquid, LiquidError } from "liquidjs";
import { codedError, type CodedError } from "../../base/coded-error.ts";
import type { JsonObject } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** Characters of a template. */
const TEMPLATE_LENGTH_MAX = 4 * 1024 * 1024;
/** Characters a template may make: what one attempt may keep for undo. */
const OUTPUT_LENGTH_MAX = 16 * 1024 * 1024;
/** Characters and items that filters and ranges may make on the way. */
const MEMORY_MAX = 64 * 1024 * 1024;
/** Rendering holds up everything else in the process, so it is short. */
const RENDER_TIME_MS_MAX = 1_000;

export interface TemplateInput {
  readonly template: string;
  /** What the template sees: `facts`, `vars` and `host`. */
  readonly data: JsonObject;
  /** Named in errors: the source, or the path of the file. */
  readonly name: string;
  /** Leaves values and parts of the template out of errors. */
  readonly isSecret?: boolean;
}

/**
 * Renders a template in Liquid's language: `{{ vars.port | default: 80 }}`, `{% if facts.isContainer %}`,
 * `{% for name in vars.names %}`.
 *
 * The template reaches nothing but its data: no files, no includes, no prototypes. Names that are not defined and
 * filters that do not exist are errors; `if` and the `default` filter accept undefined names. Lists and objects must be
 * written by `join` or `json`. Dates are in UTC. Equal input gives equal text.
 *
 * @returns the text, or `DRV_TEMPLATE_SYNTAX`, `DRV_TEMPLATE_UNDEFINED`, `DRV_TEMPLATE_VALUE`, `DRV_TEMPLATE_LIMIT`,
 * with line and column
 */
export async function renderTemplate(input: TemplateInput): Promise<Result<string, CodedError>> {
  const { Liquid } = await import("liquidjs");
  const liquid: Liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    templates: {},
    relativeReference: false,
    timezoneOffset: 0,
    locale: "en-US",
    outputEscape: writable,
    parseLimit: TEMPLATE_LENGTH_MAX,
    renderLimit: RENDER_TIME_MS_MAX,
    memoryLimit: MEMORY_MAX,
  });
  try {
    const text: unknown = await liquid.parseAndRender(input.template, input.data);
    if (typeof text !== "string") return failure(input, "DRV_TEMPLATE_VALUE", "it did not make text");
    if (text.length > OUTPUT_LENGTH_MAX) return failure(input, "DRV_TEMPLATE_LIMIT", "it makes too much text");
    return ok(text);
  } catch (thrown) {
    return explain(input, thrown);
  }
}

/** Lists and objects written as they are would be joined without separators, or become "[object Object]". */
function writable(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new UnwritableValue(Array.isArray(value) ? "list" : "object");
}

class UnwritableValue extends Error {
  override readonly name = "UnwritableValue";

  constructor(kind: "list" | "object") {
    super(`a value is a ${kind}, expected text or a number`);
  }
}

type TemplateCode = "DRV_TEMPLATE_SYNTAX" | "DRV_TEMPLATE_UNDEFINED" | "DRV_TEMPLATE_VALUE" | "DRV_TEMPLATE_LIMIT";

function explain(input: TemplateInput, thrown: unknown): Result<never, CodedError> {
  if (!isLiquidError(thrown)) return failure(input, "DRV_TEMPLATE_VALUE", reasonOf(thrown));
  const [line, column] = thrown.token.getPosition();
  const original = thrown.originalError ?? thrown;
  const reason = reasonOf(original).replace(/, line:\d+, col:\d+$/, "");
  const code = codeOf(thrown.name, original, reason);
  const shown = input.isSecret === true && code !== "DRV_TEMPLATE_UNDEFINED" ? "the reason is hidden" : reason;
  return failure(input, code, shown, { line: line ?? 1, column: column ?? 1 });
}

function codeOf(name: string, original: Error, reason: string): TemplateCode {
  if (name === "UndefinedVariableError") return "DRV_TEMPLATE_UNDEFINED";
  if (reason.includes("limit exceeded") || original instanceof RangeError) return "DRV_TEMPLATE_LIMIT";
  return name === "RenderError" ? "DRV_TEMPLATE_VALUE" : "DRV_TEMPLATE_SYNTAX";
}

function isLiquidError(thrown: unknown): thrown is LiquidError {
  return (
    thrown instanceof Error &&
    "token" in thrown &&
    typeof thrown.token === "object" &&
    thrown.token !== null &&
    "getPosition" in thrown.token
  );
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, 300) : "it cannot be rendered";
}

const HINTS: { readonly [Code in TemplateCode]: string } = {
  DRV_TEMPLATE_SYNTAX: "Correct the template at this place",
  DRV_TEMPLATE_UNDEFINED: 'Give it in vars, correct its name, or write "| default:" behind it',
  DRV_TEMPLATE_VALUE: "Write a member of it, or use the filters join or json; files cannot be included",
  DRV_TEMPLATE_LIMIT: "Bound the loops of the template; it may run for one second and make 16 MiB of text",
};

function failure(
  input: TemplateInput,
  code: TemplateCode,
  reason: string,
  place: { readonly line?: number; readonly column?: number } = {},
): Result<never, CodedError> {
  const message = `Cannot render template ${JSON.stringify(input.name.slice(0, 300))}: ${reason}`;
  return err(codedError(code, message, { at: { file: input.name, ...place }, hint: HINTS[code] }));
}
