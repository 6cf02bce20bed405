import { resolve } from "node:path";
import { codedError, DroverError, type CodedError } from "../../base/coded-error.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import { fleetFromFile, localFleet } from "../../library/local-fleet.ts";
import { conditionsOf } from "../../operation/conditions.ts";
import { factsAsJson } from "../../operation/fact-value.ts";
import type { Facts } from "../../operation/facts.ts";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import { span, type Line } from "../../report/line.ts";
import { padEnd } from "../../report/text-width.ts";
import { printLines, type CommonOptions } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { printProblems } from "../problem-text.ts";
import { refuse, type Invocation } from "../with-plan.ts";

export interface FactsOptions extends CommonOptions {
  readonly fleet?: string;
  readonly host?: string;
}

const GIBIBYTE = 1024 ** 3;

/** `drover facts`: what the hosts of a fleet say about themselves, and what is wrong with them. */
export async function factsCommand(invocation: Invocation<FactsOptions>): Promise<ExitCode> {
  const { options, context } = invocation;
  try {
    const file = options.fleet === undefined ? undefined : resolve(context.folder, options.fleet);
    await using fleet = file === undefined ? localFleet() : await fleetFromFile(file);
    return await showFacts(fleet, invocation);
  } catch (thrown) {
    if (thrown instanceof DroverError) return refuse(thrown.errors, invocation);
    throw thrown;
  }
}

async function showFacts(fleet: Fleet, { options, context }: Invocation<FactsOptions>): Promise<ExitCode> {
  const names = fleet.hosts().map(({ name }) => name);
  const wanted = options.host === undefined ? names : names.filter((name) => name === options.host);
  if (wanted.length === 0) {
    const message = `Cannot read facts: host ${JSON.stringify(options.host)} is not in the fleet`;
    const hint = `Its hosts are ${names.slice(0, 10).join(", ")}`;
    printProblems([codedError("DRV_CLI_NOTHING_FOUND", message, { hint })], context, options);
    return EXIT_CODES.usage;
  }
  const answers = await Promise.all(wanted.map(async (name) => ({ name, facts: await fleet.facts(name) })));
  const problems: CodedError[] = answers.flatMap(({ facts }) => (facts.ok ? [] : [facts.error]));
  const found = answers.flatMap(({ name, facts }) => (facts.ok ? [{ name, facts: facts.value }] : []));
  if (isDataFormat(options.output)) {
    const rows = found.map(({ name, facts }) => ({
      host: name,
      facts: factsAsJson(facts),
      conditions: conditionsOf(facts).map(({ type, reason }) => ({ type, reason })),
    }));
    await writeData(rows, options.output, context.stdout);
  } else printLines(found.flatMap(factLines), { options, context });
  if (problems.length > 0) printProblems(problems, context, options);
  return problems.length > 0 ? EXIT_CODES.unreachable : EXIT_CODES.ok;
}

function factLines({ name, facts }: { readonly name: string; readonly facts: Facts }): readonly Line[] {
  const rows = rowsOf(facts);
  const columns = Math.max(...rows.map(([title]) => title.length));
  return [
    [span(name, "bold")],
    ...rows.map(([title, value]): Line => [span(`  ${padEnd(title, columns)}  `, "dim"), value]),
    ...conditionsOf(facts).map(({ type, reason }): Line => [span(`  ${type}: ${reason}`, "yellow")]),
    [],
  ];
}

function rowsOf(facts: Facts): readonly (readonly [string, string])[] {
  const { os, memory, load } = facts;
  const labels = Object.entries(facts.labels).map(([key, value]) => `${key}=${value}`);
  return [
    ["name", facts.fqdn],
    ["system", `${os.distribution} ${os.version} (${os.family}), kernel ${facts.kernel}, ${facts.architecture}`],
    ["processors", String(facts.cpuCount)],
    ["load", `${load.one} ${load.five} ${load.fifteen}`],
    ["memory", `${gibibytes(memory.totalBytes)}, ${gibibytes(memory.availableBytes)} free`],
    ...facts.disks.map(
      ({ mount, totalBytes, freeBytes }) =>
        [`disk ${mount}`, `${gibibytes(totalBytes)}, ${gibibytes(freeBytes)} free`] as const,
    ),
    ...facts.interfaces.map(({ name, addresses }) => [`network ${name}`, addresses.join(", ")] as const),
    ["managers", `services ${facts.serviceManager}, packages ${facts.packageManager}`],
    ["container", facts.isContainer ? "yes" : "no"],
    ...(labels.length === 0 ? [] : [["labels", labels.join(", ")] as const]),
    ...Object.entries(facts.custom).map(([key, value]) => [`custom ${key}`, JSON.stringify(value)] as const),
  ];
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}
