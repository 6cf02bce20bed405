import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { codedError, DroverError, type CodedError } from "../../base/coded-error.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { fleetFromFile, localFleet } from "../../library/local-fleet.ts";
import { factsAsJson } from "../../operation/fact-value.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { printable } from "../../report/printable.ts";
import { printLines } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { gatherOrigins } from "../given-parameters.ts";
import { loadPlan } from "../plan-module.ts";
import { parameterCandidates, type Candidate } from "../parameter-candidates.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import type { ExplainOptions } from "./explain.ts";

/** What a name stands for: the value, and everything that could have given it, the winner first. */
interface ExplainedValue {
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

const USUAL_NAMES = ["plan.yml", "plan.yaml", "plan.json", "plan.ts"];

/**
 * `drover explain var NAME [PLAN] [name=value …] [--host H]`: the value of a name that expressions use, where it comes from,
 * and what it won over. Values of secret parameters are not shown.
 */
export async function explainValue(
  words: readonly string[],
  invocation: Invocation<ExplainOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const [name, ...rest] = words;
  if (name === undefined || name.includes("=")) return refuse([noName()], invocation);
  const found = name.startsWith("host.")
    ? await hostValue(name, invocation)
    : await parameterValue(name.replace(/^params\./, ""), rest, invocation);
  if (!found.ok) return refuse(found.error, invocation);
  if (isDataFormat(options.output)) await writeData(documentOf(found.value), options.output, context.stdout);
  else printLines(linesOf(found.value), invocation);
  return EXIT_CODES.ok;
}

async function parameterValue(
  name: string,
  words: readonly string[],
  { options, context }: Invocation<ExplainOptions>,
): Promise<Result<ExplainedValue, readonly CodedError[]>> {
  const [first] = words;
  const isNamed = first !== undefined && !first.includes("=");
  const file = isNamed ? first : await usualPlan(context.folder);
  if (file === undefined) return err([noPlan()]);
  const origins = await gatherOrigins(isNamed ? words.slice(1) : words, options, context.folder);
  if (!origins.ok) return origins;
  const given = Object.fromEntries(origins.value.flatMap(({ values }) => Object.entries(values)));
  const loaded = await loadPlan(file, given, context);
  if (!loaded.ok) return loaded;
  const candidates = parameterCandidates(name, { plan: loaded.value.plan.compiled, file, origins: origins.value });
  if (candidates === undefined) return err([unknownName(name, loaded.value.plan.compiled.name)]);
  return ok({ name: `params.${name}`, candidates });
}

async function usualPlan(folder: string): Promise<string | undefined> {
  for (const name of USUAL_NAMES) {
    const found = await stat(resolve(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) return name;
  }
  return undefined;
}

/** `host.name`, `host.labels.role`, `host.facts.os.family`: from the fleet file, or from the host itself. */
async function hostValue(
  name: string,
  { options, context }: Invocation<ExplainOptions>,
): Promise<Result<ExplainedValue, readonly CodedError[]>> {
  try {
    const file = options.fleet === undefined ? undefined : resolve(context.folder, options.fleet);
    await using fleet = file === undefined ? localFleet() : await fleetFromFile(file);
    const hosts = fleet.hosts();
    const host =
      options.host === undefined && hosts.length === 1 ? hosts[0] : hosts.find((one) => one.name === options.host);
    if (host === undefined)
      return err([
        whichHost(
          options.host,
          hosts.map((one) => one.name),
        ),
      ]);
    const [, kind = "", ...path] = name.split(".");
    const place = options.fleet ?? "this machine";
    if (kind === "name") return ok({ name, candidates: [{ value: host.name, origin: place }] });
    const facts = kind === "facts" ? await fleet.facts(host.name) : undefined;
    if (facts?.ok === false) return err([facts.error]);
    const root: JsonValue = kind === "labels" ? host.labels : facts?.ok === true ? factsAsJson(facts.value) : {};
    const value = memberAt(root, path);
    if (value === undefined) return err([unknownName(name, host.name)]);
    return ok({
      name,
      candidates: [{ value, origin: kind === "labels" ? place : `what ${host.name} says about itself` }],
    });
  } catch (thrown) {
    if (thrown instanceof DroverError) return err(thrown.errors);
    throw thrown;
  }
}

function memberAt(root: JsonValue, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    const entries: readonly (readonly [string, JsonValue])[] = Object.entries(found);
    found = entries.find(([name]) => name === step)?.[1];
  }
  return found;
}

function documentOf({ name, candidates }: ExplainedValue): JsonObject {
  return { version: 1, name, candidates: candidates.map((candidate) => ({ ...candidate })) };
}

function linesOf({ name, candidates }: ExplainedValue): readonly Line[] {
  return candidates.map((candidate, index): Line => {
    const value =
      candidate.isSecret === true ? "(secret)" : candidate.isMissing === true ? "(no value)" : shown(candidate.value);
    const from = span(`  from ${printable(candidate.origin)}`, "dim");
    if (index === 0) return [span(name, "bold"), ` = ${value}`, from];
    return [span("  instead of ", "dim"), value, from];
  });
}

function shown(value: JsonValue | undefined): string {
  return printable(JSON.stringify(value ?? null));
}

function noName(): CodedError {
  return codedError("DRV_CLI_USAGE", "Cannot understand the command line: no name to explain is given", {
    hint: "Write a name that expressions use, such as drover explain var params.version plan.yml",
  });
}

function noPlan(): CodedError {
  const message = "Cannot explain the value: no plan is named, and the folder has none of the usual names";
  return codedError("DRV_CLI_PLAN_NOT_FOUND", message, {
    hint: "Name the plan: drover explain var params.version plan.yml",
  });
}

function unknownName(name: string, where: string): CodedError {
  const shownName = JSON.stringify(name.slice(0, 80));
  const hint = "Values of tasks are known only when a run gets there: see drover show RUN";
  const message = `Cannot explain ${shownName}: ${JSON.stringify(where)} knows no such name before a run`;
  return codedError("DRV_CLI_NOTHING_FOUND", message, { hint });
}

function whichHost(given: string | undefined, names: readonly string[]): CodedError {
  const found = given === undefined ? "--host is missing" : `host ${JSON.stringify(given)} is not in the fleet`;
  const hint = `Its hosts are ${names.slice(0, 10).join(", ")}`;
  return codedError("DRV_CLI_NOTHING_FOUND", `Cannot explain a value of a host: ${found}`, { hint });
}
