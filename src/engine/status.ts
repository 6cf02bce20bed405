import type { OutcomeStatus } from "../operation/outcome.ts";
import type { SkipCause, TaskStatus } from "./run-view.ts";

// pending ──▶ ready ──────────────────▶ running ──▶ changed | unchanged | skipped | failed | cancelled
//    │  ╲       ▲                        │   ▲ │
//    │   ╲─▶ evaluating                  ▼   │ └──▶ unknown ──(decision)──▶ ready | changed | failed
//    │   ╲─▶ held (level barrier)       waiting (retry delay, gate)
//    ├──▶ skipping ──▶ skipped
//    └──▶ notRun                        expanded: a group whose tasks run
//
// Units of a fan-out use the same codes, without held, evaluating, skipping and expanded.

export const PENDING = 0;
export const READY = 1;
/** A gate that is not open yet, or nothing but retries that are not due yet. */
export const WAITING = 2;
export const RUNNING = 3;
export const CHANGED = 4;
export const UNCHANGED = 5;
export const SKIPPED = 6;
export const FAILED = 7;
export const CANCELLED = 8;
export const NOT_RUN = 9;
/** Unknown outcome that only a decision can settle. Not terminal: dependents wait. */
export const UNKNOWN = 10;
/** The world is asked about guards, parameters, placement or keys. */
export const EVALUATING = 11;
/** Will be skipped; the event is not written yet. */
export const SKIPPING = 12;
/** Waits for the level before to end. */
export const HELD = 13;
/** A group whose tasks exist. */
export const EXPANDED = 14;

/** A copy of a group that does not exist at present: its group begins anew, or was made anew without it. */
export const DROPPED = 15;

export const STATUS_COUNT = 16;

/** Terminal codes lie between these. */
export function isTerminal(code: number): boolean {
  return code >= CHANGED && code <= NOT_RUN;
}

/** 1 for codes that still move by themselves: while any task has one, the phase goes on. */
export const IS_ACTIVE = Uint8Array.from([0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);

const STATUS_BY_CODE: readonly TaskStatus[] = [
  "pending",
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
  "waiting",
  "pending",
  "pending",
  "running",
  "notRun",
];

/** What people see of a code. */
export function statusName(code: number): TaskStatus {
  return STATUS_BY_CODE[code] ?? "pending";
}

/** The code in which an outcome ends a unit or task. */
export function codeOfOutcome(status: OutcomeStatus): number {
  return CODE_BY_OUTCOME[status];
}

const CODE_BY_OUTCOME: Readonly<Record<OutcomeStatus, number>> = {
  changed: CHANGED,
  unchanged: UNCHANGED,
  skipped: SKIPPED,
  failed: FAILED,
  cancelled: CANCELLED,
  unknown: UNKNOWN,
};

export const CAUSE_NONE = 0;
export const CAUSE_GUARD = 1;
export const CAUSE_NOT_TRIGGERED = 2;
export const CAUSE_DEPENDENCY_FAILED = 3;
export const CAUSE_UNSUPPORTED = 4;
export const CAUSE_OPERATOR = 5;

const CAUSE_BY_CODE: readonly (SkipCause | undefined)[] = [
  undefined,
  "guard",
  "notTriggered",
  "dependencyFailed",
  "unsupported",
  "operator",
];

/** Why a task with this cause code was skipped. */
export function skipCauseName(code: number): SkipCause | undefined {
  return CAUSE_BY_CODE[code];
}

/** The code of a skip cause. */
export function skipCauseCode(cause: SkipCause): number {
  return CAUSE_BY_CODE.indexOf(cause);
}

// Flags of a task, one bit each.

/** An attempt was dispatched, a gate entered, or a group expanded. */
export const FLAG_STARTED = 1;
/** Something changed, whatever the status says. */
export const FLAG_CHANGED = 2;
export const FLAG_ROLLED_BACK = 4;
export const FLAG_CONDITIONAL = 8;
/** Nothing more of it may start: the run stops, or its time is up. */
export const FLAG_STOPPED = 16;
/** May run in the phase of failure branches. */
export const FLAG_BRANCH = 32;
export const FLAG_EVALUATED = 64;
/** Its total time, or that of its group, is up. */
export const FLAG_TOTAL_TIMEOUT = 128;

// Traits of a task, one bit each: what takes it off the short path of plain functions.

export const TRAIT_GUARDED = 1;
/** Parameters, placement or keys come from outside. */
export const TRAIT_EVALUATED = 2;
/** Runs on hosts: has a fan-out. */
export const TRAIT_TARGET = 4;
export const TRAIT_GATE = 8;
export const TRAIT_GROUP = 16;
export const TRAIT_KEYED = 32;
/** Has a queue, attempt or heartbeat timeout. */
export const TRAIT_TIMED = 64;
/** The run is a dry run. */
export const TRAIT_DRY = 128;
