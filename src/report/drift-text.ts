import { changeLines, type DiffTextOptions } from "./diff-text.ts";
import type { DriftEntry, DriftReport, DriftState } from "./drift.ts";
import { span, type Ink, type Line } from "./line.ts";
import { printable } from "./printable.ts";

/** States in the order in which the last line counts them. */
const STATES: readonly DriftState[] = ["drifted", "missing", "unmanaged", "unknown", "in-sync", "not-compared"];

const INKS: { readonly [state in DriftState]: Ink } = {
  drifted: "yellow",
  missing: "red",
  unmanaged: "magenta",
  unknown: "red",
  "in-sync": "green",
  "not-compared": "dim",
};

/** What has drifted, as text: per host, then what differs; what is in sync is only counted. */
export function driftLines(report: DriftReport, options: DiffTextOptions): readonly Line[] {
  const told = report.entries.filter(({ state }) => state !== "in-sync" && state !== "not-compared");
  const lines: Line[] = [];
  for (const [host, entries] of Map.groupBy(told, (entry) => entry.host)) {
    lines.push([span(host === "" ? "(where the plan runs)" : printable(host), "bold")]);
    for (const entry of entries) lines.push(...entryLines(entry, options));
    lines.push([]);
  }
  const counted = STATES.filter((state) => report.counts[state] > 0);
  const parts = counted.flatMap((state, index): Line => {
    return [index === 0 ? "" : ", ", span(`${report.counts[state]} ${words(state)}`, INKS[state])];
  });
  return [...lines, parts.length === 0 ? ["Nothing to compare"] : [...parts]];
}

function words(state: DriftState): string {
  switch (state) {
    case "in-sync":
      return "in sync";
    case "not-compared":
      return "not compared";
    case "drifted":
    case "missing":
    case "unmanaged":
    case "unknown":
      return state;
  }
}

function entryLines(
  { task, operation, state, changes, error, reason }: DriftEntry,
  options: DiffTextOptions,
): readonly Line[] {
  const head: Line = [
    "  ",
    span(words(state), INKS[state]),
    "  ",
    span(printable(task), "bold"),
    span(`  ${operation}`, "dim"),
  ];
  const why = error === undefined ? reason : `${error.message} [${error.code}]`;
  const remark: readonly Line[] = why === undefined ? [] : [[span(`      ${printable(why)}`, "dim")]];
  return [head, ...remark, ...changeLines(changes ?? [], "      ", options)];
}
