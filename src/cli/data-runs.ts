import { createHash } from "node:crypto";
import { join } from "node:path";
import { DroverError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { openSqliteLog } from "../eventlog/sqlite/sqlite-log.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { DurableRuns, type FoundPlan } from "../library/durable-runs.ts";
import { fleetFromFile, localFleet } from "../library/local-fleet.ts";
import { noticingLog } from "../view/noticing-log.ts";
import { snapshotOf } from "../report/snapshot.ts";
import type { RunRecord } from "../runner/run-record.ts";
import type { CliContext } from "./cli-context.ts";
import { serveControl } from "./control-server.ts";
import { isPlan } from "./library-port.ts";
import { connectControl, folderHeld } from "./remote-runs.ts";
import { LateProjector } from "./late-projector.ts";
import { loadAgain, readSource } from "./run-source.ts";
import type { RunsAccess } from "./runs-access.ts";

/** The runs of a data folder that this process holds. Disposing closes them and gives the folder free. */
export interface DataRuns extends AsyncDisposable {
  readonly runs: DurableRuns;
  readonly access: RunsAccess;
  /** Hosts of a fleet file, with a journal of their own; absent for a run on this machine. */
  openFleet(path: string | undefined): Promise<Result<Fleet | undefined, readonly CodedError[]>>;
}

/**
 * Takes a data folder for this process, and serves the verbs to others while it has it.
 * @returns `DRV_LOG_LOCKED` when another process has it, or why it cannot be used
 */
export async function openDataRuns(
  folder: string,
  context: Pick<CliContext, "openRunPort">,
): Promise<Result<DataRuns, readonly CodedError[]>> {
  const opening = new AsyncDisposableStack();
  try {
    const projection = opening.use(new LateProjector(folder));
    const log = noticingLog(opening.use(await openSqliteLog(folder)), projection);
    const contentFolder = join(folder, "contents");
    const fleet = opening.use(localFleet({ contentFolder, journalFolder: join(folder, "journal", "local") }));
    const openFleet: DataRuns["openFleet"] = (path) => openFleetFile(path, folder);
    const findPlan = (record: RunRecord) => findPlanOf(record, openFleet, context);
    const runs = await DurableRuns.open({ log, fleet, findPlan });
    opening.move();
    const access = localAccess(runs);
    const control = await serveControl(folder, access);
    projection.start(await log.tail(0));
    return ok({
      runs,
      access,
      openFleet,
      async [Symbol.asyncDispose]() {
        await control[Symbol.asyncDispose]();
        await runs[Symbol.asyncDispose]();
        await projection[Symbol.asyncDispose]();
      },
    });
  } catch (thrown) {
    await opening[Symbol.asyncDispose]();
    if (thrown instanceof DroverError) return err(thrown.errors);
    throw thrown;
  }
}

/**
 * The runs of a data folder for a verb: through the process that holds it, else in this one.
 * @returns `DRV_CONTROL_UNAVAILABLE` when another process holds it and does not answer
 */
export async function openRunsAccess(
  folder: string,
  context: Pick<CliContext, "openRunPort">,
): Promise<Result<RunsAccess, readonly CodedError[]>> {
  const remote = await connectControl(folder);
  if (remote !== undefined) return ok(remote);
  const opened = await openDataRuns(folder, context);
  if (opened.ok) {
    const { access } = opened.value;
    return ok({ ...access, [Symbol.asyncDispose]: () => opened.value[Symbol.asyncDispose]() });
  }
  const [first] = opened.error;
  return first?.code === "DRV_LOG_LOCKED" ? err([folderHeld(new Error(first.message), folder)]) : opened;
}

function localAccess(runs: DurableRuns): RunsAccess {
  return {
    isRemote: false,
    list: async () => runs.list().map((record) => ({ ...record, isDriven: runs.isDriven(record.runId) })),
    async snapshot(runId) {
      const view = await runs.view(runId);
      return view.ok ? ok(snapshotOf(view.value)) : view;
    },
    preview: (runId, command) => runs.preview(runId, command),
    command: (runId, command) => runs.commandOffline(runId, command),
    async [Symbol.asyncDispose]() {},
  };
}

async function findPlanOf(
  record: RunRecord,
  openFleet: DataRuns["openFleet"],
  context: Pick<CliContext, "openRunPort">,
): Promise<Result<FoundPlan, readonly CodedError[]> | undefined> {
  const source = readSource(record);
  if (source === undefined) return undefined;
  const loaded = await loadAgain(record, source, context);
  if (!loaded.ok) return loaded;
  const plan = loaded.value.plan.source;
  if (!isPlan(plan)) return undefined;
  const fleet = await openFleet(source.fleetFile);
  if (!fleet.ok) return fleet;
  const { value } = fleet;
  const found = { plan, given: { params: loaded.value.params, readsText: true } };
  if (value === undefined) return ok(found);
  return ok({ ...found, fleet: value, close: async () => value[Symbol.asyncDispose]() });
}

async function openFleetFile(
  path: string | undefined,
  folder: string,
): Promise<Result<Fleet | undefined, readonly CodedError[]>> {
  if (path === undefined) return ok(undefined);
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 16);
  try {
    const journalFolder = join(folder, "journal", digest);
    return ok(await fleetFromFile(path, { contentFolder: join(folder, "contents"), journalFolder }));
  } catch (thrown) {
    if (thrown instanceof DroverError) return err(thrown.errors);
    throw thrown;
  }
}
