import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { RunView } from "../engine/run-view.ts";
import { makeFolders } from "../host/make-folders.ts";
import { snapshotOf, viewOfSnapshot } from "../report/snapshot.ts";
import type { CliContext } from "./cli-context.ts";
import type { LastRun } from "./last-run-schema.ts";

/** Runs remembered for one folder: the last one of each plan file. */
const PLANS_MAX = 20;

/**
 * Remembers a run, so that `drover why` can explain it later: one file for each plan file and folder, readable by its
 * owner only. A run that cannot be remembered is no failed run: the problem is returned for a warning.
 */
export async function rememberRun(
  view: RunView,
  planPath: string,
  context: Pick<CliContext, "env" | "folder">,
): Promise<Result<void, CodedError>> {
  const folder = lastRunsFolder(context);
  const path = join(folder, `${digest(planPath)}.json`);
  const record: LastRun = { version: 1, planPath, folder: context.folder, run: snapshotOf(view) };
  try {
    await makeFolders(folder, 0o700);
    const draft = `${path}.${process.pid}.new`;
    await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
    await rename(draft, path);
    await forgetOldest(folder);
    return ok(undefined);
  } catch (thrown) {
    return err(fromThrown("DRV_CLI_FILE_FAILED", thrown, `Cannot remember the run in ${JSON.stringify(folder)}`));
  }
}

/** A remembered run. */
export interface RememberedRun {
  readonly view: RunView;
  readonly planPath: string;
}

/**
 * The last run from this folder, of one plan file or of any.
 * @returns the run, `DRV_CLI_NO_LAST_RUN`, or `DRV_CLI_FILE_FAILED` for one that cannot be read
 */
export async function lastRun(
  planPath: string | undefined,
  context: Pick<CliContext, "env" | "folder">,
): Promise<Result<RememberedRun, CodedError>> {
  const folder = lastRunsFolder(context);
  const name = planPath === undefined ? (await namesByAge(folder)).at(-1) : `${digest(planPath)}.json`;
  if (name === undefined) return err(noLastRun(context.folder, planPath));
  const path = join(folder, name);
  // Only reading needs the schema; running a plan does not wait for it to be built.
  const { parseLastRun } = await import("./last-run-schema.ts");
  try {
    const record = parseLastRun(JSON.parse(await readFile(path, "utf8")));
    if (record === undefined) return err(unreadable(path));
    return ok({ view: viewOfSnapshot(record.run), planPath: record.planPath });
  } catch (thrown) {
    const isMissing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    return err(isMissing ? noLastRun(context.folder, planPath) : unreadable(path));
  }
}

/** The folder in which the program keeps what must survive it: `$XDG_STATE_HOME/drover`. */
export function stateFolderOf(env: CliContext["env"]): string {
  const given = env["XDG_STATE_HOME"];
  // The specification says that relative paths are to be ignored.
  const state = given !== undefined && isAbsolute(given) ? given : join(env["HOME"] ?? homedir(), ".local", "state");
  return join(state, "drover");
}

function lastRunsFolder({ env, folder }: Pick<CliContext, "env" | "folder">): string {
  return join(stateFolderOf(env), "last-runs", digest(folder));
}

/** File names, oldest first. */
async function namesByAge(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const aged = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => ({
        name,
        changedMs: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
      })),
  );
  return aged.sort((one, other) => one.changedMs - other.changedMs).map(({ name }) => name);
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await namesByAge(folder);
  await Promise.all(
    names.slice(0, Math.max(0, names.length - PLANS_MAX)).map((name) => rm(join(folder, name), { force: true })),
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

function noLastRun(folder: string, planPath: string | undefined): CodedError {
  const of = planPath === undefined ? "" : ` of ${JSON.stringify(planPath)}`;
  return codedError(
    "DRV_CLI_NO_LAST_RUN",
    `Cannot explain the last run: there was none${of} from ${JSON.stringify(folder)}`,
    {
      hint: "Run a plan from this folder first, or change to the folder it was run from",
    },
  );
}

function unreadable(path: string): CodedError {
  return codedError(
    "DRV_CLI_FILE_FAILED",
    `Cannot read the last run: ${JSON.stringify(path)} is not what drover wrote`,
    {
      hint: "Run the plan again; that replaces the file",
    },
  );
}
