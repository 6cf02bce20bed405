import { randomUUID } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { codedError, DroverError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { counted } from "../../report/wording.ts";
import { exportLog, type ExportSummary } from "../../view/sqlite/export-log.ts";
import type { CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { jsonLine } from "../data-output.ts";
import { inTurns } from "../in-turns.ts";
import { printProblems } from "../problem-text.ts";
import type { Invocation } from "../with-plan.ts";
import { orPrinted } from "./log-refused.ts";

export interface LogExportOptions extends CommonOptions, DataOptions {
  readonly run?: string;
  readonly file?: string;
}

/** `drover log export`: the events of the log, or of one run, one a line. Always NDJSON, whatever `--output` says. */
export async function logExportCommand({ options, context }: Invocation<LogExportOptions>): Promise<ExitCode> {
  return orPrinted({ options, context }, async () => {
    const folder = dataFolderOf(options, context);
    const problems: CodedError[] = [];
    using target = openTarget(options.file === undefined ? undefined : resolve(context.folder, options.file));
    const write = target?.write ?? ((text: string) => context.stdout.write(text));
    const turns = exportLog(folder, {
      ...(options.run !== undefined && { runId: options.run }),
      onEvent: (event) => write(jsonLine(event)),
      onProblem: (problem) => problems.push(problem),
    });
    const exported = await inTurns(turns, context);
    if (exported.isInterrupted) return EXIT_CODES.cancelled;
    if (problems.length === 0 && exported.result.rows === 0 && options.run !== undefined) throw noRun(options.run);
    target?.keep();
    return told(exported.result, problems, { options, context });
  });
}

function told(
  { events, rows }: ExportSummary,
  problems: readonly CodedError[],
  { options, context }: Invocation<LogExportOptions>,
): ExitCode {
  if (problems.length > 0) printProblems(problems, context, options);
  if (options.file !== undefined) {
    context.stderr.write(`Exported ${counted(events, "event")} in ${counted(rows, "row")}\n`);
  }
  return problems.length === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
}

interface Target extends Disposable {
  readonly write: (text: string) => void;
  /** Puts the whole file in its place. */
  keep(): void;
}

/** Writes beside the file first: what is there is replaced by a whole one or not at all. */
function openTarget(path: string | undefined): Target | undefined {
  if (path === undefined) return undefined;
  const draft = `${path}.${randomUUID()}.new`;
  const descriptor = attempt(path, () => openSync(draft, "wx", 0o600));
  let isKept = false;
  return {
    write: (text) => attempt(path, () => writeSync(descriptor, text)),
    keep: () => {
      attempt(path, () => renameSync(draft, path));
      isKept = true;
    },
    [Symbol.dispose]: () => {
      closeSync(descriptor);
      if (!isKept) rmSync(draft, { force: true });
    },
  };
}

function attempt<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (thrown) {
    throw new DroverError([fromThrown("DRV_CLI_FILE_FAILED", thrown, `Cannot write ${JSON.stringify(path)}`)]);
  }
}

function noRun(run: string): DroverError {
  const message = `Cannot export run ${JSON.stringify(run.slice(0, 200))}: the log has no such run`;
  return new DroverError([codedError("DRV_CLI_NOTHING_FOUND", message)]);
}
