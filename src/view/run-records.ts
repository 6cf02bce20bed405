import type { SkipCause, TaskStatus, Verdict, RunPhase } from "../engine/run-view.ts";
import type { PlanBody } from "./plan-body.ts";

/** A run while events are folded into it; what is written down of it at the end of a batch. */
export interface RunRecord {
  /** Place in the order in which runs appear in the log, from 1. */
  readonly number: number;
  readonly id: string;
  plan: string;
  fingerprint: string | undefined;
  /** Hash of the blob that names the tasks. */
  planBody: string | undefined;
  isDryRun: boolean;
  phase: RunPhase;
  verdict: Verdict | undefined;
  actor: string | undefined;
  reason: string | undefined;
  createdAtMs: number;
  finishedAtMs: number | undefined;
  lastAtMs: number;
  taskCount: number;
  /** Tasks from this index on have no record yet. */
  touchedCount: number;
  eventCount: number;
  /** Position in the log of its newest row that is folded in. */
  position: number;
  readonly counts: Record<CountedStatus, number>;
  /** Why nothing more of the run is folded in. */
  quarantine: Quarantine | undefined;
}

export interface Quarantine {
  readonly code: string;
  readonly message: string;
  /** Position of the row that could not be used. */
  readonly position: number;
}

/** Statuses that are counted; the tasks left over are pending. */
export const COUNTED_STATUSES = [
  "ready",
  "waiting",
  "running",
  "changed",
  "unchanged",
  "skipped",
  "failed",
  "cancelled",
  "notRun",
  "unknown",
] as const satisfies readonly TaskStatus[];

export type CountedStatus = (typeof COUNTED_STATUSES)[number];

/** Counts of a run in which nothing has happened yet. */
export function noCounts(): Record<CountedStatus, number> {
  return {
    ready: 0,
    waiting: 0,
    running: 0,
    changed: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    cancelled: 0,
    notRun: 0,
    unknown: 0,
  };
}

export interface TaskRecord {
  readonly task: number;
  /** Set for tasks of expanded groups; those of the plan itself have theirs in the plan body. */
  name: string | undefined;
  target: string | undefined;
  kind: string | undefined;
  operation: string | undefined;
  group: number | undefined;
  status: TaskStatus;
  skipCause: SkipCause | undefined;
  isChanged: boolean;
  attempts: number;
  generation: number;
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  reason: string | undefined;
  errorCode: string | undefined;
  errorMessage: string | undefined;
  /** Where a task that may run on any host was placed. */
  placedOn: string | undefined;
  /** Hosts it has started on, by what they do; 0 for tasks without hosts. */
  unitCount: number;
  unitsRunning: number;
  unitsWaiting: number;
  unitsUnknown: number;
  /** Undos that have started and not ended. */
  undoing: number;
  isRolledBack: boolean;
  undoErrorCode: string | undefined;
  undoErrorMessage: string | undefined;
}

/** A task nothing has happened to. */
export function newTaskRecord(task: number): TaskRecord {
  return {
    task,
    name: undefined,
    target: undefined,
    kind: undefined,
    operation: undefined,
    group: undefined,
    status: "pending",
    skipCause: undefined,
    isChanged: false,
    attempts: 0,
    generation: 1,
    startedAtMs: undefined,
    finishedAtMs: undefined,
    reason: undefined,
    errorCode: undefined,
    errorMessage: undefined,
    placedOn: undefined,
    unitCount: 0,
    unitsRunning: 0,
    unitsWaiting: 0,
    unitsUnknown: 0,
    undoing: 0,
    isRolledBack: false,
    undoErrorCode: undefined,
    undoErrorMessage: undefined,
  };
}

/** One host of a task. */
export interface UnitRecord {
  readonly task: number;
  readonly unit: number;
  host: string | undefined;
  status: TaskStatus;
  isChanged: boolean;
  attempts: number;
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  reason: string | undefined;
  errorCode: string | undefined;
  errorMessage: string | undefined;
  isUndoing: boolean;
  isRolledBack: boolean;
}

/** A host of a task nothing has happened on. */
export function newUnitRecord(task: number, unit: number, host: string | undefined): UnitRecord {
  return {
    task,
    unit,
    host,
    status: "pending",
    isChanged: false,
    attempts: 0,
    startedAtMs: undefined,
    finishedAtMs: undefined,
    reason: undefined,
    errorCode: undefined,
    errorMessage: undefined,
    isUndoing: false,
    isRolledBack: false,
  };
}

/** Something people want to read in the history of a run. */
export interface NoteRecord {
  readonly kind: string;
  readonly atMs: number;
  readonly task: number | undefined;
  readonly unit: number | undefined;
  readonly text: string;
}

/** Which hosts the targets of a run stand for. */
export type TargetHosts = ReadonlyMap<string, readonly string[]>;

/**
 * What a fold changes: the records of one run. Records are the same object each time they are asked for within a batch,
 * and whoever changes one need not say so.
 */
export interface RunRecords {
  readonly run: RunRecord;
  /** The record of a task, made when there is none. */
  task(task: number): TaskRecord;
  /** The record of one host of a task, made when there is none. */
  unit(task: TaskRecord, unit: number): UnitRecord;
  /** Hosts of a task that have a record, in order. */
  units(task: number): readonly UnitRecord[];
  /** Tasks in a status. Slow: for what happens once in a run. */
  tasksIn(status: TaskStatus): readonly TaskRecord[];
  /** Hosts of a task as far as the plan body and `hosts.resolved` tell; `undefined` for tasks without a target. */
  hostsOf(task: TaskRecord): readonly string[] | undefined;
  /** The plan of the run, when it is known. */
  plan(): PlanBody | undefined;
  setTargets(targets: TargetHosts): void;
  /** The name of a task, `#7` when nobody has said it. */
  nameOf(task: number): string;
  note(note: NoteRecord): void;
}
