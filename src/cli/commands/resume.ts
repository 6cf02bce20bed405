import { codedError, type CodedError } from "../../base/coded-error.ts";
import { err, type Result } from "../../base/result.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import type { Report } from "../../report/report.ts";
import { actorOf } from "../actor.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { openDataRuns, type DataRuns } from "../data-runs.ts";
import { startedHere } from "../durable-start.ts";
import { showRun } from "../execute-plan.ts";
import { findRun } from "../find-run.ts";
import { connectControl } from "../remote-runs.ts";
import { readSource } from "../run-source.ts";
import type { ListedRun, RunsAccess } from "../runs-access.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import { writeReport } from "./run.ts";

export interface ResumeOptions extends CommonOptions, DataOptions {
  readonly reason?: string;
}

/**
 * `drover resume RUN`: goes on with a run that was paused, or whose process has ended. What was running then is asked for
 * by its token: nothing that cannot be repeated is started twice.
 */
export async function resumeCommand(word: string, { options, context }: Invocation<ResumeOptions>): Promise<ExitCode> {
  const folder = dataFolderOf(options, context);
  const remote = await connectControl(folder);
  if (remote !== undefined) {
    await using access = remote;
    return await resumeThere(word, access, { options, context });
  }
  const opened = await openDataRuns(folder, context);
  if (!opened.ok) return refuse(opened.error, { options, context });
  const data = opened.value;
  const ended = await resumeHere(word, data, { options, context });
  if (!ended.ok) {
    await data[Symbol.asyncDispose]();
    return refuse(ended.error, { options, context });
  }
  await writeReport(ended.value, undefined, { options, context });
  return exitCodeOf(ended.value.view);
}

async function resumeHere(
  word: string,
  data: DataRuns,
  { options, context }: Invocation<ResumeOptions>,
): Promise<Result<Report, readonly CodedError[]>> {
  const { runs, access } = data;
  const found = findRun(word, await access.list());
  if (!found.ok) return err([found.error]);
  const run = found.value;
  const { runId } = run;
  if (run.verdict !== undefined) return err([ended(run)]);
  const plan = await runs.plan(runId);
  if (!plan.ok) return err([plan.error]);
  const rejection = await runs.commandOffline(runId, {
    type: "resume",
    actor: actorOf(context.env),
    ...because(options),
  });
  if (rejection !== undefined && rejection.code !== "DRV_RUN_NOT_PAUSED") return err([rejection]);
  const execute = { options, context, isDryRun: false };
  return showRun({ plan: plan.value, planPath: readSource(run)?.path, execute }, async (observer) => {
    const resumed = await runs.resume(runId, observer);
    return resumed.ok ? startedHere(resumed.value, data) : resumed;
  });
}

/** The process that holds the folder drives the run: it can only be asked to end a pause. */
async function resumeThere(
  word: string,
  access: RunsAccess,
  { options, context }: Invocation<ResumeOptions>,
): Promise<ExitCode> {
  const run = findRun(word, await access.list());
  if (!run.ok) return refuse([run.error], { options, context });
  if (run.value.verdict !== undefined) return refuse([ended(run.value)], { options, context });
  const command = { type: "resume", actor: actorOf(context.env), ...because(options) } as const;
  const rejection = await access.command(run.value.runId, command);
  if (rejection !== undefined) return refuse([rejection], { options, context });
  printLines([[`${run.value.runId} goes on, in the process that drives it`]], { options, context });
  return EXIT_CODES.ok;
}

function because({ reason }: ResumeOptions): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function ended({ runId, verdict }: ListedRun): CodedError {
  const hint =
    verdict === "succeeded"
      ? `See what it did with: drover show ${runId}; do a part of it again with: drover retry ${runId} TASK`
      : `Do again what failed with: drover retry ${runId}`;
  return codedError("DRV_RUN_FINISHED", `Cannot resume ${runId}: it has ended with "${verdict}"`, { hint });
}
