import { randomUUID } from "node:crypto";
import { codedError, type CodedError } from "../../base/coded-error.ts";
import { toJson, type JsonValue } from "../../base/json.ts";
import { RESULT_BYTES_MAX } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { didYouMean } from "../../base/suggest.ts";
import type { Command } from "../../engine/commands.ts";
import type { RunView } from "../../engine/run-view.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { viewOfSnapshot } from "../../report/snapshot.ts";
import { actorOf } from "../actor.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { dataFolderOf, type DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { openRunsAccess } from "../data-runs.ts";
import { findRun } from "../find-run.ts";
import { previewDocument, previewLines } from "../preview-lines.ts";
import { printProblems } from "../problem-text.ts";
import type { ListedRun, RunsAccess } from "../runs-access.ts";
import { isDecision, type VerbInput, type VerbSpec } from "../verb-specs.ts";
import type { Invocation } from "../with-plan.ts";

export interface VerbOptions extends CommonOptions, DataOptions {
  readonly reason?: string;
  readonly expectVersion?: number;
  readonly dryRun?: boolean;
  readonly host?: string;
  readonly json?: string;
  readonly unchanged?: boolean;
  readonly id?: string;
  /** False: only write the command down. */
  readonly wait?: boolean;
}

/** `drover cancel RUN`, `drover retry RUN [TASK]`, …: gives a run a command, through whoever drives it. */
export async function verbCommand(
  verb: VerbSpec,
  words: readonly string[],
  invocation: Invocation<VerbOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const followed = await follow(verb, words, invocation);
  if (!followed.ok) {
    printProblems(followed.error, context, options);
    return followed.error.every(({ code }) => code.startsWith("DRV_RUN_") && code !== "DRV_RUN_UNKNOWN")
      ? EXIT_CODES.decisionNeeded
      : EXIT_CODES.usage;
  }
  const { run, isOpen, isRemote } = followed.value;
  if (options.dryRun === true || !isOpen || isRemote) return EXIT_CODES.ok;
  if (verb.drives && options.wait !== false) {
    const { resumeCommand } = await import("./resume.ts");
    return resumeCommand(run.runId, { options, context });
  }
  if (!isDataFormat(options.output)) {
    printLines([[`Nobody drives it now. Go on with: drover resume ${run.runId}`]], { options, context });
  }
  return EXIT_CODES.ok;
}

interface Followed {
  readonly run: ListedRun;
  readonly isRemote: boolean;
  /** Whether there is work left in the run. */
  readonly isOpen: boolean;
}

async function follow(
  verb: VerbSpec,
  words: readonly string[],
  invocation: Invocation<VerbOptions>,
): Promise<Result<Followed, readonly CodedError[]>> {
  const { options, context } = invocation;
  const [runWord = "", ...rest] = words;
  const json = readJson(options.json);
  if (!json.ok) return err([json.error]);
  const opened = await openRunsAccess(dataFolderOf(options, context), context);
  if (!opened.ok) return opened;
  await using access = opened.value;
  const run = findRun(runWord, await access.list());
  if (!run.ok) return err([run.error]);
  const snapshot = await access.snapshot(run.value.runId);
  if (!snapshot.ok) return err([snapshot.error]);
  const input = inputOf(verb, rest, { view: viewOfSnapshot(snapshot.value), json: json.value, invocation });
  if (!input.ok) return err([input.error]);
  return await give(verb.command(input.value), {
    verb,
    run: run.value,
    version: snapshot.value.controlVersion,
    access,
    invocation,
  });
}

async function give(
  command: Command,
  {
    verb,
    run,
    version,
    access,
    invocation,
  }: {
    readonly verb: VerbSpec;
    readonly run: ListedRun;
    /** Control version of the run before. */
    readonly version: number | undefined;
    readonly access: RunsAccess;
    readonly invocation: Invocation<VerbOptions>;
  },
): Promise<Result<Followed, readonly CodedError[]>> {
  const { options, context } = invocation;
  const { runId } = run;
  const { isRemote } = access;
  if (options.dryRun === true) {
    const preview = await access.preview(runId, command);
    if (!preview.ok) return err([preview.error]);
    if (isDataFormat(options.output)) await writeData(previewDocument(preview.value), options.output, context.stdout);
    else printLines(previewLines(runId, preview.value), { options, context });
    return ok({ run, isRemote, isOpen: false });
  }
  const rejection = await access.command(runId, command);
  if (rejection !== undefined) return err([rejection]);
  const after = await access.snapshot(runId);
  const isOpen = after.ok && after.value.phase !== "finished";
  // Every command that is followed counts, but for one that says what was said before.
  const isRepeated = after.ok && version !== undefined && after.value.controlVersion === version;
  if (isDataFormat(options.output)) {
    await writeData(
      { version: 1, run: runId, command: command.type, isOpen, isDriven: isRemote, isRepeated },
      options.output,
      context.stdout,
    );
  } else {
    const done = isRepeated ? `${runId} had this before: nothing was written` : `${runId} ${verb.done}`;
    printLines([[done]], { options, context });
  }
  return ok({ run, isRemote, isOpen });
}

function inputOf(
  verb: VerbSpec,
  words: readonly string[],
  given: { readonly view: RunView; readonly json: JsonValue | undefined; readonly invocation: Invocation<VerbOptions> },
): Result<VerbInput, CodedError> {
  const { view, json, invocation } = given;
  const { options, context } = invocation;
  const { reason, expectVersion, host } = options;
  const takesTask = verb.words.some((word) => word === "task" || (word === "[task]" && words.length > 0));
  const task = takesTask ? taskOf(words[0] ?? "", view) : ok(-1);
  if (!task.ok) return task;
  const word = words.at(-1) ?? "";
  if (verb.name === "settle" && !isDecision(word)) {
    return err(usage(`the decision is ${JSON.stringify(word.slice(0, 50))}, and rerun, succeeded or failed is needed`));
  }
  const unit = host === undefined ? ok(0) : unitOf(host, task.value, view);
  if (!unit.ok) return unit;
  return ok({
    task: task.value,
    unit: unit.value,
    word,
    json,
    isUnchanged: options.unchanged === true,
    id: options.id ?? randomUUID(),
    by: {
      actor: actorOf(context.env),
      ...(reason === undefined ? {} : { reason }),
      ...(expectVersion === undefined ? {} : { expectedVersion: expectVersion }),
    },
  });
}

function taskOf(name: string, view: RunView): Result<number, CodedError> {
  const at = view.indexOf(name);
  if (at !== undefined) return ok(view.task(at).index);
  const names = Array.from({ length: view.taskCount }, (_, index) => view.task(index).name);
  const message = `Cannot find task ${JSON.stringify(name.slice(0, 200))}: ${view.runId} has none of that name`;
  const hint = didYouMean(name, names);
  return err(codedError("DRV_CLI_TASK_UNKNOWN", message, hint === undefined ? {} : { hint }));
}

function unitOf(host: string, task: number, view: RunView): Result<number, CodedError> {
  const hosts = task < 0 ? [] : view.task(task).hostResults.map(({ hostname }) => hostname);
  const unit = hosts.indexOf(host);
  if (unit !== -1) return ok(unit);
  return err(
    usage(`the task has no host ${JSON.stringify(host.slice(0, 100))}; it has ${hosts.slice(0, 10).join(", ")}`),
  );
}

function readJson(text: string | undefined): Result<JsonValue | undefined, CodedError> {
  if (text === undefined) return ok(undefined);
  try {
    const parsed: unknown = JSON.parse(text);
    const value = toJson(parsed, { bytesMax: RESULT_BYTES_MAX });
    return value.ok ? ok(value.value) : err(usage(`--json holds ${value.defect.found} at ${value.defect.path}`));
  } catch (thrown) {
    return err(usage(`--json is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`));
  }
}

function usage(found: string): CodedError {
  return codedError("DRV_CLI_USAGE", `Cannot understand the command line: ${found}`);
}
