import type { CodedError } from "../base/coded-error.ts";
import { codedError } from "../base/coded-error.ts";
import { EDGE_PREFERRED } from "../dag/edge.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { TaskRange } from "./events.ts";
import { hasChanged } from "./fan-out.ts";
import { IntQueue } from "./int-queue.ts";
import type { RunState } from "./run-state.ts";
import { CANCELLED, CHANGED, FAILED, FLAG_ROLLED_BACK, FLAG_STARTED, UNKNOWN } from "./status.ts";
import { groupOf, nameOf, placeOf, taskOf } from "./task-access.ts";
import { hasFlag, setFlag, statusOf } from "./task-status.ts";
import { EARLIER_UNIT, taskOfKey, unitKey, unitOfKey } from "./unit-key.ts";
import { attemptOfUnit, outcomeOfUnit, unitCount, unitStatus } from "./unit-state.ts";

/**
 * A rollback: the plan walked backwards. A task is reached when everything that depends on it has been passed; its units
 * are then undone, one at a time per host, and it is passed when they are. A task whose outcome is unknown is never
 * passed, so nothing it depends on is undone.
 */
export interface UndoState {
  /** Dependents of each task that have not been passed; one more inside groups, for the group itself. */
  readonly remaining: Int32Array;
  /** Units (or tasks of a group) still to be undone, by task. */
  readonly open: Map<number, number>;
  /** What is or was to be undone, by unit key, in the order in which it was reached. */
  readonly units: Map<number, UndoUnit>;
  /** Units reached and not started, by host (-1: no host). */
  readonly lanes: Map<number, number[]>;
  /** Units whose undo has started and not ended, also those that wait for a retry: a host is undone in order. */
  readonly running: Map<number, UndoUnit>;
  readonly busyHosts: Set<number>;
  readonly errors: Map<number, CodedError>;
  /** Units that are undone. */
  readonly done: Set<number>;
  /** Units that changed something and cannot be undone. */
  irreversibleCount: number;
}

export interface UndoUnit {
  /** Latest attempt, counted on from those of the unit; before the first, the attempt to undo. */
  attempt: number;
  readonly undoOf: number;
  /** Generation of that attempt. */
  readonly generation: number;
  readonly source: "generated" | "declared";
  readonly host: number;
}

/** Starts to walk backwards from the end of the plan. */
export function openUndo(state: RunState): void {
  const { count } = state.tasks;
  const undo: UndoState = {
    remaining: new Int32Array(count),
    open: new Map(),
    units: new Map(),
    lanes: new Map(),
    running: new Map(),
    busyHosts: new Set(),
    errors: new Map(),
    done: new Set(),
    irreversibleCount: state.run.earlierIrreversibleCount,
  };
  state.undo = undo;
  const reached = new IntQueue();
  for (let task = 0; task < count; task++) {
    const dependents = blockingOutDegree(state, task) + (groupOf(state, task) === undefined ? 0 : 1);
    undo.remaining[task] = dependents;
    if (dependents === 0) reached.push(task);
  }
  reachAll(state, undo, reached);
}

function blockingOutDegree(state: RunState, task: number): number {
  const { plan, local } = placeOf(state, task);
  const { offsets, kinds } = plan.graph.outgoing;
  let degree = 0;
  const end = offsets[local + 1] ?? 0;
  for (let edge = offsets[local] ?? 0; edge < end; edge++) if (kinds[edge] !== EDGE_PREFERRED) degree++;
  return degree;
}

/** Works off tasks whose dependents have all been passed. A list instead of recursion: chains are long. */
function reachAll(state: RunState, undo: UndoState, reached: IntQueue): void {
  for (let task = reached.shift(); task !== -1; task = reached.shift()) {
    const copies = copiesOf(state, task);
    if (copies.length > 0) {
      undo.open.set(
        task,
        copies.reduce((sum, [first, last]) => sum + last - first + 1, 0),
      );
      for (const [first, last] of copies) for (let child = first; child <= last; child++) release(undo, child, reached);
    } else if (statusOf(state, task) !== UNKNOWN && offerUnits(state, undo, task) === 0) {
      pass(state, undo, task, reached);
    }
  }
}

/** All copies a group ever had: also those it has left behind may have changed something. */
function copiesOf(state: RunState, group: number): readonly TaskRange[] {
  const record = state.groups.get(group);
  const behind = state.leftBehind.get(group) ?? [];
  return record === undefined || record.end === record.first ? behind : [...behind, [record.first, record.end - 1]];
}

function release(undo: UndoState, task: number, reached: IntQueue): void {
  const open = (undo.remaining[task] ?? 0) - 1;
  undo.remaining[task] = open;
  if (open === 0) reached.push(task);
}

/** Everything of the task is undone: its dependencies, and the group around it, come closer to their turn. */
function pass(state: RunState, undo: UndoState, first: number, reached: IntQueue): void {
  let task: number | undefined = first;
  while (task !== undefined) {
    const { plan, local, shift } = placeOf(state, task);
    const { offsets, targets, kinds } = plan.graph.incoming;
    const end = offsets[local + 1] ?? 0;
    for (let edge = offsets[local] ?? 0; edge < end; edge++) {
      if (kinds[edge] !== EDGE_PREFERRED) release(undo, (targets[edge] ?? 0) + shift, reached);
    }
    const group = groupOf(state, task);
    task = group !== undefined && closeOne(undo, group) ? group : undefined;
  }
}

function closeOne(undo: UndoState, task: number): boolean {
  const open = (undo.open.get(task) ?? 0) - 1;
  undo.open.set(task, open);
  return open === 0;
}

/** Queues the units of a task that can be undone, then what its earlier generations did, newest first; returns how many. */
function offerUnits(state: RunState, undo: UndoState, task: number): number {
  let count = hasFlag(state, task, FLAG_STARTED) ? offerPresent(state, undo, task) : 0;
  for (const [place, change] of [...(state.earlier.get(task) ?? []).entries()].reverse()) {
    const { attempt, undoOf, generation, source, host } = change;
    offer(undo, unitKey(task, EARLIER_UNIT + place), { attempt, undoOf, generation, source, host });
    count++;
  }
  if (count > 0) undo.open.set(task, count);
  return count;
}

function offerPresent(state: RunState, undo: UndoState, task: number): number {
  const fan = state.fanOuts.get(task);
  const generation = state.tasks.generation[task] ?? 1;
  let count = 0;
  for (let unit = 0; unit < unitCount(state, task); unit++) {
    const undoOf = attemptOfUnit(state, task, unit);
    if (undoOf === 0) continue;
    const source = undoSourceOf(state, task, unit);
    if (source === undefined) {
      if (leftChange(state, task, unit)) undo.irreversibleCount++;
      continue;
    }
    offer(undo, unitKey(task, unit), { attempt: undoOf, undoOf, generation, source, host: fan?.hosts[unit] ?? -1 });
    count++;
  }
  return count;
}

function offer(undo: UndoState, key: number, unit: UndoUnit): void {
  undo.units.set(key, unit);
  const lane = undo.lanes.get(unit.host);
  if (lane === undefined) undo.lanes.set(unit.host, [key]);
  else lane.push(key);
}

/** Whether a unit has changed something, whatever its status says. */
export function leftChange(state: RunState, task: number, unit: number): boolean {
  return unitStatus(state, task, unit) === CHANGED || hasChanged(outcomeOfUnit(state, task, unit));
}

/**
 * How a unit that started can be undone: from its pre-image if the executor holds one, else by the undo of the plan.
 * Nothing is to be undone for units that changed nothing, were skipped, or could not be reached.
 */
export function undoSourceOf(state: RunState, task: number, unit: number): "generated" | "declared" | undefined {
  const status = unitStatus(state, task, unit);
  if (status !== CHANGED && status !== FAILED && status !== CANCELLED) return undefined;
  const outcome = outcomeOfUnit(state, task, unit);
  if (outcome?.status === "failed" && outcome.failure === "unreachable") return undefined;
  const { body, undo } = taskOf(state, task);
  // Whatever a script or a function claims, nothing restores from it.
  if (body.kind === "operation" && holdsPreImage(outcome)) return "generated";
  // A cancelled attempt does not say whether it had begun to change anything: the executor looks.
  if (status === CANCELLED && body.kind === "operation" && body.isReversible) return "generated";
  return undo === undefined ? undefined : "declared";
}

function holdsPreImage(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && "isReversible" in outcome && outcome.isReversible === true;
}

/** The next unit to undo, or -1: the first of a lane that is free. Without a host as many as the run allows. */
export function nextUndo(state: RunState): number {
  const { undo } = state;
  if (undo === undefined || state.slots.running >= state.run.maxParallel) return -1;
  for (const [host, lane] of undo.lanes) {
    const first = lane[0] ?? -1;
    if (!undo.busyHosts.has(host) && !isBehindItself(undo, first)) return first;
  }
  return -1;
}

/** What an earlier generation did is undone after what came later, also where no host keeps the order. */
function isBehindItself(undo: UndoState, key: number): boolean {
  if (unitOfKey(key) < EARLIER_UNIT) return false;
  for (const running of undo.running.keys()) if (taskOfKey(running) === taskOfKey(key)) return true;
  return false;
}

/** Notes that an undo has started (again). */
export function beginUndo(state: RunState, key: number, attempt: number): UndoUnit | undefined {
  const { undo } = state;
  const unit = undo?.units.get(key);
  if (undo === undefined || unit === undefined) return undefined;
  unit.attempt = attempt;
  if (undo.running.has(key)) return unit;
  undo.running.set(key, unit);
  state.slots.running++;
  if (unit.host !== -1) undo.busyHosts.add(unit.host);
  leaveLane(undo, unit.host);
  return unit;
}

function leaveLane(undo: UndoState, host: number): void {
  const lane = undo.lanes.get(host);
  lane?.shift();
  if (lane?.length === 0) undo.lanes.delete(host);
}

/** Notes how the undo of a unit ended, and goes on backwards. A failed undo does not stop the others. */
export function endUndo(state: RunState, key: number, outcome: Outcome): void {
  const { undo } = state;
  if (undo === undefined) return;
  const task = taskOfKey(key);
  if (undo.running.delete(key)) state.slots.running--;
  undo.busyHosts.delete(undo.units.get(key)?.host ?? -1);
  const error = errorOfUndo(state, key, outcome);
  if (error === undefined) undo.done.add(key);
  else if (!undo.errors.has(task)) undo.errors.set(task, error);
  if (!closeOne(undo, task)) return;
  if (!undo.errors.has(task)) setFlag(state, task, FLAG_ROLLED_BACK);
  const reached = new IntQueue();
  pass(state, undo, task, reached);
  reachAll(state, undo, reached);
}

function errorOfUndo(state: RunState, key: number, outcome: Outcome): CodedError | undefined {
  if (outcome.status === "failed") return outcome.error;
  if (outcome.status !== "unknown" && outcome.status !== "cancelled") return undefined;
  const name = nameOf(state, taskOfKey(key));
  return codedError("DRV_TASK_UNDO_UNKNOWN", `Cannot undo task "${name}": ${outcome.reason}`, {
    details: { unit: unitOfKey(key) },
  });
}
