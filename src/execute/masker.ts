import type { CodedError } from "../base/coded-error.ts";
import { unreachable } from "../base/assert.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Change, HostResult, Outcome } from "../operation/outcome.ts";

/** What stands where a secret stood. */
export const MASK = "***";
/** Shorter values are not looked for: they would hide half of every text and protect nothing. */
export const SECRET_LENGTH_MIN = 4;
/** Shorter lines of a secret of several lines are too common to be looked for one by one. */
const SECRET_LINE_LENGTH_MIN = 8;

/**
 * Takes secret values out of everything an attempt says, by value: as they are, in Base64, percent-encoded, inside
 * JSON and shell quotes, and each longer line of a secret of several lines, since output comes line by line.
 */
export class Masker {
  /** Longest first, so that a secret within another leaves nothing of the longer one. */
  readonly #needles: readonly string[];

  constructor(secrets: Iterable<string>) {
    const needles = new Set<string>();
    for (const secret of secrets) {
      if (secret.length < SECRET_LENGTH_MIN) continue;
      for (const form of formsOf(secret)) needles.add(form);
    }
    this.#needles = [...needles].sort((one, other) => other.length - one.length);
  }

  text(text: string): string {
    let masked = text;
    for (const needle of this.#needles) {
      if (masked.includes(needle)) masked = masked.replaceAll(needle, MASK);
    }
    return masked;
  }

  json(value: JsonValue): JsonValue {
    if (this.#needles.length === 0) return value;
    if (typeof value === "string") return this.text(value);
    // A number that is a secret (a PIN) shows up as text in outputs, and as itself here.
    if (typeof value === "number") return this.#needles.includes(String(value)) ? MASK : value;
    if (isJsonArray(value)) return value.map((item) => this.json(item));
    return isJsonObject(value) ? this.#object(value) : value;
  }

  error(error: CodedError): CodedError {
    if (this.#needles.length === 0) return error;
    return {
      ...error,
      message: this.text(error.message),
      ...(error.hint === undefined ? {} : { hint: this.text(error.hint) }),
      ...(error.details === undefined ? {} : { details: this.#object(error.details) }),
      ...(error.cause === undefined ? {} : { cause: this.error(error.cause) }),
    };
  }

  outcome(outcome: Outcome): Outcome {
    if (this.#needles.length === 0) return outcome;
    switch (outcome.status) {
      case "changed":
      case "unchanged":
        return { ...outcome, ...this.#data(outcome), ...this.#changes(outcome), ...this.#hostResults(outcome) };
      case "failed":
        return {
          ...outcome,
          error: this.error(outcome.error),
          ...this.#data(outcome),
          ...this.#hostResults(outcome),
        };
      case "skipped":
      case "cancelled":
      case "unknown":
        return { ...outcome, reason: this.text(outcome.reason) };
      default:
        return unreachable(outcome);
    }
  }

  #object(value: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.text(key), this.json(member)]));
  }

  #data(from: { readonly data?: JsonValue }): { readonly data?: JsonValue } {
    return from.data === undefined ? {} : { data: this.json(from.data) };
  }

  #changes(from: { readonly changes?: readonly Change[] }): { readonly changes?: readonly Change[] } {
    return from.changes === undefined ? {} : { changes: from.changes.map((change) => this.#change(change)) };
  }

  #change(change: Change): Change {
    return {
      property: this.text(change.property),
      ...(change.before === undefined ? {} : { before: this.json(change.before) }),
      ...(change.after === undefined ? {} : { after: this.json(change.after) }),
      ...(change.diff === undefined ? {} : { diff: this.text(change.diff) }),
    };
  }

  #hostResults(from: { readonly hostResults?: readonly HostResult[] }): {
    readonly hostResults?: readonly HostResult[];
  } {
    if (from.hostResults === undefined) return {};
    return { hostResults: from.hostResults.map((result) => this.#hostResult(result)) };
  }

  #hostResult(result: HostResult): HostResult {
    return {
      ...result,
      ...(result.error === undefined ? {} : { error: this.error(result.error) }),
      ...(result.reason === undefined ? {} : { reason: this.text(result.reason) }),
      ...this.#data(result),
      ...this.#changes(result),
    };
  }
}

/**
 * Every text at the given paths of a value. A path names members with dots, in any case (`headers.authorization`);
 * everything below it counts.
 */
export function secretValues(params: JsonValue, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => membersAt(params, path.split(".")).flatMap(textsBelow));
}

function membersAt(value: JsonValue, path: readonly string[]): readonly JsonValue[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (isJsonArray(value)) return value.flatMap((item) => membersAt(item, path));
  if (!isJsonObject(value)) return [];
  const matching = Object.entries(value).filter(([key]) => key.toLowerCase() === name.toLowerCase());
  return matching.flatMap(([, member]) => membersAt(member, rest));
}

function textsBelow(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (isJsonArray(value)) return value.flatMap(textsBelow);
  return isJsonObject(value) ? Object.values(value).flatMap(textsBelow) : [];
}

function formsOf(secret: string): readonly string[] {
  const forms = [secret, ...encodedForms(secret)];
  const trimmed = secret.trim();
  if (trimmed.length >= SECRET_LENGTH_MIN) forms.push(trimmed);
  if (secret.includes("\n")) {
    forms.push(...secret.split(/\r?\n/).filter((line) => line.length >= SECRET_LINE_LENGTH_MIN));
  }
  return forms;
}

function encodedForms(secret: string): readonly string[] {
  const percent = encodeURIComponent(secret.toWellFormed());
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    percent,
    percent.replaceAll("%20", "+"),
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    json,
    json.replaceAll("/", "\\/"),
    secret.replaceAll("'", `'\\''`),
    secret.replace(/[\\"$`]/g, "\\$&"),
    ...base64Forms(secret),
  ];
}

/**
 * Base64 of the secret alone, and the part that does not depend on what stands around it at each of the three
 * alignments, as in the Base64 of `user:password`.
 */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const whole = bytes.toString("base64");
  const aligned = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const isCutAtEnd = (shift + bytes.length) % 3 !== 0;
    return shifted.slice(shift === 0 ? 0 : shift + 1, isCutAtEnd ? -1 : undefined);
  });
  const forms = [whole, ...aligned.filter((form) => form.length >= SECRET_LENGTH_MIN)];
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
