import type { CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { GroupItem } from "../plan/compiled-plan.ts";
import { countFanOuts, type FanOutCounts, toldOutcomes } from "./fan-out-columns.ts";
import type { TaskRange } from "./events.ts";
import type {
  CancelRequest,
  EarlierChange,
  GateRecord,
  GroupRecord,
  PendingRetry,
  ReceivedSignal,
  ResetRecord,
  RunFacts,
  RunState,
  UnknownUnit,
} from "./run-state.ts";
import type { TaskDecision } from "./run-view.ts";
import { taskOf } from "./task-access.ts";
import type { UndoState, UndoUnit } from "./unwind.ts";

type Entries<Value> = readonly (readonly [number, Value])[];

/** What few tasks have, as JSON; the rest of a snapshot are the columns that every task has. Entries keep the order of their maps. */
export interface StateDocument extends FanOutCounts {
  readonly run: RunFacts;
  readonly taskCount: number;
  readonly outcomes: Entries<Outcome>;
  readonly reasons: Entries<string>;
  readonly params: Entries<JsonValue>;
  readonly retries: Entries<PendingRetry>;
  readonly cancels: Entries<CancelRequest>;
  readonly timeouts: Entries<"attempt" | "heartbeat">;
  readonly attemptStarts: Entries<number>;
  readonly totalStarts: Entries<number>;
  readonly readySince: Entries<number>;
  readonly unknowns: Entries<UnknownUnit>;
  readonly uncounted: Entries<number>;
  readonly gates: Entries<GateRecord>;
  readonly signals: readonly (readonly [string, ReceivedSignal])[];
  readonly signalIds: readonly string[];
  readonly groupItems: Entries<readonly GroupItem[]>;
  readonly groups: Entries<GroupRecord>;
  readonly decisions: Entries<TaskDecision>;
  readonly resets: Entries<ResetRecord>;
  readonly earlier: Entries<readonly EarlierChange[]>;
  readonly leftBehind: Entries<readonly TaskRange[]>;
  readonly blocks: readonly BlockEntry[];
  readonly hosts: readonly string[];
  readonly targets: readonly (readonly [string, readonly number[]])[];
  /** By position among the units of all fan-outs; those that say no more than a status are left out. */
  readonly unitOutcomes: Entries<Outcome>;
  readonly undo?: UndoDocument;
}

/** Copies of a group from index `first` on; items that stand in the plan are left out. */
export interface BlockEntry {
  readonly group: number;
  readonly first: number;
  readonly items?: readonly GroupItem[];
}

export interface UndoDocument {
  readonly taskCount: number;
  readonly open: Entries<number>;
  readonly units: Entries<UndoUnit>;
  readonly lanes: Entries<readonly number[]>;
  readonly running: readonly number[];
  readonly errors: Entries<CodedError>;
  readonly done: readonly number[];
  readonly irreversibleCount: number;
}

/** The document of a state. Shares values with it. */
export function documentOf(state: RunState): StateDocument {
  return {
    run: state.run,
    taskCount: state.tasks.count,
    outcomes: [...state.outcomes],
    reasons: [...state.reasons],
    params: [...state.params],
    retries: [...state.retries],
    cancels: [...state.cancels],
    timeouts: [...state.timeouts],
    attemptStarts: [...state.attemptStarts],
    totalStarts: [...state.totalStarts],
    readySince: [...state.readySince],
    unknowns: [...state.unknowns],
    uncounted: [...state.uncounted],
    gates: [...state.gates],
    signals: [...state.signals],
    signalIds: [...state.signalIds],
    groupItems: [...state.groupItems],
    groups: [...state.groups],
    decisions: [...state.decisions],
    resets: [...state.resets],
    earlier: [...state.earlier],
    leftBehind: [...state.leftBehind],
    blocks: blockEntries(state),
    hosts: state.hosts,
    targets: [...state.targets],
    ...countFanOuts(state),
    unitOutcomes: toldOutcomes(state),
    ...(state.undo === undefined ? {} : { undo: undoDocument(state.undo) }),
  };
}

/** Groups with items of the plan have several blocks and one place; all others one block for each place. */
function blockEntries(state: RunState): readonly BlockEntry[] {
  const entries: BlockEntry[] = [];
  for (const { group, base, items } of state.blocks) {
    const { body } = taskOf(state, group);
    const isFixed = body.kind === "group" && body.keys.kind === "fixed";
    if (!isFixed) entries.push({ group, first: base, items });
    else if (state.groups.get(group)?.first === base) entries.push({ group, first: base });
  }
  return entries;
}

function undoDocument(undo: UndoState): UndoDocument {
  return {
    taskCount: undo.remaining.length,
    open: [...undo.open],
    units: [...undo.units],
    lanes: [...undo.lanes],
    running: [...undo.running.keys()],
    errors: [...undo.errors],
    done: [...undo.done],
    irreversibleCount: undo.irreversibleCount,
  };
}

/** Fills a fresh state with what a document holds; columns, blocks and caches are for others. */
export function restoreDocument(state: RunState, document: StateDocument): void {
  Object.assign(state.run, document.run);
  fill(state.outcomes, document.outcomes);
  fill(state.reasons, document.reasons);
  fill(state.params, document.params);
  fill(state.retries, document.retries);
  fill(state.cancels, document.cancels);
  fill(state.timeouts, document.timeouts);
  fill(state.attemptStarts, document.attemptStarts);
  fill(state.totalStarts, document.totalStarts);
  fill(state.readySince, document.readySince);
  fill(state.unknowns, document.unknowns);
  fill(state.uncounted, document.uncounted);
  fill(state.gates, document.gates);
  fill(state.signals, document.signals);
  for (const id of document.signalIds) state.signalIds.add(id);
  fill(state.groupItems, document.groupItems);
  fill(state.groups, document.groups);
  fill(state.decisions, document.decisions);
  fill(state.resets, document.resets);
  fill(state.earlier, document.earlier);
  fill(state.leftBehind, document.leftBehind);
  for (const [index, host] of document.hosts.entries()) {
    state.hosts.push(host);
    state.hostIndex.set(host, index);
  }
  fill(state.targets, document.targets);
}

function fill<Key, Value>(map: Map<Key, Value>, entries: readonly (readonly [Key, Value])[]): void {
  for (const [key, value] of entries) map.set(key, value);
}

/** A rollback in progress; its units and those that run are the same objects. */
export function restoreUndo(document: UndoDocument, remaining: Int32Array): UndoState {
  const units = new Map(document.units);
  const running = new Map<number, UndoUnit>();
  const busyHosts = new Set<number>();
  for (const key of document.running) {
    const unit = units.get(key);
    if (unit === undefined) continue;
    running.set(key, unit);
    if (unit.host !== -1) busyHosts.add(unit.host);
  }
  return {
    remaining,
    open: new Map(document.open),
    units,
    lanes: new Map(document.lanes.map(([host, keys]) => [host, [...keys]])),
    running,
    busyHosts,
    errors: new Map(document.errors),
    done: new Set(document.done),
    irreversibleCount: document.irreversibleCount,
  };
}
