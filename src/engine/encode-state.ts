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
  return frame(document, [...taskColumns(state), ...unitColumns(state), ...undoColumns(state)]);
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

/** Units of all fan-outs together, so that many small ones cost no more than one large one. */
function unitColumns({ fanOuts }: RunState): readonly Column[] {
  const fans = [...fanOuts.values()];
  const size = fans.reduce((sum, { hosts }) => sum + hosts.length, 0);
  const startedAtMs = new Float64Array(size);
  const finishedAtMs = new Float64Array(size);
  const hosts = new Int32Array(size);
  const attempts = new Int32Array(size);
  const status = new Uint8Array(size);
  let at = 0;
  for (const fan of fans) {
    startedAtMs.set(fan.startedAtMs, at);
    finishedAtMs.set(fan.finishedAtMs, at);
    hosts.set(fan.hosts, at);
    attempts.set(fan.attempts, at);
    status.set(fan.status, at);
    at += fan.hosts.length;
  }
  return [startedAtMs, finishedAtMs, hosts, attempts, status];
}

function undoColumns({ undo }: RunState): readonly Column[] {
  return undo === undefined ? [] : [undo.remaining];
}
