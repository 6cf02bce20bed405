import { join } from "node:path";
import { codedError, type CodedError } from "../../base/coded-error.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { TaskView } from "../../engine/run-view.ts";
import { whereText } from "../../definition/where-text.ts";
import { findOperation } from "../../operation/catalog.ts";
import { paramsJsonSchema } from "../../operation/describe.ts";
import type { OperationSpec } from "../../operation/spec.ts";
import { valueFromText } from "../../plan/param-text.ts";
import { exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { printableLines } from "../../report/printable.ts";
import { printLines } from "../command-options.ts";
import { isDataFormat } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import { gatherParameters } from "../given-parameters.ts";
import type { LoadedPlan } from "../plan-module.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import { writeReport, type RunOptions } from "./run.ts";

export interface ExecOptions extends RunOptions {
  /** Hosts to run on. Default: any one. */
  readonly target?: string;
  /** A condition over the hosts, instead of a target. */
  readonly where?: string;
}

/** What is to be done once. */
interface Call {
  readonly operation: string;
  readonly params: JsonObject;
}

const NAME = "exec";

/**
 * `drover exec OPERATION [name=value …]`, or `drover exec -- COMMAND [ARGUMENT …]`: one operation on the hosts of a target,
 * without a plan. Nothing is kept of it but what `drover why` tells.
 *
 * @param command the words behind `--`, when there was one
 */
export async function execCommand(
  words: readonly string[],
  command: readonly string[] | undefined,
  invocation: Invocation<ExecOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const call = command === undefined ? await operationCall(words, invocation) : commandCall(words, command);
  if (!call.ok) return refuse(call.error, invocation);
  const loaded = await planOf(call.value, invocation);
  if (!loaded.ok) return refuse(loaded.error, invocation);
  const isDryRun = options.dryRun === true;
  const ended = await executePlan(loaded.value, { options: { ...options, ephemeral: true }, context, isDryRun });
  if (!ended.ok) return refuse(ended.error, invocation);
  if (!isDataFormat(options.output)) printLines(answerLines(ended.value.view.task(0)), invocation);
  await writeReport(ended.value, undefined, invocation);
  return exitCodeOf(ended.value.view);
}

async function operationCall(
  [operation, ...words]: readonly string[],
  { options, context }: Invocation<ExecOptions>,
): Promise<Result<Call, readonly CodedError[]>> {
  if (operation === undefined) return err([nothingToDo()]);
  const given = await gatherParameters(words, options, context.folder);
  const found = findOperation(operation);
  if (!found.ok) return err([found.error, ...(given.ok ? [] : given.error)]);
  return given.ok ? ok({ operation: found.value.name, params: typedParams(given.value, found.value) }) : given;
}

/** Texts become what the parameter of the operation is. A list may be given as one text. */
function typedParams(given: JsonObject, spec: OperationSpec): JsonObject {
  const properties = paramsJsonSchema(spec)["properties"];
  const entries = Object.entries(given).map(([name, value]): [string, JsonValue] => {
    const property = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const type = isJsonObject(property) ? property["type"] : undefined;
    return [name, typeof value === "string" ? valueFromText(value, type) : value];
  });
  return Object.fromEntries(entries);
}

function commandCall(before: readonly string[], words: readonly string[]): Result<Call, readonly CodedError[]> {
  const [program, ...args] = words;
  if (program === undefined) return err([nothingToDo()]);
  if (before.length === 0) return ok({ operation: "command.exec", params: { command: program, args } });
  const message = `Cannot understand the command line: ${JSON.stringify(before[0]?.slice(0, 80))} stands before --`;
  return err([codedError("DRV_CLI_USAGE", message, { hint: "Name an operation, or write the command behind --" })]);
}

function nothingToDo(): CodedError {
  return codedError("DRV_CLI_USAGE", "Cannot understand the command line: nothing is said to do", {
    hint: "Name an operation, as in drover exec node.uptime; or write a command: drover exec -- uptime",
  });
}

async function planOf(
  { operation, params }: Call,
  { options, context }: Invocation<ExecOptions>,
): Promise<Result<LoadedPlan, readonly CodedError[]>> {
  const { Plan } = await import("../../library/plan.ts");
  const plan = new Plan(NAME);
  const target = options.where === undefined ? (options.target ?? "_any") : whereText(options.where);
  plan.task({ operation, params, target });
  const port = await context.openRunPort();
  const compiled = port.compile(plan);
  if (compiled?.ok !== true) return err(compiled === undefined ? [nothingToDo()] : compiled.error);
  const reference = { path: join(context.folder, NAME), exportName: "default", text: NAME };
  return ok({ plan: compiled.value, reference, params: {}, given: {} });
}

/** What each host answered; hosts with the same answer stand together. */
function answerLines({ data, hostResults }: TaskView): readonly Line[] {
  const answers = hostResults.map(({ hostname, data: own }) => ({ hostname, text: answerText(own) }));
  const all = answers.length === 0 ? [{ hostname: "", text: answerText(data) }] : answers;
  const groups = Map.groupBy(
    all.filter(({ text }) => text !== ""),
    ({ text }) => text,
  );
  return [...groups].flatMap(([text, hosts]): readonly Line[] => {
    const names = hosts.map(({ hostname }) => hostname).join(", ");
    const head: readonly Line[] = names === "" ? [] : [[span(names, "bold")]];
    return [...head, ...printableLines(text).map((line): Line => [names === "" ? line : `  ${line}`])];
  });
}

/** The output of a program as it is; anything else as JSON. */
function answerText(data: JsonValue | undefined): string {
  if (data === undefined || data === null) return "";
  if (!isJsonObject(data)) return isJsonArray(data) || typeof data !== "string" ? JSON.stringify(data) : data;
  const { stdout, stderr } = data;
  if (typeof stdout !== "string") return JSON.stringify(data, undefined, 2);
  return [stdout, typeof stderr === "string" ? stderr : ""]
    .map((text) => text.trimEnd())
    .filter(Boolean)
    .join("\n");
}
