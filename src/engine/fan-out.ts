import type { Outcome } from "../operation/outcome.ts";
import type { BatchSize, TaskPolicy } from "../plan/compiled-plan.ts";
import { CANCELLED, CHANGED, FAILED, PENDING, READY, RUNNING, SKIPPED, UNCHANGED, UNKNOWN, WAITING } from "./status.ts";

// Where a unit waits; a cache beside its status, which alone is part of the run.
export const QUEUE_NONE = 0;
/** Could start as soon as it is looked at. */
export const QUEUE_READY = 1;
/** Waits for its host. */
export const QUEUE_PARKED = 2;

/** One task on several hosts: unit `i` is the task on host `hosts[i]`. Exists only for tasks with a target. */
export interface FanOut {
  /** Indices into the hosts of the run. */
  readonly hosts: Int32Array;
  readonly status: Uint8Array;
  readonly attempts: Int32Array;
  readonly startedAtMs: Float64Array;
  readonly finishedAtMs: Float64Array;
  readonly outcomes: (Outcome | undefined)[];
  /** Ends of the batches, cumulative, the last one being the number of hosts. */
  readonly batchEnds: readonly number[];
  readonly failedMax: number;
  /** Batches that may run, from 1. */
  batch: number;
  /** Units per status code. */
  readonly counts: Int32Array;
  /** Cache. */
  readonly queue: Uint8Array;
  /** Cache: no unit before this one is {@link QUEUE_READY}. */
  cursor: number;
}

/** The units of a task that has just become ready: those of the first batch may start. */
export function createFanOut(hosts: ArrayLike<number>, policy: TaskPolicy): FanOut {
  const size = hosts.length;
  const fan: FanOut = {
    hosts: new Int32Array(size),
    status: new Uint8Array(size),
    attempts: new Int32Array(size),
    startedAtMs: new Float64Array(size).fill(-1),
    finishedAtMs: new Float64Array(size).fill(-1),
    outcomes: [],
    batchEnds: batchEnds(policy.batches, size),
    failedMax: policy.maxFail === undefined ? 0 : sizeOf(policy.maxFail, size),
    batch: 0,
    counts: new Int32Array(16),
    queue: new Uint8Array(size),
    cursor: 0,
  };
  for (let unit = 0; unit < size; unit++) fan.hosts[unit] = hosts[unit] ?? -1;
  fan.counts[PENDING] = size;
  releaseBatch(fan);
  return fan;
}

/** A batch size in hosts: percentages round up. */
export function sizeOf(size: BatchSize, hostCount: number): number {
  return "hosts" in size ? size.hosts : Math.ceil((size.percent * hostCount) / 100);
}

/** Cumulative ends of the batches, rising, closed by the number of hosts. */
export function batchEnds(batches: readonly BatchSize[] | undefined, hostCount: number): number[] {
  const ends: number[] = [];
  let last = 0;
  for (const batch of batches ?? []) {
    const end = Math.min(sizeOf(batch, hostCount), hostCount);
    if (end > last) ends.push(end);
    last = Math.max(last, end);
  }
  if (last < hostCount) ends.push(hostCount);
  return ends;
}

/** Number of units that may run by now. */
export function releasedCount(fan: FanOut): number {
  return fan.batch === 0 ? 0 : (fan.batchEnds[fan.batch - 1] ?? 0);
}

/** Lets the next batch start, if there is one. */
export function releaseBatch(fan: FanOut): void {
  const first = releasedCount(fan);
  if (fan.batch >= fan.batchEnds.length) return;
  fan.batch++;
  const end = releasedCount(fan);
  for (let unit = first; unit < end; unit++) {
    setUnitStatus(fan, unit, READY);
    fan.queue[unit] = QUEUE_READY;
  }
  if (first < fan.cursor) fan.cursor = first;
}

/** Moves one unit and keeps the counts. */
export function setUnitStatus(fan: FanOut, unit: number, status: number): void {
  const before = fan.status[unit] ?? PENDING;
  fan.counts[before] = countOf(fan, before) - 1;
  fan.counts[status] = countOf(fan, status) + 1;
  fan.status[unit] = status;
}

/** Units with this status. */
export function countOf(fan: FanOut, status: number): number {
  return fan.counts[status] ?? 0;
}

/** Whether every unit that may run by now is at its end. */
export function isBatchOver(fan: FanOut): boolean {
  return countOf(fan, READY) + countOf(fan, RUNNING) + countOf(fan, WAITING) + countOf(fan, UNKNOWN) === 0;
}

/** Whether more hosts failed than the task bears. */
export function isOverMaxFail(fan: FanOut): boolean {
  return countOf(fan, FAILED) > fan.failedMax;
}

/** Releases the next batch when the one before is over and few enough hosts failed. */
export function continueBatches(fan: FanOut): void {
  if (isBatchOver(fan) && !isOverMaxFail(fan)) releaseBatch(fan);
}

/** The code in which the task ends when all its units have. */
export function verdictOf(fan: FanOut): number {
  if (isOverMaxFail(fan)) return FAILED;
  if (countOf(fan, CANCELLED) + countOf(fan, PENDING) > 0) return CANCELLED;
  if (countOf(fan, CHANGED) > 0) return CHANGED;
  if (countOf(fan, SKIPPED) === fan.hosts.length) return SKIPPED;
  return fan.outcomes.some(hasChanged) ? CHANGED : UNCHANGED;
}

/** Whether an outcome left something changed, also when it failed. */
export function hasChanged(outcome: Outcome | undefined): boolean {
  if (outcome === undefined) return false;
  return outcome.status === "changed" || (outcome.status === "failed" && outcome.changed === true);
}

/** First unit in the ready queue from the cursor on, or -1; moves the cursor there. */
export function nextQueued(fan: FanOut): number {
  const size = fan.queue.length;
  while (fan.cursor < size && fan.queue[fan.cursor] !== QUEUE_READY) fan.cursor++;
  return fan.cursor < size ? fan.cursor : -1;
}

/** Makes the queue again from the statuses. */
export function rebuildQueue(fan: FanOut): void {
  for (let unit = 0; unit < fan.status.length; unit++)
    fan.queue[unit] = fan.status[unit] === READY ? QUEUE_READY : QUEUE_NONE;
  fan.cursor = 0;
}

/** Marks a unit as ready to be looked at. */
export function enqueueUnit(fan: FanOut, unit: number): void {
  fan.queue[unit] = QUEUE_READY;
  if (unit < fan.cursor) fan.cursor = unit;
}
