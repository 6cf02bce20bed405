import type { CodedError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { CompiledPlan, GroupItem, RollbackMode } from "../plan/compiled-plan.ts";
import type { TaskEstimate, UnknownDecision } from "./commands.ts";
import type { DueQueue } from "./due-queue.ts";
import type { Effect } from "./effects.ts";
import type { StopMode, TaskRange } from "./events.ts";
import type { ResetVerb } from "./operator-events.ts";
import type { FanOuts } from "./fan-outs.ts";
import type { IntQueue } from "./int-queue.ts";
import type { LevelBarriers } from "./level-barriers.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import type { OperatorWord, RunOrigin, RunPhase, TaskDecision, Verdict } from "./run-view.ts";
import type { StartOrder } from "./start-order.ts";
import type { UndoState } from "./unwind.ts";

/**
 * One run: a struct of arrays by task index. Owned and changed by the engine only; everybody else reads it through
 * `viewRun` and `task-access.ts`. Maps hold what few tasks have, keyed by task index or by `unitKey`.
 */
export interface RunState {
  readonly plan: CompiledPlan;
  readonly invariants: InvariantMode;
  readonly run: RunFacts;
  readonly tasks: TaskColumns;
  readonly order: StartOrder;

  /** Outcomes that say more than a status: data, changes, errors, reasons. */
  readonly outcomes: Map<number, Outcome>;
  /** Reasons of skips by guards, and of tasks that were not run. */
  readonly reasons: Map<number, string>;
  /** Evaluated parameters. */
  readonly params: Map<number, JsonValue>;
  readonly fanOuts: FanOuts;
  /** Units that wait for another attempt. */
  readonly retries: Map<number, PendingRetry>;
  /** Running units that were asked to end. */
  readonly cancels: Map<number, CancelRequest>;
  /** Running units whose time is up. */
  readonly timeouts: Map<number, "attempt" | "heartbeat">;
  /** When the running attempt (or undo) of a unit began, where a limit counts from it. */
  readonly attemptStarts: Map<number, number>;
  /** From when the total time of a task counts, where that is not its first start. */
  readonly totalStarts: Map<number, number>;
  /** Since when a task waits to start, where a limit counts from it. */
  readonly readySince: Map<number, number>;
  /** Units whose outcome is unknown. */
  readonly unknowns: Map<number, UnknownUnit>;
  /** Attempts of a unit that do not count against its retries. */
  readonly uncounted: Map<number, number>;
  readonly gates: Map<number, GateRecord>;
  readonly signals: Map<string, ReceivedSignal>;
  readonly signalIds: Set<string>;
  /** Items that a key function or a result gave; those that stand in the plan do not stand here. */
  readonly groupItems: Map<number, readonly GroupItem[]>;
  readonly groups: Map<number, GroupRecord>;
  /** Tasks of expanded groups, in blocks of neighbouring indices, ascending. */
  readonly blocks: GroupBlock[];

  /** What people have said about tasks in their present generation. */
  readonly decisions: Map<number, TaskDecision>;
  /** Why each generation after the first was opened, by its number. */
  readonly resets: Map<number, ResetRecord>;
  /** What earlier generations of a task have left to be undone, oldest first. */
  readonly earlier: Map<number, readonly EarlierChange[]>;
  /** Copies that a group has left behind when it was made anew with other items, as ranges. */
  readonly leftBehind: Map<number, readonly TaskRange[]>;

  /** Hosts of the run by index; the indices are those of `FanOut.hosts`. */
  readonly hosts: string[];
  readonly hostIndex: Map<string, number>;
  readonly targets: Map<string, readonly number[]>;

  /** Set once a rollback has begun. */
  undo: UndoState | undefined;
  /** Tasks of the plan that run only in the phase of rollback steps, ascending. */
  readonly rollbackSteps: ReadonlySet<number>;
  readonly slots: Slots;
  readonly queues: Queues;
}

/** How much the engine checks itself: nothing, each event, or each event and the whole state after it. */
export type InvariantMode = "off" | "events" | "sweep";

/** What is known about the run as a whole. */
export interface RunFacts {
  runId: RunId | undefined;
  /** What the run was made from, as `start` said. */
  origin: RunOrigin;
  /** Operator events so far, the start included; 0 before it. */
  controlVersion: number;
  /** Latest generation of tasks; 1 until something is done again. */
  generation: number;
  /** Units of earlier generations that changed something which cannot be undone. */
  earlierIrreversibleCount: number;
  /** Set while the run is paused. */
  pause: OperatorWord | undefined;
  /** Durations that were known when the run started. */
  estimates: readonly TaskEstimate[] | undefined;
  phase: RunPhase;
  stopMode: StopMode | undefined;
  stopReason: string | undefined;
  /** The task whose failure stopped the run, or -1. */
  stopTask: number;
  /** A failed task that will stop the run; the event is not written yet. Or -1. */
  pendingStop: number;
  params: JsonObject;
  createdAtMs: number;
  finishedAtMs: number;
  /** Time of the latest event; time never goes back inside a run. */
  lastAtMs: number;
  verdict: Verdict | undefined;
  /** The first failure that counts. */
  error: CodedError | undefined;
  isDryRun: boolean;
  rollback: RollbackMode;
  onUnknownHeld: "finish" | "wait";
  maxParallel: number;
  /** Failed tasks that are not tolerated. */
  failedCount: number;
  hasResolvedHosts: boolean;
}

export interface ResetRecord extends OperatorWord {
  readonly verb: ResetVerb;
  /** The task that was named, or -1. */
  readonly task: number;
}

/** A change by an attempt of an earlier generation that has not been undone. */
export interface EarlierChange {
  readonly generation: number;
  /** The attempt to undo. */
  readonly undoOf: number;
  /** Attempts of that generation so far, undos included. */
  readonly attempt: number;
  readonly source: "generated" | "declared";
  /** Index of the host, or -1. */
  readonly host: number;
}

/** Per task, by index. Arrays grow when a group expands; `capacity` is their length. */
export interface TaskColumns {
  /** Tasks of the plan itself; indices from here on belong to expanded groups. */
  readonly rootCount: number;
  count: number;
  capacity: number;
  status: Uint8Array;
  flags: Uint8Array;
  skipCause: Uint8Array;
  /** Judgements of ended dependencies, see `edge-conditions.ts`. */
  marks: Uint8Array;
  traits: Uint8Array;
  /** Blocking dependencies that have not ended. */
  remaining: Int32Array;
  /** Latest attempt of the only unit; of a fan-out, the highest. */
  attempts: Int32Array;
  generation: Uint16Array;
  /** -1 until it starts. */
  startedAtMs: Float64Array;
  /** -1 until it ends. */
  finishedAtMs: Float64Array;
  /** Tasks per status code. */
  readonly counts: Int32Array;
  /** Tasks that still move by themselves. */
  active: number;
}

export interface PendingRetry {
  /** The attempt that failed or was refused. */
  readonly attempt: number;
  readonly dueMs: number;
  /** Absent when the attempt was refused. */
  readonly error: CodedError | undefined;
}

export interface CancelRequest {
  readonly strength: "abort" | "kill";
  readonly atMs: number;
}

export interface UnknownUnit {
  readonly reason: string;
  readonly next: "rerun" | "probe" | "hold";
  /** Set once an operator has decided; the unit ends with it. */
  readonly decision?: UnknownDecision;
}

export interface GateRecord {
  /** When time opens the gate; -1 for the others. */
  readonly dueMs: number;
  readonly approvals: Voice[];
  refusal?: Voice;
}

export interface Voice {
  readonly actor: string;
  readonly reason?: string;
  readonly atMs: number;
}

export interface ReceivedSignal {
  readonly id: string;
  readonly payload?: JsonValue;
}

/** An expanded group: its tasks have the indices from `first` to before `end`. */
export interface GroupRecord {
  readonly first: number;
  readonly end: number;
  /** Its tasks that have not ended. */
  openCount: number;
  failedCount: number;
  changedCount: number;
  stoppedCount: number;
}

/**
 * Copies of the tasks of one group for neighbouring items with one body: task `local` of item `i` has index
 * `base + i · size + local`. Never without tasks.
 */
export interface GroupBlock {
  readonly group: number;
  readonly plan: CompiledPlan;
  readonly base: number;
  readonly size: number;
  readonly items: readonly GroupItem[];
}

/** What is in use. Derived from the statuses; kept because it is asked for at every start. */
export interface Slots {
  /** Units running, undo included. */
  running: number;
  /** Writing units by host. */
  readonly writing: number[];
  readonly keys: Map<string, KeySlots>;
}

export interface KeySlots {
  readonly limit: number;
  running: number;
  /** Cache: tasks that wait for the key. */
  readonly parked: ReadyQueue;
}

/** Caches that make decisions cheap. None of them is part of the run: see ADR 0010. */
export interface Queues {
  readonly ready: ReadyQueue;
  /** Whether a task is in `ready`; by index. */
  queued: Uint8Array;
  /** Tasks that something is to be written about. */
  readonly settle: IntQueue;
  readonly due: DueQueue;
  /** Units that wait for a host, by host. */
  readonly parkedByHost: Map<number, ReadyQueue>;
  readonly heartbeats: Map<number, number>;
  readonly barriers: LevelBarriers | undefined;
  effects: Effect[];
  /** Nothing is started here any more: this process is about to let the run go. */
  isHeld: boolean;
  /** After a stop: tasks before this one are known to run or to have been written off. */
  notRunFrom: number;
}
