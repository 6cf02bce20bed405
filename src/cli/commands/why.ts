import { resolve } from "node:path";
import { codedError, type CodedError } from "../../base/coded-error.ts";
import type { JsonObject } from "../../base/json.ts";
import { didYouMean } from "../../base/suggest.ts";
import type { RunView } from "../../engine/run-view.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import type { Line } from "../../report/line.ts";
import { errorDocument } from "../../report/report-document.ts";
import { summaryCounts } from "../../report/report.ts";
import { explanationLines } from "../../report/why-text.ts";
import { rootCauses, why, type Explanation } from "../../report/why.ts";
import { listed } from "../../report/wording.ts";
import { viewOfSnapshot } from "../../report/snapshot.ts";
import { printLines, styleFor, type CommonOptions } from "../command-options.ts";
import type { DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { lastRun, type RememberedRun } from "../last-run.ts";
import { parsePlanReference } from "../plan-module.ts";
import { printProblems } from "../problem-text.ts";
import type { ListedRun } from "../runs-access.ts";
import type { Invocation } from "../with-plan.ts";

/** Tasks explained when nobody asked for one. */
const EXPLAINED_MAX = 10;

/** `drover why [FILE] [TASK]`: why a task of the last run is in the state it is in; without a task, everything that went wrong. */
export async function whyCommand(
  words: readonly string[],
  { options, context }: Invocation<CommonOptions & DataOptions>,
): Promise<ExitCode> {
  const [first = ""] = words;
  if (first === "last" || first.startsWith("run_")) return whyRun(words, { options, context });
  const { planPath, task } = whyArguments(words, context.folder);
  const found = await lastRun(planPath, context);
  const explained = found.ok ? explain(found.value, task) : [found.error];
  if ("explanations" in explained) {
    await writeExplanations(explained, { options, context });
    return EXIT_CODES.ok;
  }
  printProblems(explained, context, options);
  return EXIT_CODES.usage;
}

/** `drover why RUN [TASK]`: of a run in the data folder, also while it goes on. */
async function whyRun(
  [word = "", task]: readonly string[],
  { options, context }: Invocation<CommonOptions & DataOptions>,
): Promise<ExitCode> {
  const { openRun } = await import("./show.ts");
  const found = await openRun(word, { options, context });
  const explained = found.ok
    ? explain({ view: viewOfSnapshot(found.value.snapshot), planPath: "" }, task)
    : found.error;
  if ("explanations" in explained) {
    await writeExplanations(explained, { options, context });
    if (found.ok && !isDataFormat(options.output)) printLines(unfinishedLines(found.value.run), { options, context });
    return EXIT_CODES.ok;
  }
  printProblems(explained, context, options);
  return EXIT_CODES.usage;
}

/** What keeps a run that is not finished, when nothing in it does. */
function unfinishedLines({ runId, verdict, isDriven }: ListedRun): readonly Line[] {
  if (verdict !== undefined) return [];
  return isDriven ? [["It goes on"]] : [[`It has not finished, and nobody drives it: drover resume ${runId}`]];
}

interface Explained {
  readonly view: RunView;
  readonly explanations: readonly Explanation[];
}

function explain({ view }: RememberedRun, task: string | undefined): Explained | readonly CodedError[] {
  const names = task === undefined ? rootCauses(view, EXPLAINED_MAX) : [task];
  const explanations = names.flatMap((name) => why(view, name) ?? []);
  if (task !== undefined && explanations.length === 0) return [unknownTask(task, view)];
  return { view, explanations };
}

async function writeExplanations({ view, explanations }: Explained, { options, context }: Invocation): Promise<void> {
  if (isDataFormat(options.output)) {
    const documents = explanations.map(explanationDocument);
    return writeData(
      options.output === "ndjson" ? documents : { version: 1, run: view.runId, explanations: documents },
      options.output,
      context.stdout,
    );
  }
  const style = styleFor(context.stdout, options, context);
  const lines: Line[] = explanations.flatMap((explanation) => explanationLines(explanation, style));
  if (lines.length === 0) {
    const said = view.phase === "finished" ? "Nothing went wrong" : "Nothing has gone wrong so far";
    lines.push([`${said} in the last run of ${view.planName}: ${summaryCounts(view)}`]);
  }
  printLines(lines, { options, context });
}

/** One word is a task unless it looks like a plan file; of two the first is the file. */
function whyArguments(
  words: readonly string[],
  folder: string,
): { readonly planPath?: string; readonly task?: string } {
  const [first, second] = words;
  if (first === undefined) return {};
  if (second !== undefined) return { planPath: resolve(parsePlanReference(first, folder).path), task: second };
  return /\.[cm]?[jt]s(?:#.*)?$/.test(first) ? { planPath: parsePlanReference(first, folder).path } : { task: first };
}

function unknownTask(task: string, view: RunView): CodedError {
  const names = Array.from({ length: view.taskCount }, (_, index) => view.task(index).name);
  const message = `Cannot explain ${JSON.stringify(task.slice(0, 200))}: the last run, of plan "${view.planName}", has no such task`;
  const hint =
    didYouMean(task, names) ??
    `Its tasks are ${listed(
      names.map((name) => JSON.stringify(name)),
      "task",
      10,
    )}`;
  return codedError("DRV_CLI_TASK_UNKNOWN", message, { hint });
}

function explanationDocument(explanation: Explanation): JsonObject {
  return {
    task: explanation.task,
    status: explanation.status,
    ...(explanation.skipCause !== undefined && { skipCause: explanation.skipCause }),
    sentence: explanation.sentence,
    values: explanation.values.map(({ name, value }) => ({ name, value })),
    errors: explanation.errors.map(({ hosts, error, reason }) => ({
      hosts,
      ...(error !== undefined && { error: errorDocument(error) }),
      ...(reason !== undefined && { reason }),
    })),
    // As deep as the explanation, which `why` bounds.
    causes: explanation.causes.map(explanationDocument),
    otherCauses: explanation.otherCauses,
  };
}
