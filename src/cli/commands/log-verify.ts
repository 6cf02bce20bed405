import type { JsonObject } from "../../base/json.ts";
import type { LogFinding, VerifyReport } from "../../eventlog/sqlite/verify-log.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { errorDocument } from "../../report/report-document.ts";
import { blobsNamedBy } from "../../view/stored-event.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { inTurns } from "../in-turns.ts";
import { verifyLines, verifyText } from "../log-lines.ts";
import { printProblems } from "../problem-text.ts";
import { ProgressLine } from "../progress-line.ts";
import type { Invocation } from "../with-plan.ts";
import { orPrinted } from "./log-refused.ts";

export interface LogVerifyOptions extends CommonOptions, DataOptions {}

/** `drover log verify`: reads the whole log and says what is not as it was written. Exit code 1 when anything is not. */
export async function logVerifyCommand({ options, context }: Invocation<LogVerifyOptions>): Promise<ExitCode> {
  const { verifyLog } = await import("../../eventlog/sqlite/verify-log.ts");
  return orPrinted({ options, context }, async () => {
    const line = new ProgressLine(context.stderr, context.clock);
    using _line = line;
    const checked = await inTurns(verifyLog(dataFolderOf(options, context), { blobsNamedBy }), context, (progress) => {
      line.show(() => verifyText(progress));
    });
    if (checked.isInterrupted) return EXIT_CODES.cancelled;
    line[Symbol.dispose]();
    await write(checked.result, { options, context });
    return checked.result.findingCount === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  });
}

async function write(report: VerifyReport, { options, context }: Invocation<LogVerifyOptions>): Promise<void> {
  const { findings } = report;
  if (isDataFormat(options.output)) {
    const document = { version: 1, ...report, findings: findings.map(findingDocument) };
    return writeData(document, options.output, context.stdout);
  }
  if (findings.length > 0)
    printProblems(
      findings.map(({ error }) => error),
      context,
      options,
    );
  printLines(verifyLines(report), { options, context });
}

function findingDocument({ error, position }: LogFinding): JsonObject {
  return { ...(position !== undefined && { position }), error: errorDocument(error) };
}
