import { codedError, type CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { RollbackMode } from "../../plan/compiled-plan.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import type { DurableForkOptions } from "../../library/fork-run.ts";
import type { ForkPreview } from "../../runner/fork-request.ts";
import { actorOf } from "../actor.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { openDataRuns, type DataRuns } from "../data-runs.ts";
import { startedHere, withWaysOut } from "../durable-start.ts";
import { showRun } from "../execute-plan.ts";
import { findRun } from "../find-run.ts";
import { isPlan } from "../library-port.ts";
import { parseParameters } from "../parameters.ts";
import { loadPlan, type LoadedPlan } from "../plan-module.ts";
import { readSource, runSourceOf } from "../run-source.ts";
import type { ListedRun } from "../runs-access.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import { writeReport } from "./run.ts";

export interface ForkOptions extends CommonOptions, DataOptions {
  /** Tasks that run again. */
  readonly from?: readonly string[];
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly maxParallel?: number;
  readonly rollback?: RollbackMode;
  readonly allowIrreversible?: boolean;
}

/** Names listed in one line. */
const NAMES_MAX = 20;

/**
 * `drover fork RUN [name=value …]`: starts a new run of the plan with edited parameters, which takes over what the other
 * has done and the edits do not touch. The file of the plan may have changed: then no function is taken over.
 */
export async function forkCommand(
  [word = "", ...parameters]: readonly string[],
  invocation: Invocation<ForkOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const params = parseParameters(parameters);
  if (!params.ok) return refuse(params.error, invocation);
  const opened = await openDataRuns(dataFolderOf(options, context), context);
  if (!opened.ok) return refuse(opened.error.map(withWaysOut), invocation);
  const data = opened.value;
  const prepared = await prepare(word, params.value, { data, invocation });
  if (prepared.ok && options.dryRun !== true) return forkHere(prepared.value, { data, invocation });
  const told = prepared.ok ? await data.runs.previewFork(prepared.value.run.runId, prepared.value.fork) : prepared;
  await data[Symbol.asyncDispose]();
  if (!told.ok) return refuse(told.error, invocation);
  await tell(told.value, invocation);
  return EXIT_CODES.ok;
}

interface PreparedFork {
  readonly run: ListedRun;
  readonly loaded: LoadedPlan;
  readonly fork: DurableForkOptions;
}

/** Finds the run, loads its plan with the edited parameters and opens its hosts. */
async function prepare(
  word: string,
  edited: LoadedPlan["params"],
  { data, invocation }: { readonly data: DataRuns; readonly invocation: Invocation<ForkOptions> },
): Promise<Result<PreparedFork, readonly CodedError[]>> {
  const { options, context } = invocation;
  const run = findRun(word, await data.access.list());
  if (!run.ok) return err([run.error]);
  const source = readSource(run.value);
  if (source === undefined) return err([noFile(run.value)]);
  const { folder, fleetFile } = source;
  const given = { ...source.given, ...edited };
  const loaded = await loadPlan(source.text, given, { ...context, folder });
  if (!loaded.ok) return loaded;
  const { plan, params } = loaded.value;
  if (!isPlan(plan.source)) return err([noFile(run.value)]);
  const fleet = await data.openFleet(fleetFile);
  if (!fleet.ok) return fleet;
  const opened = fleet.value;
  const now = await runSourceOf(loaded.value, { folder, ...(fleetFile === undefined ? {} : { fleetFile }) });
  const { from, reason, maxParallel, rollback, allowIrreversible } = options;
  return ok({
    run: run.value,
    loaded: loaded.value,
    fork: {
      plan: {
        plan: plan.source,
        given: { params, readsText: true },
        ...(opened === undefined ? {} : { fleet: opened, close: async () => opened[Symbol.asyncDispose]() }),
      },
      source: { ...now },
      isSameCode: now.hash === source.hash,
      actor: actorOf(context.env),
      ...(from === undefined ? {} : { from }),
      ...(reason === undefined ? {} : { reason }),
      ...(maxParallel === undefined ? {} : { maxParallel }),
      ...(rollback === undefined ? {} : { rollback }),
      ...(allowIrreversible === undefined ? {} : { allowIrreversible }),
    },
  });
}

async function forkHere(
  { run, loaded, fork }: PreparedFork,
  { data, invocation }: { readonly data: DataRuns; readonly invocation: Invocation<ForkOptions> },
): Promise<ExitCode> {
  const shown = {
    plan: loaded.plan.compiled,
    planPath: loaded.reference.path,
    execute: { ...invocation, isDryRun: false },
  };
  const ended = await showRun(shown, async (observer) => {
    const started = await data.runs.fork(run.runId, { ...fork, observer });
    return started.ok ? startedHere(started.value, data) : started;
  });
  if (!ended.ok) {
    await data[Symbol.asyncDispose]();
    return refuse(ended.error, invocation);
  }
  await writeReport(ended.value, undefined, invocation);
  return exitCodeOf(ended.value.view);
}

async function tell({ adopted, again }: ForkPreview, { options, context }: Invocation<ForkOptions>): Promise<void> {
  if (isDataFormat(options.output)) {
    await writeData({ version: 1, dryRun: true, adopted, again }, options.output, context.stdout);
    return;
  }
  const lines: Line[] = [
    [span("Nothing was started.", "bold"), " A fork would"],
    [`  take over ${namesOf(adopted)}`],
    [`  run ${namesOf(again)}`],
  ];
  printLines(lines, { options, context });
}

function namesOf(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : "";
  return `${names.length}: ${names.slice(0, NAMES_MAX).join(", ")}${more}`;
}

function noFile({ runId, plan }: ListedRun): CodedError {
  return codedError(
    "DRV_RUN_PLAN_MISSING",
    `Cannot fork ${runId}: plan "${plan}" did not come from a file that can be loaded again`,
    { hint: "Fork it in the program that started it: see DurableRuns.fork" },
  );
}
