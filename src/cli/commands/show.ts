import type { CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { OperatorWord, RunView } from "../../engine/run-view.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { recapLines } from "../../report/recap-text.ts";
import { viewOfSnapshot, type RunSnapshot } from "../../report/snapshot.ts";
import { toJson } from "../../base/json.ts";
import { printLines, styleFor, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { openRunsAccess } from "../data-runs.ts";
import { findRun } from "../find-run.ts";
import { runStateWord } from "../run-words.ts";
import type { ListedRun } from "../runs-access.ts";
import { refuse, type Invocation } from "../with-plan.ts";

export interface ShowOptions extends CommonOptions, DataOptions {}

/** Tasks listed of a run that is not finished. */
const TASKS_LISTED = 40;

export interface FoundRun {
  readonly run: ListedRun;
  readonly snapshot: RunSnapshot;
}

/** `drover show RUN`: what a run has done, is doing and waits for. */
export async function showCommand(word: string, invocation: Invocation<ShowOptions>): Promise<ExitCode> {
  const { options, context } = invocation;
  const found = await findIn(word, invocation);
  if (!found.ok) return refuse(found.error, invocation);
  const { run, snapshot: told } = found.value;
  if (!told.ok) {
    if (!isDataFormat(options.output)) printLines(untoldLines(run), invocation);
    return refuse([told.error], invocation);
  }
  const snapshot = told.value;
  if (isDataFormat(options.output)) {
    const document = toJson(snapshot, { bytesMax: Number.MAX_SAFE_INTEGER });
    if (document.ok) await writeData(document.value, options.output, context.stdout);
    return EXIT_CODES.ok;
  }
  const view = viewOfSnapshot(snapshot);
  const style = styleFor(context.stdout, options, context);
  const body = view.phase === "finished" ? recapLines(view, { style }) : openLines(view, run.isDriven);
  printLines([...headLines(run, view), [], ...body], invocation);
  return EXIT_CODES.ok;
}

/** Finds a run of the data folder, and how it stands. */
export async function openRun(
  word: string,
  { options, context }: Invocation<ShowOptions>,
): Promise<Result<FoundRun, readonly CodedError[]>> {
  const found = await findIn(word, { options, context });
  if (!found.ok) return found;
  const { run, snapshot } = found.value;
  return snapshot.ok ? ok({ run, snapshot: snapshot.value }) : err([snapshot.error]);
}

interface ListedAndTold {
  readonly run: ListedRun;
  /** How it stands, or why that cannot be told. */
  readonly snapshot: Result<RunSnapshot, CodedError>;
}

async function findIn(
  word: string,
  { options, context }: Invocation<ShowOptions>,
): Promise<Result<ListedAndTold, readonly CodedError[]>> {
  const opened = await openRunsAccess(dataFolderOf(options, context), context);
  if (!opened.ok) return opened;
  await using access = opened.value;
  const run = findRun(word, await access.list());
  if (!run.ok) return err([run.error]);
  return ok({ run: run.value, snapshot: await access.snapshot(run.value.runId) });
}

/** What is known of a run whose log cannot be read. */
function untoldLines(run: ListedRun): readonly Line[] {
  const { word, color } = runStateWord(run);
  return [
    [span(run.runId, "bold"), `  plan "${run.plan}"  `, span(word, color)],
    [`started ${new Date(run.createdAtMs).toISOString()}`],
    [span("set aside: ", "red"), "what its log holds cannot be read; the other runs go on"],
  ];
}

function headLines(run: ListedRun, view: RunView): readonly Line[] {
  const { word, color } = runStateWord(run);
  const lines: Line[] = [
    [span(view.runId, "bold"), `  plan "${view.planName}"  `, span(word, color)],
    [`started ${new Date(view.createdAtMs).toISOString()}`],
  ];
  if (view.pause !== undefined) lines.push([span("paused", "yellow"), wordText(view.pause)]);
  if (run.quarantine !== undefined) lines.push([span("set aside: ", "red"), run.quarantine.message]);
  if (run.verdict === undefined && !run.isDriven) lines.push([`nobody drives it: drover resume ${run.runId}`]);
  return lines;
}

/** Who said it, and why: ` by ada: disk is full`. */
function wordText({ actor, reason }: OperatorWord): string {
  return `${actor === undefined ? "" : ` by ${actor}`}${reason === undefined ? "" : `: ${reason}`}`;
}

/** Of a run that is not finished: counts, then what is not at its end, with the reason where there is one. */
function openLines(view: RunView, isDriven: boolean): readonly Line[] {
  const counts = Object.entries(view.counts).filter(([, count]) => count > 0);
  const lines: Line[] = [[counts.map(([status, count]) => `${count} ${status}`).join(", ")]];
  const open: Line[] = [];
  for (let index = 0; index < view.taskCount; index++) {
    const task = view.task(index);
    if (task.status === "changed" || task.status === "unchanged" || task.status === "skipped") continue;
    const lost = task.status === "running" && !isDriven ? "was running when its process ended" : undefined;
    const reason = task.reason ?? task.error?.message ?? lost;
    open.push([`  ${task.status.padEnd(10)} `, span(task.name, "bold"), reason === undefined ? "" : `  ${reason}`]);
  }
  const left = open.length - TASKS_LISTED;
  return [...lines, ...open.slice(0, TASKS_LISTED), ...(left > 0 ? [[`  … and ${left} more`]] : [])];
}
