import { z } from "zod";
import { ok } from "../../base/result.ts";
import { logQuery, logSources } from "../../operation/catalog/log.ts";
import { readProvider } from "../adapt-params.ts";
import { runTool } from "../tool.ts";

interface LogEntry {
  timestamp: string;
  unit: string;
  priority: string;
  message: string;
  pid?: number;
}

const OUTPUT_BYTES_MAX = 12 * 1024 * 1024;
const PRIORITY_WORDS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

const lineSchema = z.object({
  __REALTIME_TIMESTAMP: z.string().default(""),
  _SYSTEMD_UNIT: z.string().optional(),
  SYSLOG_IDENTIFIER: z.string().optional(),
  PRIORITY: z.string().default("6"),
  MESSAGE: z.union([z.string(), z.array(z.int())]).nullish(),
  _PID: z.string().optional(),
});

/** Reads the lines of `journalctl --output=json`; what is not JSON is left out. */
export function parseJournal(text: string): readonly LogEntry[] {
  return text.split("\n").flatMap((line) => {
    const parsed = lineSchema.safeParse(fromJson(line));
    if (!parsed.success) return [];
    const { __REALTIME_TIMESTAMP: microseconds, _PID: pid, MESSAGE: message, ...entry } = parsed.data;
    return [
      {
        timestamp: /^\d+$/.test(microseconds) ? isoTime(Number(microseconds) / 1_000) : "",
        unit: entry._SYSTEMD_UNIT ?? entry.SYSLOG_IDENTIFIER ?? "",
        priority: PRIORITY_WORDS[Number(entry.PRIORITY)] ?? entry.PRIORITY,
        // The journal gives messages that are no text as numbers.
        message: typeof message === "string" ? message : new TextDecoder().decode(Uint8Array.from(message ?? [])),
        ...(pid === undefined ? {} : { pid: Number(pid) }),
      },
    ];
  });
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;

/** A time since 1970 as text, which needs no clock. */
function isoTime(timeMs: number): string {
  let days = Math.floor(timeMs / DAY_MS);
  let year = 1970;
  while (days >= daysOfYear(year)) days -= daysOfYear(year++);
  let month = 0;
  while (days >= daysOfMonth(year, month)) days -= daysOfMonth(year, month++);
  const rest = Math.floor(timeMs % DAY_MS);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1_000) % 60].map((part) => two(Math.floor(part)));
  return `${year}-${two(month + 1)}-${two(days + 1)}T${clock.join(":")}.${String(rest % 1_000).padStart(3, "0")}Z`;
}

function daysOfYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

function daysOfMonth(year: number, month: number): number {
  return (MONTH_DAYS[month] ?? 31) + (month === 1 && isLeapYear(year) ? 1 : 0);
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function fromJson(line: string): unknown {
  try {
    return line === "" ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

export const logQueryProvider = readProvider(logQuery, async (params, context) => {
  const { unit, path, lines, since, priority, contains = "" } = params;
  const argv =
    path === undefined
      ? [
          "journalctl",
          "--no-pager",
          "--quiet",
          "--output=json",
          `--lines=${lines}`,
          ...(unit === undefined ? [] : [`--unit=${unit}`]),
          ...(since === undefined ? [] : [`--since=${since}`]),
          ...(priority === undefined ? [] : [`--priority=${priority}`]),
        ]
      : ["tail", "-n", String(lines), "--", path];
  const read = await runTool({ argv, action: "read the log", outputBytesMax: OUTPUT_BYTES_MAX }, context);
  if (!read.ok) return read;
  const entries = path === undefined ? parseJournal(read.value.stdout) : linesOf(read.value.stdout);
  return ok({ entries: entries.filter(({ message }) => message.includes(contains)) });
});

function linesOf(text: string): readonly LogEntry[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((message) => ({ timestamp: "", unit: "", priority: "", message }));
}

export const logSourcesProvider = readProvider(logSources, async (_params, context) => {
  const argv = ["journalctl", "--no-pager", "--quiet", "--field=SYSLOG_IDENTIFIER"];
  const read = await runTool(
    { argv, action: "list who writes into the journal", outputBytesMax: OUTPUT_BYTES_MAX },
    context,
  );
  return read.ok
    ? ok({
        sources: read.value.stdout
          .split("\n")
          .filter((line) => line !== "")
          .sort(),
      })
    : read;
});
