import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import type { JsonValue } from "../../base/json.ts";

/** Longest text of one parameter: content of a file travels in the job, larger things go through the content store. */
export const TEXT_LENGTH_MAX = 16 * 1024 * 1024;
/** Linux refuses longer paths. */
const PATH_LENGTH_MAX = 4_096;
const MODE_TEXT = /^0?[0-7]{3,4}$/;
const MODE_MAX = 0o777;
/** Decimal numbers that people write when they mean the octal mode of the same digits. */
const MISREAD_MODES: ReadonlySet<number> = new Set([400, 440, 444, 500]);
const ACCOUNT_NAME = /^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}\$?$/;
const ACCOUNT_ID_MAX = 4_294_967_294;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Text without NUL, which no command line, path or environment can carry. */
export function text() {
  return z
    .string()
    .max(TEXT_LENGTH_MAX, `must not be longer than ${TEXT_LENGTH_MAX} characters`)
    .refine((value) => !value.includes("\0"), "must not contain a NUL character");
}

/** An absolute POSIX path, written the one normal way: no `.`, `..` or doubled `/`, no `/` at the end. */
export function absolutePath() {
  return z
    .string()
    .min(1, "must not be empty")
    .max(PATH_LENGTH_MAX, `must not be longer than ${PATH_LENGTH_MAX} characters`)
    .refine((path) => !path.includes("\0"), "must not contain a NUL character")
    .refine((path) => path.startsWith("/"), 'must be absolute: it has to start with "/"')
    .refine((path) => !path.split("/").includes(".."), 'must not contain ".."')
    .transform(normalPath);
}

function normalPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}

/** A path below the root folder: operations on `/` itself are always a mistake. */
export function pathBelowRoot() {
  return absolutePath().refine((path) => path !== "/", 'must not be "/"');
}

/**
 * Permission bits as octal text (`"0644"`, `"4755"`) or as a number (`0o644`), read to four octal digits.
 * Numbers that look like octal digits written in decimal (644) are refused instead of misread.
 */
export function fileMode() {
  const number = z
    .int()
    .refine(
      (mode) => mode >= 0 && mode <= MODE_MAX && !MISREAD_MODES.has(mode),
      'is ambiguous as a number: write octal text such as "0644"',
    );
  const octal = z.string().regex(MODE_TEXT, 'must be three or four octal digits, such as "0644"');
  return z
    .union([octal, number], 'must be octal text such as "0644"')
    .transform((mode) => (typeof mode === "number" ? mode : Number.parseInt(mode, 8)).toString(8).padStart(4, "0"));
}

/** A user or group by name or number. */
export function account() {
  const name = z
    .string()
    .refine(
      (value) => ACCOUNT_NAME.test(value) || /^[0-9]{1,10}$/.test(value),
      "must be the name or number of an account",
    );
  const id = z.int().min(0, "must not be negative").max(ACCOUNT_ID_MAX, `must not be above ${ACCOUNT_ID_MAX}`);
  return z.union([name, id], "must be the name or number of an account");
}

/** A duration as text (`"30s"`) or whole milliseconds, read to milliseconds. */
export function duration() {
  const written = z.union([z.string(), z.number()], 'must be a duration such as "30s"').meta({ format: "duration" });
  return written.transform((input, context) => {
    const parsed = parseDuration(input);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: 'must be a duration such as "1h30m", "45s" or "500ms"' });
    return z.NEVER;
  });
}

/** Environment variables. */
export function environment() {
  const name = z.string().regex(ENVIRONMENT_NAME, "must be a name of letters, digits and underscores");
  return z.record(name, text());
}

/** A regular expression in JavaScript syntax, used with the `u` flag. */
export function regularExpression() {
  return z
    .string()
    .min(1, "must not be empty")
    .max(1_000, "must not be longer than 1000 characters")
    .refine(isRegularExpression, "is not a valid regular expression");
}

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

/** Any JSON value; kept as it is. */
export function json(): z.ZodType<JsonValue, JsonValue> {
  return z.json();
}

/** Values for templates, by name. */
export function variables() {
  return z.record(z.string().min(1, "must not be empty"), json());
}

/** Name of an entry of the content store. */
export function contentName() {
  return z
    .string()
    .min(1, "must not be empty")
    .max(255, "must not be longer than 255 characters")
    .refine((name) => !/\p{Cc}/u.test(name), "must not contain control characters");
}
