import type { JsonObject } from "../../base/json.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { counted } from "../../report/wording.ts";
import type { ReplayReport } from "../../view/replay-progress.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, jsonLine, writeData } from "../data-output.ts";
import { inTurns } from "../in-turns.ts";
import { replayText } from "../log-lines.ts";
import { ProgressLine } from "../progress-line.ts";
import type { Invocation } from "../with-plan.ts";
import { orPrinted } from "./log-refused.ts";

export interface LogRebuildOptions extends CommonOptions, DataOptions {}

/** `drover log rebuild`: drops the read model and makes it anew. As NDJSON there is a line for each hundred events. */
export async function logRebuildCommand({ options, context }: Invocation<LogRebuildOptions>): Promise<ExitCode> {
  const { rebuildView } = await import("../../view/sqlite/rebuild-view.ts");
  return orPrinted({ options, context }, async () => {
    const line = new ProgressLine(context.stderr, context.clock);
    using _line = line;
    const monotonicMs = (): number => context.clock.monotonicMs();
    const startedMs = monotonicMs();
    const onProgress = (report: ReplayReport): void => {
      if (options.output === "ndjson") context.stdout.write(jsonLine(reportDocument(report)));
      else line.show(() => replayText(report));
    };
    const folder = dataFolderOf(options, context);
    const rebuilt = await inTurns(rebuildView(folder, { monotonicMs, onProgress }), context);
    if (rebuilt.isInterrupted) return EXIT_CODES.cancelled;
    line[Symbol.dispose]();
    const events = rebuilt.result;
    const durationMs = Math.round(monotonicMs() - startedMs);
    if (options.output === "ndjson") context.stdout.write(jsonLine({ type: "rebuilt", events, durationMs }));
    else if (isDataFormat(options.output)) {
      await writeData({ version: 1, events, durationMs }, options.output, context.stdout);
    } else printLines([[`The read model is made anew from ${counted(events, "event")}`]], { options, context });
    return EXIT_CODES.ok;
  });
}

function reportDocument({ events, position, percent, etaMs }: ReplayReport): JsonObject {
  return { type: "progress", events, position, percent, ...(etaMs !== undefined && { etaMs }) };
}
