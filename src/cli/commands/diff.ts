import { canonicalJson, toJson, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { viewOfSnapshot } from "../../report/snapshot.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import type { DataOptions } from "../data-folder.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { loadPlan } from "../plan-module.ts";
import { isPlanFileName } from "../plan-source.ts";
import { printable } from "../../report/printable.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import { openRun } from "./show.ts";

export interface DiffOptions extends CommonOptions, DataOptions {
  readonly detailedExitcode?: boolean;
}

/** One side of a comparison: what there is, by what it is called. */
interface Side {
  readonly title: string;
  readonly facts: ReadonlyMap<string, JsonValue>;
}

interface Difference {
  readonly what: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

const MODULE_NAME = /\.(?:[cm]?ts|[cm]?js)(?:#.+)?$/;
/** Characters of one value that are shown. */
const VALUE_LENGTH_MAX = 70;

/** `drover diff ONE OTHER`: what differs between two runs, or between two plans. */
export async function diffCommand(
  [one, other]: readonly [string, string],
  invocation: Invocation<DiffOptions>,
): Promise<ExitCode> {
  const sides = [await sideOf(one, invocation), await sideOf(other, invocation)] as const;
  const [before, after] = sides;
  if (!before.ok || !after.ok)
    return refuse(
      sides.flatMap((side) => (side.ok ? [] : side.error)),
      invocation,
    );
  const differences = differencesOf(before.value.facts, after.value.facts);
  const { options, context } = invocation;
  if (isDataFormat(options.output)) {
    const titles = { before: before.value.title, after: after.value.title };
    const document: JsonObject = { version: 1, ...titles, differences: differences.map((one_) => ({ ...one_ })) };
    await writeData(document, options.output, context.stdout);
  } else printLines(linesOf(before.value, after.value, differences), invocation);
  return differences.length > 0 && options.detailedExitcode === true ? EXIT_CODES.planHasChanges : EXIT_CODES.ok;
}

/** A file is a plan, any other word a run. */
async function sideOf(word: string, invocation: Invocation<DiffOptions>): Promise<Result<Side, readonly CodedError[]>> {
  return isPlanFileName(word) || MODULE_NAME.test(word) ? planSide(word, invocation) : runSide(word, invocation);
}

async function planSide(word: string, { context }: Invocation): Promise<Result<Side, readonly CodedError[]>> {
  const loaded = await loadPlan(word, {}, context);
  if (!loaded.ok) return loaded;
  const { planDocument } = await import("../plan-document.ts");
  const { tasks, plan, fingerprint } = planDocument(loaded.value.plan.compiled);
  const facts = new Map<string, JsonValue>([["plan", plan]]);
  for (const { name, ...rest } of tasks) {
    for (const [member, value] of Object.entries(rest)) facts.set(`task ${name}: ${member}`, value);
  }
  facts.set("fingerprint", fingerprint);
  return ok({ title: `plan ${word}`, facts });
}

async function runSide(
  word: string,
  invocation: Invocation<DiffOptions>,
): Promise<Result<Side, readonly CodedError[]>> {
  const found = await openRun(word, invocation);
  if (!found.ok) return found;
  const { run, snapshot } = found.value;
  const view = viewOfSnapshot(snapshot);
  const facts = new Map<string, JsonValue>([
    ["plan", view.planName],
    ["fingerprint", run.fingerprint ?? ""],
    ["verdict", run.verdict ?? "unfinished"],
  ]);
  for (let index = 0; index < view.taskCount; index++) {
    const task = view.task(index);
    facts.set(`task ${task.name}`, task.status);
    if (task.error !== undefined) facts.set(`task ${task.name}: error`, task.error.code);
    for (const { hostname, status } of task.hostResults) facts.set(`task ${task.name} on ${hostname}`, status);
    const changes = toJson(task.changes ?? [], { bytesMax: Number.MAX_SAFE_INTEGER });
    if (changes.ok && task.changes !== undefined) facts.set(`task ${task.name}: changes`, changes.value);
  }
  if (view.taskCount === 0) return err([]);
  return ok({ title: `${view.runId}, plan "${view.planName}"`, facts });
}

/** In the order of the first, then what only the second has. */
function differencesOf(
  before: ReadonlyMap<string, JsonValue>,
  after: ReadonlyMap<string, JsonValue>,
): readonly Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((what): readonly Difference[] => {
    const [one, other] = [before.get(what), after.get(what)];
    if (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other)) return [];
    return [{ what, ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) }];
  });
}

function linesOf(before: Side, after: Side, differences: readonly Difference[]): readonly Line[] {
  const head: readonly Line[] = [[span("- ", "red"), before.title], [span("+ ", "green"), after.title], []];
  if (differences.length === 0) return [...head, ["Nothing differs"]];
  return [
    ...head,
    ...differences.flatMap(({ what, before: one, after: other }): readonly Line[] => [
      [span(printable(what), "bold")],
      ...(one === undefined ? [] : [["  ", span(`- ${shown(one)}`, "red")]]),
      ...(other === undefined ? [] : [["  ", span(`+ ${shown(other)}`, "green")]]),
    ]),
  ];
}

function shown(value: JsonValue): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
}
