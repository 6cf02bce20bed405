import { sha256 } from "../base/json.ts";
import type { FanOut } from "./fan-out.ts";
import type { RunState } from "./run-state.ts";

/**
 * A digest of everything that is part of the run, as 64 hexadecimal digits: equal for two states exactly when the same
 * events have been applied to the same plan. Caches are left out. Costs O(tasks): for tests, snapshots and sweeps.
 */
export function stateHash(state: RunState): string {
  const columns = columnsOf(state).map((column) => sha256(bytesOf(column, state.tasks.count)));
  return sha256(JSON.stringify([columns, ...sparsePartsOf(state)]));
}

type Column = Uint8Array | Uint16Array | Int32Array | Float64Array;

function columnsOf({ tasks }: RunState): readonly Column[] {
  return [
    tasks.status,
    tasks.flags,
    tasks.skipCause,
    tasks.marks,
    tasks.traits,
    tasks.remaining,
    tasks.attempts,
    tasks.generation,
    tasks.startedAtMs,
    tasks.finishedAtMs,
  ];
}

function bytesOf(column: Column, count: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT);
}

function sparsePartsOf(state: RunState): readonly unknown[] {
  const { run, tasks, slots } = state;
  return [
    run,
    [tasks.count, tasks.active, Array.from(tasks.counts)],
    sparseMapsOf(state).map((map) => entriesOf(map)),
    [...state.signals].sort(byKey),
    [...state.signalIds].sort(),
    [...state.fanOuts].sort(([left], [right]) => left - right).map(fanOutPart),
    entriesOf(state.groups),
    state.hosts,
    [...state.targets].sort(byKey),
    [slots.running, writingHosts(state), usedKeys(state)],
    undoPart(state),
  ];
}

function sparseMapsOf(state: RunState): readonly ReadonlyMap<number, unknown>[] {
  const { outcomes, reasons, params, retries, cancels, timeouts, unknowns, uncounted, gates, groupItems } = state;
  const { attemptStarts, totalStarts, readySince, decisions, resets, earlier, leftBehind } = state;
  const early = [outcomes, reasons, params, retries, cancels, timeouts, unknowns, uncounted, gates, groupItems];
  return [...early, attemptStarts, totalStarts, readySince, decisions, resets, earlier, leftBehind];
}

/** By key, so that the order in which entries were made does not count. */
function entriesOf<Value>(map: ReadonlyMap<number, Value>): [number, Value][] {
  return [...map].sort(([left], [right]) => left - right);
}

function byKey(left: readonly unknown[], right: readonly unknown[]): number {
  return String(left[0]) < String(right[0]) ? -1 : 1;
}

/** Only what is in use: whether a host or a key was ever asked for is no part of the run. */
function writingHosts({ slots }: RunState): readonly (readonly [number, number])[] {
  return Array.from(slots.writing, (count, host) => [host, count ?? 0] as const).filter(([, count]) => count > 0);
}

function usedKeys({ slots }: RunState): readonly (readonly [string, number])[] {
  return [...slots.keys]
    .map(([key, { running }]) => [key, running] as const)
    .filter(([, running]) => running > 0)
    .sort(byKey);
}

function fanOutPart([task, fan]: [number, FanOut]): unknown {
  const { hosts, status, attempts, startedAtMs, finishedAtMs, outcomes, batch } = fan;
  return [
    task,
    [hosts, status, attempts, startedAtMs, finishedAtMs].map((column) => Array.from(column)),
    outcomes,
    batch,
  ];
}

function undoPart({ undo }: RunState): unknown {
  if (undo === undefined) return null;
  const counts = [[...undo.done].sort((left, right) => left - right), undo.irreversibleCount];
  const maps: readonly ReadonlyMap<number, unknown>[] = [undo.open, undo.units, undo.errors, undo.running];
  return [counts, maps.map((map) => entriesOf(map)), Array.from(undo.remaining), entriesOf(undo.lanes)];
}
