import { formatDuration } from "../base/duration.ts";
import type { VerifyProgress, VerifyReport } from "../eventlog/sqlite/verify-log.ts";
import { span, type Line } from "../report/line.ts";
import { counted, formatCount } from "../report/wording.ts";
import type { ReplayReport } from "../view/replay-progress.ts";

/** `replayed 1,200 events, 48.3 %, 2 s left`. */
export function replayText({ events, percent, etaMs }: ReplayReport): string {
  const left = etaMs === undefined || percent === 100 ? "" : `, ${formatDuration(etaMs)} left`;
  return `replayed ${counted(events, "event")}, ${percent} %${left}`;
}

/** `verified 120,000 rows, segment 2 of 3`. */
export function verifyText({ rows, segment, segmentCount, findingCount }: VerifyProgress): string {
  const findings = findingCount === 0 ? "" : `, ${counted(findingCount, "finding")}`;
  return `verified ${counted(rows, "row")}, segment ${segment} of ${segmentCount}${findings}`;
}

/** What was looked at, and whether all of it is as it was written. */
export function verifyLines(report: VerifyReport): readonly Line[] {
  const { segments, rows, events, streams, epochs, blobs, snapshots, findings, findingCount } = report;
  const more = findingCount - findings.length;
  return [
    ...(more > 0 ? [[`… and ${formatCount(more)} more findings`]] : []),
    [
      `${counted(segments, "segment")}, ${counted(rows, "row")} with ${counted(events, "event")} of ${counted(streams, "stream")}, ` +
        `${counted(epochs, "epoch")}, ${counted(blobs, "blob")}, ${counted(snapshots, "snapshot")}`,
    ],
    findingCount === 0
      ? [span("All of it is as it was written", "green")]
      : [span(counted(findingCount, "finding"), "red"), ": copy the folder before anything else"],
  ];
}
