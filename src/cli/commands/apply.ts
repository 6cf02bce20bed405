import { codedError, type CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { exitCodeOf, type ExitCode } from "../../report/exit-code.ts";
import { executePlan } from "../execute-plan.ts";
import { gatherParameters, type ParameterOptions } from "../given-parameters.ts";
import { moduleHash } from "../module-hash.ts";
import { driftSince, Observations } from "../observations.ts";
import { loadPlan, type LoadedPlan } from "../plan-module.ts";
import { readSavedPlan, type SavedPlan } from "../saved-plan.ts";
import { refuse, type Invocation } from "../with-plan.ts";
import { type RunOptions, writeReport } from "./run.ts";

export type ApplyOptions = Omit<RunOptions, "dryRun" | "fleet" | "maxParallel" | "rollback" | "allowIrreversible"> &
  ParameterOptions;

/**
 * `drover apply FILE [secret=value …]`: runs what `drover plan -o FILE` showed, and nothing else. The plan must be the same,
 * and every host must be as it was found then.
 */
export async function applyCommand(
  file: string,
  words: readonly string[],
  invocation: Invocation<ApplyOptions>,
): Promise<ExitCode> {
  const { options, context } = invocation;
  const saved = await readSavedPlan(file, context.folder);
  if (!saved.ok) return refuse([saved.error], invocation);
  const loaded = await loadSaved(saved.value, words, invocation);
  if (!loaded.ok) return refuse(loaded.error, invocation);
  const run = { ...options, ...optionsOf(saved.value) };
  const observations = new Observations();
  const inspecting = { ...run, output: run.output === "ndjson" ? ("json" as const) : run.output };
  const inspected = await executePlan(loaded.value, {
    options: inspecting,
    context,
    isDryRun: true,
    onAttempt: (job, outcome) => observations.add(job, outcome),
  });
  if (!inspected.ok) return refuse(inspected.error, invocation);
  const drifted = driftSince(saved.value.observations, observations.list());
  if (drifted.length > 0) return refuse(drifted, invocation);
  const ended = await executePlan(loaded.value, { options: run, context, isDryRun: false });
  if (!ended.ok) return refuse(ended.error, invocation);
  await writeReport(ended.value, undefined, invocation);
  return exitCodeOf(ended.value.view);
}

/** The choices that were made when the plan was saved. */
function optionsOf({ choices, source }: SavedPlan): Partial<RunOptions> {
  const { maxParallel, rollback, allowIrreversible } = choices;
  return {
    ...(source.fleetFile === undefined ? {} : { fleet: source.fleetFile }),
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(allowIrreversible === undefined ? {} : { allowIrreversible }),
  };
}

/** The plan that was saved, or why it is not that one any more. */
async function loadSaved(
  saved: SavedPlan,
  words: readonly string[],
  { options, context }: Invocation<ApplyOptions>,
): Promise<Result<LoadedPlan, readonly CodedError[]>> {
  const { source } = saved;
  const given = await gatherParameters(words, options, context.folder);
  if (!given.ok) return given;
  const others = Object.keys(given.value).filter((name) => !saved.secrets.includes(name));
  if (others.length > 0) return err(others.map((name) => notSecret(name, saved)));
  if ((await moduleHash(source.path)) !== source.hash) return err([stale(saved)]);
  const loaded = await loadPlan(
    source.text,
    { ...source.given, ...given.value },
    { ...context, folder: source.folder },
  );
  if (!loaded.ok) return loaded;
  const port = await context.openRunPort();
  const bound = port.bind(loaded.value.plan, loaded.value.params);
  if (!bound.ok) return bound;
  // What a plan includes besides modules is part of its fingerprint.
  return bound.value.compiled.fingerprint() === saved.fingerprint ? ok(loaded.value) : err([stale(saved)]);
}

function stale({ plan, savedAt }: SavedPlan): CodedError {
  const message = `Cannot apply the saved plan: plan ${JSON.stringify(plan)} has changed since it was saved at ${savedAt}`;
  return codedError("DRV_CLI_SAVED_PLAN_STALE", message);
}

function notSecret(name: string, { secrets }: SavedPlan): CodedError {
  const shown = JSON.stringify(name.slice(0, 80));
  const hint =
    secrets.length === 0
      ? "Leave it out; to change parameters, save the plan again"
      : `Only secrets are given again: ${secrets.join(", ")}`;
  const message = `Cannot apply the saved plan: parameter ${shown} is kept in it`;
  return codedError("DRV_CLI_PARAMETER_INVALID", message, { hint });
}
