import { codedError, DroverError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { killAllProcesses } from "../host/process-group.ts";
import type { DurableRun } from "../library/durable-runs.ts";
import type { RunRecord } from "../runner/run-record.ts";
import { actorOf } from "./actor.ts";
import type { CliContext } from "./cli-context.ts";
import type { RunOptions } from "./commands/run.ts";
import { dataFolderOf } from "./data-folder.ts";
import { openDataRuns, type DataRuns } from "./data-runs.ts";
import { isPlan } from "./library-port.ts";
import type { LoadedPlan } from "./plan-module.ts";
import type { StartedRun, StartOptions } from "./run-port.ts";
import { readSource, runSourceOf } from "./run-source.ts";

/**
 * Starts a run that outlives this process, in the data folder, which this process holds until the run has ended.
 * @returns the run, or everything that keeps it from starting: `DRV_CLI_RUN_UNFINISHED`, `DRV_LOG_…`, `DRV_RUN_…`
 */
export async function startDurably(
  loaded: LoadedPlan,
  start: StartOptions,
  { options, context }: { readonly options: RunOptions; readonly context: CliContext },
): Promise<Result<StartedRun, readonly CodedError[]>> {
  const { source: plan } = loaded.plan;
  if (!isPlan(plan)) return err([]);
  const folder = options.data ?? options.durable;
  const opened = await openDataRuns(dataFolderOf(folder === undefined ? {} : { data: folder }, context), context);
  if (!opened.ok) return err(opened.error.map(withWaysOut));
  const data = opened.value;
  const begun = await begin(loaded, start, { data, plan, options, context });
  if (begun.ok) return ok(begun.value);
  await data[Symbol.asyncDispose]();
  return begun;
}

async function begin(
  loaded: LoadedPlan,
  start: StartOptions,
  {
    data,
    plan,
    options,
    context,
  }: {
    readonly data: DataRuns;
    readonly plan: Parameters<DataRuns["runs"]["start"]>[0];
    readonly options: RunOptions;
    readonly context: CliContext;
  },
): Promise<Result<StartedRun, readonly CodedError[]>> {
  const unfinished = data.runs.list().find((record) => isUnfinished(record, loaded.reference.path));
  if (unfinished !== undefined && options.new !== true) return err([unfinishedRun(unfinished)]);
  const { fleetFile, params, observer, isDryRun: _isDryRun, onAttempt: _onAttempt, ...choices } = start;
  const fleet = await data.openFleet(fleetFile);
  if (!fleet.ok) return fleet;
  const place = { folder: context.folder, ...(fleetFile === undefined ? {} : { fleetFile }) };
  const source = await runSourceOf(loaded, place);
  const started = await data.runs.start(plan, {
    ...choices,
    params,
    readsText: true,
    observer,
    source: { ...source },
    actor: actorOf(context.env),
    ...(fleet.value === undefined ? {} : { fleet: fleet.value }),
  });
  return started.ok ? startedHere(started.value, data) : started;
}

/** A durable run as the display wants it. Disposing it closes the data folder. */
export async function startedHere(run: DurableRun, data: DataRuns): Promise<Result<StartedRun, readonly CodedError[]>> {
  const { runs } = data;
  const view = await runs.view(run.runId);
  if (!view.ok) return err([view.error]);
  // When the log cannot be written the run cannot end: the program does, with the log intact.
  const broken = runs.failed.then((error): never => {
    throw new DroverError([error]);
  });
  const report = Promise.race([run.report, broken]);
  report.catch(() => {});
  return ok({
    warnings: runs.damaged,
    view: view.value,
    report,
    cancel: (reason) => void runs.command(run.runId, { type: "cancel", reason }),
    kill: () => killAllProcesses(),
    async [Symbol.asyncDispose]() {
      await report.catch(() => {});
      await data[Symbol.asyncDispose]();
    },
  });
}

function isUnfinished(record: RunRecord, path: string): boolean {
  return record.verdict === undefined && readSource(record)?.path === path;
}

function unfinishedRun({ runId, plan, createdAtMs }: RunRecord): CodedError {
  const since = new Date(createdAtMs).toISOString();
  return codedError(
    "DRV_CLI_RUN_UNFINISHED",
    `Cannot start plan "${plan}": its run ${runId}, started ${since}, has not finished`,
    { hint: `Go on with it: drover resume ${runId}; or start another one: drover run --new` },
  );
}

/** Another process has the folder: what a person can do about it. */
export function withWaysOut(error: CodedError): CodedError {
  if (error.code !== "DRV_LOG_LOCKED") return error;
  return { ...error, hint: "Wait for its end; or run with --data FOLDER, or with --ephemeral to keep nothing" };
}
