import { fanOutColumns } from "./fan-out-columns.ts";
import type { RunState } from "./run-state.ts";
import { type Column, frame } from "./snapshot-frame.ts";
import { shapeOf } from "./plan-shape.ts";
import { documentOf } from "./state-document.ts";

/**
 * A state as bytes: everything that is part of the run, and nothing that can be made again from it. Read by
 * `decodeState` with the same plan. Costs O(tasks), 25 bytes a task besides what tasks have returned.
 *
 * Take one when `decide` has said that there is no more: events that are still to be written are found again, but
 * perhaps in another order.
 */
export function encodeState(state: RunState): Uint8Array {
  const document = JSON.stringify({ plan: shapeOf(state.plan), state: documentOf(state) });
  return frame(document, [...taskColumns(state), ...fanOutColumns(state), ...undoColumns(state)]);
}

function taskColumns({ tasks }: RunState): readonly Column[] {
  const { count, startedAtMs, finishedAtMs, remaining, attempts, generation, status, flags, skipCause, marks } = tasks;
  return [
    ...[startedAtMs, finishedAtMs].map((column) => column.subarray(0, count)),
    ...[remaining, attempts].map((column) => column.subarray(0, count)),
    generation.subarray(0, count),
    ...[status, flags, skipCause, marks].map((column) => column.subarray(0, count)),
  ];
}

function undoColumns({ undo }: RunState): readonly Column[] {
  return undo === undefined ? [] : [undo.remaining];
}
