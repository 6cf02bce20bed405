import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type { JsonObject } from "./json.ts";

/** A place in a source that people can open. Lines and columns start at 1. */
export interface SourcePosition {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Where in the definition, for sources without lines: `tasks.configure.retry`. */
  readonly path?: string;
}

/**
 * An expected failure as data: survives the log and the wire, is read by `code`, never by class.
 *
 * `message` follows one grammar: the action that failed, a colon, the state found and the one wanted; sentence case,
 * values quoted, no final period. `hint` says what to do next.
 */
export interface CodedError {
  /** Stable code `DRV_AREA_REASON`, documented in `docs/errors.md`. */
  readonly code: string;
  readonly message: string;
  readonly at?: SourcePosition;
  readonly hint?: string;
  readonly details?: JsonObject;
  readonly cause?: CodedError;
}

export interface CodedErrorOptions {
  readonly at?: SourcePosition;
  readonly hint?: string;
  readonly details?: JsonObject;
  readonly cause?: CodedError;
}

/** Makes a {@link CodedError}; the code must be registered. Default hint: what the registry says about the code. */
export function codedError(code: ErrorCode, message: string, options: CodedErrorOptions = {}): CodedError {
  const hint = remedyOf(code);
  return hint === undefined ? { code, message, ...options } : { code, message, hint, ...options };
}

/** Code without types can name a code that is not registered: there is no remedy for that one. */
function remedyOf(code: string): string | undefined {
  const entries: Readonly<Record<string, { readonly remedy: string }>> = ERROR_CODES;
  return Object.hasOwn(entries, code) ? entries[code]?.remedy : undefined;
}

/** Longest message kept of a foreign error. */
const MESSAGE_LENGTH_MAX = 4_096;

/** Describes anything thrown by foreign code (errors, strings, `undefined`) as a {@link CodedError} with `code`. */
export function fromThrown(code: ErrorCode, thrown: unknown, action: string): CodedError {
  const text = thrown instanceof Error ? thrown.message || thrown.name : describe(thrown);
  return codedError(code, `${action}: ${text.slice(0, MESSAGE_LENGTH_MAX)}`);
}

function describe(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/**
 * What the public plan API throws: one exception that carries every problem found.
 * Internals return results instead; only the public edge, adapters and constructors throw.
 */
export class DroverError extends Error {
  override readonly name = "DroverError";
  readonly errors: readonly CodedError[];

  constructor(errors: readonly CodedError[]) {
    super(errors.map(formatCodedError).join("\n"));
    this.errors = errors;
  }

  /** Code of the first problem. */
  get code(): string {
    return this.errors[0]?.code ?? "DRV_INTERNAL";
  }
}

/** One problem as text: position, message, code and hint. */
export function formatCodedError(error: CodedError): string {
  const place = formatPosition(error.at);
  const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
  return `${place}${error.message} [${error.code}]${hint}`;
}

function formatPosition(at: SourcePosition | undefined): string {
  if (at === undefined) return "";
  const lines = [at.file, at.line, at.column].filter((part) => part !== undefined).join(":");
  const place = [lines, at.path].filter((part) => part !== undefined && part !== "").join(" ");
  return place === "" ? "" : `${withoutControls(place)}: `;
}

/** A path repeats names that were refused, which may hold what moves the cursor of a terminal. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
