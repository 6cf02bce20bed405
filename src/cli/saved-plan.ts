import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { RollbackMode } from "../plan/compiled-plan.ts";
import type { Observation } from "./observations.ts";
import { type RunSource, runSourceSchema, sourceOf } from "./run-source.ts";

const KIND = "drover.savedPlan";

const schema = z.object({
  kind: z.literal(KIND),
  version: z.literal(1),
  savedAt: z.string(),
  plan: z.string(),
  fingerprint: z.string(),
  source: runSourceSchema,
  secrets: z.array(z.string()),
  choices: z.object({
    maxParallel: z.int().optional(),
    rollback: z.enum(["off", "onFailure", "manual"]).optional(),
    allowIrreversible: z.boolean().optional(),
  }),
  observations: z.array(z.object({ task: z.string(), host: z.string(), hash: z.string() })),
});

/** What was decided when a plan was looked at, and what was found then. */
export interface SavedPlan {
  readonly savedAt: string;
  /** Name of the plan, for people. */
  readonly plan: string;
  readonly fingerprint: string;
  /** Where the plan came from; `given` without the secrets. */
  readonly source: RunSource;
  /** Parameters that are secret, so that they are not kept. */
  readonly secrets: readonly string[];
  readonly choices: {
    readonly maxParallel?: number | undefined;
    readonly rollback?: RollbackMode | undefined;
    readonly allowIrreversible?: boolean | undefined;
  };
  readonly observations: readonly Observation[];
}

/** Writes a saved plan, readable by its owner only, in place of what was there. `DRV_CLI_FILE_FAILED`. */
export async function writeSavedPlan(path: string, plan: SavedPlan, folder: string): Promise<Result<void, CodedError>> {
  const absolute = resolve(folder, path);
  const draft = `${absolute}.${process.pid}.new`;
  try {
    await writeFile(draft, `${JSON.stringify({ kind: KIND, version: 1, ...plan }, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, absolute);
    return ok(undefined);
  } catch (thrown) {
    return err(fromThrown("DRV_CLI_FILE_FAILED", thrown, `Cannot save the plan as ${JSON.stringify(path)}`));
  }
}

/** Reads a saved plan. `DRV_CLI_SAVED_PLAN_INVALID`. */
export async function readSavedPlan(path: string, folder: string): Promise<Result<SavedPlan, CodedError>> {
  const shown = JSON.stringify(path.slice(0, 200));
  try {
    const text = await readFile(resolve(folder, path), "utf8");
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return ok({ ...parsed.data, source: sourceOf(parsed.data.source) });
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    const found = `${where === "" ? "it" : where} is not as drover plan -o writes it (${issue?.message ?? ""})`;
    return err(codedError("DRV_CLI_SAVED_PLAN_INVALID", `Cannot read the saved plan ${shown}: ${found}`));
  } catch (thrown) {
    return err(fromThrown("DRV_CLI_SAVED_PLAN_INVALID", thrown, `Cannot read the saved plan ${shown}`));
  }
}
