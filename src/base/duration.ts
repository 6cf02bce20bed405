import { codedError, type CodedError } from "./coded-error.ts";
import { err, ok, type Result } from "./result.ts";

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const PART = /^(\d+(?:\.\d+)?)(ms|d|h|m|s)/;

/** A duration as authors write it: a whole number of milliseconds, or text such as `"1h30m"`, `"500ms"`, `"0s"`. */
export type DurationInput = string | number;

/**
 * Reads a duration. Text is one or more numbers with a unit (`d h m s ms`), largest first, without spaces.
 * @returns whole milliseconds from 0 to 2^53−1, or `DRV_DURATION_INVALID`.
 * @example
 * parseDuration("1h30m"); // { ok: true, value: 5_400_000 }
 */
export function parseDuration(input: DurationInput): Result<number, CodedError> {
  if (typeof input === "number") {
    return Number.isSafeInteger(input) && input >= 0 ? ok(input) : invalid(String(input));
  }
  let rest = input;
  let totalMs = 0;
  let smallestMs: number = Number.POSITIVE_INFINITY;
  while (rest.length > 0) {
    const match = PART.exec(rest);
    const [text, amount, unit] = match ?? [];
    if (text === undefined || !isUnit(unit) || UNITS_MS[unit] >= smallestMs) return invalid(input);
    smallestMs = UNITS_MS[unit];
    totalMs += Number(amount) * smallestMs;
    rest = rest.slice(text.length);
  }
  return input.length > 0 && Number.isSafeInteger(totalMs) ? ok(totalMs) : invalid(input);
}

/**
 * Writes a duration for people: `0ms`, `250ms`, `12.3s`, `2m05s`, `1h30m`, `2d04h`.
 * @param durationMs not negative; `Infinity` is `unlimited`
 */
export function formatDuration(durationMs: number): string {
  if (durationMs === Number.POSITIVE_INFINITY) return "unlimited";
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`;
  if (durationMs < 59_950) return `${(durationMs / 1_000).toFixed(1)}s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
  return `${Math.floor(minutes / 1_440)}d${pad(Math.floor((minutes % 1_440) / 60))}h`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function isUnit(unit: string | undefined): unit is keyof typeof UNITS_MS {
  return unit !== undefined && Object.hasOwn(UNITS_MS, unit);
}

function invalid(found: string): Result<number, CodedError> {
  return err(
    codedError(
      "DRV_DURATION_INVALID",
      `Cannot read duration ${JSON.stringify(found.slice(0, 80))}: it is not a number with a unit`,
      {
        hint: 'Write numbers with units d, h, m, s or ms, largest first and without spaces, such as "1h30m" or "500ms"',
      },
    ),
  );
}
