import type { Outcome } from "../operation/outcome.ts";
import { createFanOut, type FanOut, rebuildQueue } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";
import type { Column, ColumnReader } from "./snapshot-frame.ts";
import { CHANGED, UNCHANGED } from "./status.ts";
import { policyOf } from "./task-access.ts";

// Fan-outs in a snapshot: the units of all of them together, so that many small ones cost no more than one large one.

export interface FanOutCounts {
  readonly fanOutCount: number;
  readonly unitCount: number;
}

const BYTES_PER_FAN_OUT = 3 * 4;
const BYTES_PER_UNIT = 2 * 8 + 2 * 4 + 2;

/** Bytes of the columns. */
export function fanOutBytes({ fanOutCount, unitCount }: FanOutCounts): number {
  return fanOutCount * BYTES_PER_FAN_OUT + unitCount * BYTES_PER_UNIT;
}

export function countFanOuts({ fanOuts }: RunState): FanOutCounts {
  let unitCount = 0;
  for (const { hosts } of fanOuts.values()) unitCount += hosts.length;
  return { fanOutCount: fanOuts.size, unitCount };
}

/** Outcomes that say more than how a unit ended, by position among the units of all fan-outs. */
export function toldOutcomes({ fanOuts }: RunState): readonly (readonly [number, Outcome])[] {
  const told: [number, Outcome][] = [];
  let first = 0;
  for (const { hosts, outcomes } of fanOuts.values()) {
    for (const [unit, outcome] of outcomes.entries()) {
      if (outcome !== undefined && !isBare(outcome)) told.push([first + unit, outcome]);
    }
    first += hosts.length;
  }
  return told;
}

export function fanOutColumns(state: RunState): readonly Column[] {
  const { fanOutCount, unitCount } = countFanOuts(state);
  const tasks = new Int32Array(fanOutCount);
  const sizes = new Int32Array(fanOutCount);
  const batches = new Int32Array(fanOutCount);
  const startedAtMs = new Float64Array(unitCount);
  const finishedAtMs = new Float64Array(unitCount);
  const hosts = new Int32Array(unitCount);
  const attempts = new Int32Array(unitCount);
  const status = new Uint8Array(unitCount);
  const bare = new Uint8Array(unitCount);
  let row = 0;
  let first = 0;
  for (const [task, fan] of state.fanOuts) {
    tasks[row] = task;
    sizes[row] = fan.hosts.length;
    batches[row] = fan.batch;
    startedAtMs.set(fan.startedAtMs, first);
    finishedAtMs.set(fan.finishedAtMs, first);
    hosts.set(fan.hosts, first);
    attempts.set(fan.attempts, first);
    status.set(fan.status, first);
    for (const [unit, outcome] of fan.outcomes.entries())
      if (outcome !== undefined && isBare(outcome)) bare[first + unit] = 1;
    first += fan.hosts.length;
    row++;
  }
  return [startedAtMs, finishedAtMs, tasks, sizes, batches, hosts, attempts, status, bare];
}

/** Such outcomes are made again from the status of their unit. */
function isBare(outcome: Outcome): boolean {
  const isPlain = outcome.status === "changed" || outcome.status === "unchanged";
  return isPlain && Object.keys(outcome).length === 1;
}

const BARE = new Map<number, Outcome>([
  [CHANGED, Object.freeze({ status: "changed" })],
  [UNCHANGED, Object.freeze({ status: "unchanged" })],
]);

/** Reads what {@link fanOutColumns} wrote into a fresh state. */
export function restoreFanOuts(
  state: RunState,
  { fanOutCount, unitCount }: FanOutCounts,
  { columns, told }: { readonly columns: ColumnReader; readonly told: readonly (readonly [number, Outcome])[] },
): void {
  const startedAtMs = columns.floats(unitCount);
  const finishedAtMs = columns.floats(unitCount);
  const [tasks, sizes, batches] = [columns.ints(fanOutCount), columns.ints(fanOutCount), columns.ints(fanOutCount)];
  const [hosts, attempts] = [columns.ints(unitCount), columns.ints(unitCount)];
  const [status, bare] = [columns.bytes(unitCount), columns.bytes(unitCount)];
  const outcomes = new Map(told);
  const firsts = new Int32Array(fanOutCount);
  let next = 0;
  for (let row = 0; row < fanOutCount; row++) {
    firsts[row] = next;
    next += sizes[row] ?? 0;
  }
  state.fanOuts.keep(tasks, (task, row): FanOut => {
    const first = firsts[row] ?? 0;
    const end = first + (sizes[row] ?? 0);
    const fan = createFanOut(hosts.subarray(first, end), policyOf(state, task));
    fan.startedAtMs.set(startedAtMs.subarray(first, end));
    fan.finishedAtMs.set(finishedAtMs.subarray(first, end));
    fan.attempts.set(attempts.subarray(first, end));
    fan.status.set(status.subarray(first, end));
    fan.batch = batches[row] ?? 0;
    fan.counts.fill(0);
    for (const [unit, code] of fan.status.entries()) {
      fan.counts[code] = (fan.counts[code] ?? 0) + 1;
      const outcome = bare[first + unit] === 1 ? BARE.get(code) : outcomes.get(first + unit);
      if (outcome !== undefined) fan.outcomes[unit] = outcome;
    }
    rebuildQueue(fan);
    return fan;
  });
}
