import type { JsonObject } from "../../base/json.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { openRunsAccess } from "../data-runs.ts";
import { runStateWord } from "../run-words.ts";
import type { ListedRun } from "../runs-access.ts";
import { refuse, type Invocation } from "../with-plan.ts";

export interface RunsOptions extends CommonOptions, DataOptions {
  /** Also finished runs beyond the newest. */
  readonly all?: boolean;
}

/** Finished runs listed when not all are asked for. */
const FINISHED_LISTED = 20;

/** `drover runs`: the runs of the data folder, newest first. */
export async function runsCommand({ options, context }: Invocation<RunsOptions>): Promise<ExitCode> {
  const opened = await openRunsAccess(dataFolderOf(options, context), context);
  if (!opened.ok) return refuse(opened.error, { options, context });
  await using access = opened.value;
  const runs = listed(await access.list(), options.all === true);
  if (isDataFormat(options.output)) {
    await writeData(runs.map(runDocument), options.output, context.stdout);
    return EXIT_CODES.ok;
  }
  const lines: Line[] = runs.map(runLine);
  if (lines.length === 0) lines.push(["There are no runs yet. Start one with: drover run plan.ts"]);
  printLines(lines, { options, context });
  return EXIT_CODES.ok;
}

/** All that are not finished, and the newest of the others. */
function listed(runs: readonly ListedRun[], isAll: boolean): readonly ListedRun[] {
  let finished = 0;
  return runs.filter(({ verdict }) => {
    if (isAll || verdict === undefined) return true;
    finished += 1;
    return finished <= FINISHED_LISTED;
  });
}

function runLine(run: ListedRun): Line {
  const { word, color } = runStateWord(run);
  const started = new Date(run.createdAtMs).toISOString().slice(0, 19).replace("T", " ");
  return [`${run.runId}  ${started}  `, span(word.padEnd(14), color), `  ${run.plan}`];
}

function runDocument(run: ListedRun): JsonObject {
  const { runId, plan, fingerprint, createdAtMs, finishedAtMs, verdict, isDriven, quarantine } = run;
  return {
    run: runId,
    plan,
    state: runStateWord(run).word,
    createdAtMs,
    isDriven,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
    ...(quarantine === undefined ? {} : { quarantine: { code: quarantine.code, message: quarantine.message } }),
  };
}
