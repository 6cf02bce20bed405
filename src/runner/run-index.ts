import { fromThrown, type CodedError } from "../base/coded-error.ts";
import { parseRunId, type RunId } from "../base/ids.ts";
import { err, type Result } from "../base/result.ts";
import { isKnownEvent } from "../engine/event-versions.ts";
import type { RunEvent } from "../engine/events.ts";
import type { DurableLog } from "../eventlog/durable-log.ts";
import type { LogRow } from "../eventlog/event-log.ts";
import { isSegmentRecord } from "../eventlog/lane-record.ts";
import { decodeEvents } from "./event-codec.ts";
import { recordAfter, recordOf, type RunRecord } from "./run-record.ts";

/** Finished runs that are remembered; older ones are found in the log or the read model. */
export const FINISHED_RUNS_KEPT = 10_000;

/** Name of the snapshots of an index. */
const SNAPSHOT_NAME = "run-index";
const INDEX_FORM = 1;

interface StoredIndex {
  readonly form: number;
  readonly segmentStart: number;
  readonly records: readonly RunRecord[];
}

/** All runs of a lane that are not finished, and the newest of those that are: where each one stands in the log. */
export class RunIndex {
  /** Position at which the current segment of the lane begins. */
  segmentStart = 1;
  readonly #records = new Map<RunId, RunRecord>();
  readonly #byKey = new Map<string, RunId>();
  /** Finished runs, oldest end first. */
  readonly #finished = new Set<RunId>();

  get size(): number {
    return this.#records.size;
  }

  get(runId: RunId): RunRecord | undefined {
    return this.#records.get(runId);
  }

  /** The run that was started with an idempotency key. */
  withKey(key: string): RunRecord | undefined {
    const runId = this.#byKey.get(key);
    return runId === undefined ? undefined : this.#records.get(runId);
  }

  /** Newest first. */
  all(): readonly RunRecord[] {
    return [...this.#records.values()].sort((one, other) => other.createdAtMs - one.createdAtMs);
  }

  /** Notes the events of a row that is in the log. Rows of a run that is not known and does not begin here are left out. */
  note(runId: RunId, events: readonly RunEvent[], position: number): void {
    const created = events.find((event) => event.type === "run.created");
    const before = created === undefined ? this.#records.get(runId) : recordOf(created, position);
    if (before !== undefined) this.#put(recordAfter(before, events, position));
  }

  /** @param newest position of a row that cannot be used: the run has it all the same */
  quarantine(runId: RunId, reason: CodedError, newest?: number): void {
    const record = this.#records.get(runId);
    if (record === undefined) return;
    this.#put({ ...record, quarantine: reason, ...(newest === undefined ? {} : { newest }) });
  }

  /** Takes a run out of quarantine, for another try. */
  release(runId: RunId): void {
    const record = this.#records.get(runId);
    if (record === undefined) return;
    const { quarantine: _quarantine, ...rest } = record;
    this.#put(rest);
  }

  encode(): Uint8Array {
    const stored: StoredIndex = {
      form: INDEX_FORM,
      segmentStart: this.segmentStart,
      records: [...this.#records.values()],
    };
    return new TextEncoder().encode(JSON.stringify(stored));
  }

  /** Takes in an encoded index. @returns whether it is of a form this version knows */
  load(content: Uint8Array): boolean {
    const stored: unknown = JSON.parse(new TextDecoder().decode(content));
    if (!isStoredIndex(stored)) return false;
    this.segmentStart = stored.segmentStart;
    for (const record of stored.records) this.#put(record);
    return true;
  }

  #put(record: RunRecord): void {
    const { runId, idempotencyKey } = record;
    this.#records.set(runId, record);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, runId);
    this.#finished.delete(runId);
    if (record.verdict !== undefined) this.#finished.add(runId);
    if (this.#finished.size > FINISHED_RUNS_KEPT) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const runId of this.#finished) {
      const key = this.#records.get(runId)?.idempotencyKey;
      if (key !== undefined) this.#byKey.delete(key);
      this.#records.delete(runId);
      this.#finished.delete(runId);
      return;
    }
  }
}

function isStoredIndex(stored: unknown): stored is StoredIndex {
  return (
    typeof stored === "object" &&
    stored !== null &&
    "form" in stored &&
    stored.form === INDEX_FORM &&
    "segmentStart" in stored &&
    typeof stored.segmentStart === "number" &&
    "records" in stored &&
    Array.isArray(stored.records)
  );
}

export interface OpenedIndex {
  readonly index: RunIndex;
  /** Newest position it knows about. */
  readonly position: number;
  /** Snapshots that were passed over, and runs whose rows cannot be read. */
  readonly damaged: readonly CodedError[];
}

/**
 * Reads where the runs of a lane stand: from the newest good snapshot, then from the rows after it. A row that cannot be
 * read puts its run into quarantine and nothing else; a log that is damaged as a whole rejects with `DRV_LOG_DAMAGED`.
 */
export async function openIndex(log: DurableLog, lane: number): Promise<OpenedIndex> {
  const index = new RunIndex();
  const { snapshot, damaged } = await log.snapshots.latest(SNAPSHOT_NAME);
  const isUsable = snapshot !== undefined && index.load(snapshot.content);
  const problems = [...damaged];
  let position = isUsable ? snapshot.position : 0;
  for await (const row of log.read(lane, position + 1)) {
    if (isSegmentRecord(row.stream)) index.segmentStart = row.position;
    const problem = await noteRow(index, row, log);
    if (problem !== undefined) problems.push(problem);
    position = row.position;
  }
  return { index, position, damaged: problems };
}

async function noteRow(index: RunIndex, row: LogRow, log: DurableLog): Promise<CodedError | undefined> {
  const runId = runOfStream(row.stream);
  if (runId === undefined) return undefined;
  const read = await readRow(row, log);
  if (read.ok) index.note(runId, read.value, row.position);
  else index.quarantine(runId, read.error, row.position);
  return read.ok ? undefined : read.error;
}

/** Most events only move a run on: of these only type and version are looked at, not their blobs. */
async function readRow(row: LogRow, log: DurableLog): Promise<Result<readonly RunEvent[], CodedError>> {
  try {
    return await decodeEvents(row.events.filter(marksRun), log.blobs);
  } catch (thrown) {
    return err(
      fromThrown("DRV_RUN_QUARANTINED", thrown, `Cannot read row ${row.position} of ${JSON.stringify(row.stream)}`),
    );
  }
}

/** Whether an event says more about a run than that it has moved on, or cannot be used. */
function marksRun(event: unknown): boolean {
  if (typeof event !== "object" || event === null || !("type" in event) || !isKnownEvent(event)) return true;
  return event.type === "run.created" || event.type === "run.completed";
}

/** The run whose events a stream holds, or `undefined` for other streams. */
export function runOfStream(stream: string): RunId | undefined {
  return stream.startsWith("run/") ? parseRunId(stream.slice(4)) : undefined;
}

/** Keeps the index as it stands at `position`. */
export function keepIndex(log: DurableLog, index: RunIndex, position: number) {
  return log.snapshots.put(SNAPSHOT_NAME, position, index.encode());
}
