import { codedError, DroverError, fromThrown, type CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import { apply } from "../engine/apply.ts";
import { createState } from "../engine/create-state.ts";
import { decodeState } from "../engine/decode-state.ts";
import type { RunCreated } from "../engine/events.ts";
import type { RunState } from "../engine/run-state.ts";
import type { DurableLog, LatestSnapshot, SnapshotReference } from "../eventlog/durable-log.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { planOfBody } from "../plan/plan-of-body.ts";
import type { RecoveredRun } from "./driver-options.ts";
import { decodeEvents } from "./event-codec.ts";
import type { RunRecord } from "./run-record.ts";

/** A run as its log tells it, and where the telling began. */
export interface ToldRun extends RecoveredRun {
  /** The snapshot it began with; absent when all events were read. */
  readonly snapshot?: SnapshotReference;
  /** Events read after that. */
  readonly eventCount: number;
  /** Snapshots that were passed over because they are damaged or of another form. */
  readonly passedOver: readonly CodedError[];
}

/** Where a run stands in its log. */
export interface RunPlace {
  readonly lane: number;
  readonly record: RunRecord;
  /** What {@link snapshotsOf} has begun to read. */
  readonly snapshots?: Promise<LatestSnapshot>;
}

/** Name of the snapshots of a run. */
export function snapshotNameOf(runId: RunId): string {
  return `run/${runId}`;
}

/**
 * Folds a run from its newest good snapshot and the events after that; from all its events when no snapshot can be used.
 *
 * @param plan the plan of the run; with code only when the run is to go on
 * @returns the run at `record.newest`, or why it cannot be told: an event of another version (`DRV_RUN_EVENT_UNKNOWN`), a
 * damaged row or blob (`DRV_LOG_…`), or events that do not fit the plan (`DRV_RUN_QUARANTINED`)
 */
export async function recoverRun(
  log: DurableLog,
  place: RunPlace,
  plan: CompiledPlan,
): Promise<Result<ToldRun, CodedError>> {
  const { lane, record, snapshots = snapshotsOf(log, record) } = place;
  const passedOver: CodedError[] = [];
  try {
    const { snapshot, damaged } = await snapshots;
    passedOver.push(...damaged);
    const decoded = snapshot === undefined ? undefined : decodeState(plan, snapshot.content);
    if (decoded?.ok === false) passedOver.push(decoded.error);
    const isUsable = decoded?.ok === true && snapshot !== undefined && snapshot.position <= record.newest;
    const state = isUsable ? decoded.value : createState(plan);
    const eventCount = await foldAfter(
      log,
      { lane, newest: record.newest, after: isUsable ? snapshot.position : 0 },
      state,
    );
    return ok({
      state,
      position: record.newest,
      eventCount,
      passedOver,
      ...(isUsable ? { snapshot: { name: snapshot.name, position: snapshot.position, hash: snapshot.hash } } : {}),
    });
  } catch (thrown) {
    return err(reasonOf(thrown, record.runId));
  }
}

/** Begins to read the newest snapshot of a run: the disk works while its plan is made. */
export function snapshotsOf(log: DurableLog, { runId }: RunRecord): Promise<LatestSnapshot> {
  const reading = log.snapshots.latest(snapshotNameOf(runId));
  // Nobody may come to wait for it.
  reading.catch(() => {});
  return reading;
}

async function foldAfter(
  log: DurableLog,
  rows: { readonly lane: number; readonly newest: number; readonly after: number },
  state: RunState,
): Promise<number> {
  let count = 0;
  for await (const row of log.readStream(rows.lane, rows.newest, { after: rows.after })) {
    const events = await decodeEvents(row.events, log.blobs);
    if (!events.ok) throw new DroverError([events.error]);
    for (const event of events.value) apply(state, event);
    count += events.value.length;
  }
  return count;
}

function reasonOf(thrown: unknown, runId: RunId): CodedError {
  if (thrown instanceof DroverError && thrown.errors[0] !== undefined) return thrown.errors[0];
  return fromThrown("DRV_RUN_QUARANTINED", thrown, `Cannot load ${runId}: its events do not fit its plan`);
}

/** The first event of a run: its frozen inputs. */
export async function readCreated(
  log: DurableLog,
  { lane, record }: RunPlace,
): Promise<Result<RunCreated, CodedError>> {
  try {
    // As a stream that ends where it begins: only this row is asked for, and not those of other runs after it.
    for await (const row of log.readStream(lane, record.first)) {
      const events = await decodeEvents(row.events.slice(0, 1), log.blobs);
      if (!events.ok) return events;
      const [created] = events.value;
      if (created?.type === "run.created" && created.runId === record.runId) return ok(created);
      break;
    }
    return err(codedError("DRV_RUN_QUARANTINED", `Cannot load ${record.runId}: it does not begin at ${record.first}`));
  } catch (thrown) {
    return err(reasonOf(thrown, record.runId));
  }
}

/** The plan that was kept with a run: enough to tell the run and to decide about it, without the author's code. */
export async function keptPlan(log: DurableLog, record: RunRecord): Promise<Result<CompiledPlan, CodedError>> {
  const { planBody, runId } = record;
  if (planBody === undefined) {
    return err(codedError("DRV_RUN_PLAN_MISSING", `Cannot tell ${runId}: its plan was not kept with it`));
  }
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(await log.blobs.get(planBody)));
    return planOfBody(parsed);
  } catch (thrown) {
    return err(reasonOf(thrown, runId));
  }
}
