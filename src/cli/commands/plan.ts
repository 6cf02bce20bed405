import { resolve } from "node:path";
import type { CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { dryRunLines, hasChanges } from "../../report/diff-text.ts";
import { EXIT_CODES, exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { reportDocument } from "../../report/report-document.ts";
import type { Report } from "../../report/report.ts";
import { printLines, styleFor } from "../command-options.ts";
import { isDataFormat, writeData } from "../data-output.ts";
import { executePlan } from "../execute-plan.ts";
import { Observations } from "../observations.ts";
import type { LoadedPlan } from "../plan-module.ts";
import { runSourceOf } from "../run-source.ts";
import { writeSavedPlan } from "../saved-plan.ts";
import { secretNames } from "../secret-names.ts";
import { refuse, withPlan, type Invocation } from "../with-plan.ts";
import type { RunOptions } from "./run.ts";

export interface PlanOptions extends RunOptions {
  readonly detailedExitcode?: boolean;
  /** Where to save what was found, for `drover apply`. */
  readonly out?: string;
}

/** `drover plan FILE [name=value …]`: looks at the hosts and says what a run would change, changing nothing. */
export async function planCommand(
  file: string,
  parameters: readonly string[],
  invocation: Invocation<PlanOptions>,
): Promise<ExitCode> {
  return withPlan({ file, parameters }, invocation, async (loaded) => {
    const observations = new Observations();
    const ended = await executePlan(loaded, {
      ...invocation,
      isDryRun: true,
      onAttempt: (job, outcome) => observations.add(job, outcome),
    });
    if (!ended.ok) return refuse(ended.error, invocation);
    await writeFindings(ended.value, loaded, invocation);
    const code = exitCodeOf(ended.value.view);
    if (code !== EXIT_CODES.ok) return code;
    const saved = await save(loaded, observations, invocation);
    if (!saved.ok) return refuse(saved.error, invocation);
    const tellsChanges = invocation.options.detailedExitcode === true && hasChanges(ended.value.view);
    return tellsChanges ? EXIT_CODES.planHasChanges : EXIT_CODES.ok;
  });
}

/** Keeps what was shown, so that exactly that can be applied. */
async function save(
  loaded: LoadedPlan,
  observations: Observations,
  { options, context }: Invocation<PlanOptions>,
): Promise<Result<void, readonly CodedError[]>> {
  const { out, fleet, maxParallel, rollback, allowIrreversible } = options;
  if (out === undefined) return ok(undefined);
  const port = await context.openRunPort();
  const bound = port.bind(loaded.plan, loaded.params);
  if (!bound.ok) return bound;
  const { compiled } = bound.value;
  const fleetFile = fleet === undefined ? undefined : resolve(context.folder, fleet);
  const place = { folder: context.folder, ...(fleetFile === undefined ? {} : { fleetFile }) };
  const source = await runSourceOf(loaded, place);
  const names = secretNames(loaded.plan.compiled.parameters);
  const given = Object.fromEntries(Object.entries(source.given).filter(([name]) => !names.has(name)));
  const written = await writeSavedPlan(
    out,
    {
      savedAt: new Date(context.clock.nowMs()).toISOString(),
      plan: compiled.name,
      fingerprint: compiled.fingerprint(),
      source: { ...source, given },
      secrets: [...names],
      choices: { maxParallel, rollback, allowIrreversible },
      observations: observations.list(),
    },
    context.folder,
  );
  if (!written.ok) return err([written.error]);
  const again = names.size === 0 ? "" : ` ${[...names].map((name) => `${name}=…`).join(" ")}`;
  const told = isDataFormat(options.output) ? context.stderr : context.stdout;
  told.write(`Saved as ${out}; to carry out exactly this: drover apply ${out}${again}\n`);
  return ok(undefined);
}

async function writeFindings(
  report: Report,
  { plan }: LoadedPlan,
  { options, context }: Invocation<PlanOptions>,
): Promise<void> {
  if (options.output === "ndjson") return;
  if (isDataFormat(options.output)) {
    const document = { ...reportDocument(report), hasChanges: hasChanges(report.view) };
    return writeData(document, options.output, context.stdout);
  }
  const style = styleFor(context.stdout, options, context);
  printLines([[], ...dryRunLines(report.view, { style, plan: plan.compiled })], { options, context });
}
