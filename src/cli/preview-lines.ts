import type { JsonObject } from "../base/json.ts";
import { span, type Line } from "../report/line.ts";
import type { CommandPreview } from "../engine/preview.ts";

/** Names listed in one line. */
const NAMES_MAX = 20;

const WORDS = [
  ["reset", "would begin anew"],
  ["skipped", "would be skipped"],
  ["cancelled", "would be asked to stop"],
  ["undone", "would be undone first"],
  ["started", "would start at once"],
  ["notRun", "would not be run"],
] as const;

/** What a command would do, for people. */
export function previewLines(runId: string, preview: CommandPreview): readonly Line[] {
  const lines: Line[] = [[span("Nothing was changed.", "bold"), ` In ${runId}:`]];
  const before = lines.length;
  for (const [member, words] of WORDS) {
    const names = preview[member];
    if (names.length === 0) continue;
    const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : "";
    lines.push([`  ${names.length} ${words}: ${names.slice(0, NAMES_MAX).join(", ")}${more}`]);
  }
  if (preview.verdict !== undefined) lines.push([`  the run would end: ${preview.verdict}`]);
  if (lines.length === before) lines.push(["  no task would start, stop or begin anew at once"]);
  lines.push([`  to do exactly this: --expect-version ${preview.controlVersion}`]);

  return lines;
}

export function previewDocument({ verdict, ...preview }: CommandPreview): JsonObject {
  return { version: 1, dryRun: true, ...preview, ...(verdict === undefined ? {} : { verdict }) };
}
