import { driftOf, type DriftReport } from "../../report/drift.ts";
import { driftDocument } from "../../report/drift-document.ts";
import { driftLines } from "../../report/drift-text.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { recapLines } from "../../report/recap-text.ts";
import { reportDocument } from "../../report/report-document.ts";
import type { Report } from "../../report/report.ts";
import { printLines, styleFor } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import { lastRun } from "../last-run.ts";
import type { LoadedPlan } from "../plan-module.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";
import type { RunOptions } from "./run.ts";

export interface DriftCommandOptions extends RunOptions {
  readonly repair?: boolean;
}

/**
 * `drover drift FILE [name=value …]`: compares what was deployed with what is there, and with `--repair` brings back what
 * differs. Exits with 2 when something has drifted and was not repaired.
 */
export async function driftCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<DriftCommandOptions>,
): Promise<ExitCode> {
  return withPlan({ file, parameters }, invocation, async (loaded) => {
    const { options, context } = invocation;
    const inspected = await executePlan(loaded, { options: quietData(options), context, isDryRun: true });
    if (!inspected.ok) return refuse(inspected.error, invocation);
    const drift = await driftReport(loaded, inspected.value, invocation);
    const code = exitCodeOf(inspected.value.view);
    const isRepairing = options.repair === true && drift.counts.drifted + drift.counts.missing > 0;
    if (code !== EXIT_CODES.ok || !isRepairing) {
      await writeDrift(drift, undefined, invocation);
      return code === EXIT_CODES.ok && drift.hasDrift ? EXIT_CODES.planHasChanges : code;
    }
    return await repair(loaded, drift, invocation);
  });
}

/** Events of the inspection are no data of this command. */
function quietData(options: DriftCommandOptions): DriftCommandOptions {
  return options.output === "ndjson" ? { ...options, output: "json" } : options;
}

async function driftReport(
  { plan, reference }: LoadedPlan,
  inspected: Report,
  { context }: Invocation<DriftCommandOptions>,
): Promise<DriftReport> {
  const last = await lastRun(reference.path, context);
  return driftOf(inspected.view, { plan: plan.compiled, ...(last.ok ? { deployed: last.value.view } : {}) });
}

async function repair(
  loaded: LoadedPlan,
  drift: DriftReport,
  invocation: Invocation<DriftCommandOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  if (!isDataFormat(options.output)) await writeDrift(drift, undefined, invocation);
  // A task that was never deployed on one of its hosts is not repaired on the others either.
  const unmanaged = new Set(drift.entries.filter(({ state }) => state === "unmanaged").map(({ task }) => task));
  const execute = { options: quietData(options), context, isDryRun: false, repairs: { leavesOut: unmanaged } };
  const ended = await executePlan(loaded, execute);
  if (!ended.ok) return refuse(ended.error, invocation);
  if (isDataFormat(options.output)) await writeDrift(drift, ended.value, invocation);
  else {
    const style = styleFor(context.stdout, options, context);
    printLines([[], ...recapLines(ended.value.view, { style })], invocation);
  }
  const code = exitCodeOf(ended.value.view);
  return code === EXIT_CODES.ok && unmanaged.size > 0 ? EXIT_CODES.planHasChanges : code;
}

async function writeDrift(
  drift: DriftReport,
  repaired: Report | undefined,
  { options, context }: Invocation<DriftCommandOptions>,
): Promise<void> {
  if (isDataFormat(options.output)) {
    const document = {
      ...driftDocument(drift),
      ...(repaired === undefined ? {} : { repair: reportDocument(repaired) }),
    };
    return writeData(document, options.output, context.stdout);
  }
  const style = styleFor(context.stdout, options, context);
  printLines([[], ...driftLines(drift, { style })], { options, context });
}
