import { z } from "zod";
import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonObject } from "../base/json.ts";
import { err, type Result } from "../base/result.ts";
import type { RunRecord } from "../runner/run-record.ts";
import type { CliContext } from "./cli-context.ts";
import { moduleHash } from "./module-hash.ts";
import { loadPlan, type LoadedPlan } from "./plan-module.ts";

/** Where the plan of a durable run came from, as the log keeps it. */
export interface RunSource {
  readonly kind: "file";
  /** Absolute path of the module or plan file. */
  readonly path: string;
  /** As the person wrote it, with the name of an export. */
  readonly text: string;
  /** Folder the person was in. */
  readonly folder: string;
  /** Of the file and what it imports. */
  readonly hash: string;
  /** Parameters as they were given. */
  readonly given: JsonObject;
  readonly fleetFile?: string;
}

export const runSourceSchema = z.object({
  kind: z.literal("file"),
  path: z.string(),
  text: z.string(),
  folder: z.string(),
  hash: z.string(),
  given: z.record(z.string(), z.json()),
  fleetFile: z.string().optional(),
});

/** Describes where a plan that is about to run came from. */
export async function runSourceOf(
  { reference, given }: LoadedPlan,
  place: { readonly folder: string; readonly fleetFile?: string },
): Promise<RunSource> {
  const { path, text } = reference;
  return {
    kind: "file",
    path,
    text,
    folder: place.folder,
    hash: await moduleHash(path),
    given,
    ...(place.fleetFile === undefined ? {} : { fleetFile: place.fleetFile }),
  };
}

/** What the log says about where a plan came from; `undefined` when it was not a file. */
export function readSource({ source }: RunRecord): RunSource | undefined {
  const parsed = runSourceSchema.safeParse(source);
  if (!parsed.success) return undefined;
  return sourceOf(parsed.data);
}

/** What was read, without members that are not there. */
export function sourceOf({ fleetFile, ...rest }: z.infer<typeof runSourceSchema>): RunSource {
  return fleetFile === undefined ? rest : { ...rest, fleetFile };
}

/**
 * Loads the plan of a run again.
 * @returns the plan, or why not: `DRV_RUN_PLAN_CHANGED` when the file, or a file it imports, is another; `DRV_CLI_PLAN_…`
 */
export async function loadAgain(
  record: RunRecord,
  source: RunSource,
  context: Pick<CliContext, "openRunPort">,
): Promise<Result<LoadedPlan, readonly CodedError[]>> {
  if ((await moduleHash(source.path)) !== source.hash) return err([changed(record, source)]);
  return loadPlan(source.text, source.given, { ...context, folder: source.folder });
}

function changed({ runId }: RunRecord, { path }: RunSource): CodedError {
  return codedError(
    "DRV_RUN_PLAN_CHANGED",
    `Cannot go on with ${runId}: ${JSON.stringify(path)}, or a module it imports, has changed since the run was started`,
  );
}
