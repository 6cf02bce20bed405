import type { CodedError } from "../base/coded-error.ts";

/** How something supervised came to its end by itself: as it should (`undefined`), or by a fault. */
export type ChildEnd = undefined | ChildFault;

export interface ChildFault {
  readonly kind: "faulted";
  readonly error: CodedError;
  /** What was thrown, for its stack. */
  readonly thrown?: unknown;
}

/**
 * What a supervisor holds of a child that has been started. The four steps of an end are asked for in the order in which
 * they stand here; those a child does not have are done at once. Actors and supervisors are running children themselves.
 */
export interface RunningChild {
  /**
   * Settles when the child has ended by itself and let go of everything it held: resolves with nothing after a normal
   * exit, resolves with a fault or rejects (which is the same) after a fault.
   */
  readonly ended: Promise<ChildEnd | void>;
  /** From now on the child refuses new work. */
  stopAccepting?(): void;
  /** Finishes the work that was accepted. Rejects when it cannot; `signal` aborts when its time is up. */
  drain?(signal: AbortSignal): void | Promise<void>;
  /** Keeps what must not be lost. Rejects when it cannot; `signal` aborts when its time is up. */
  checkpoint?(signal: AbortSignal): void | Promise<void>;
  /** Ends the child: settles when nothing of it runs any more. `signal` aborts when its time is up. */
  stop(signal: AbortSignal): void | Promise<void>;
}

export interface StartContext {
  /** Aborts when this instance has to be gone: its start is called off, it faulted, was stopped or was abandoned. */
  readonly signal: AbortSignal;
  /** How often the child was started before, 0 at first: a child with state loads it when this is more than 0. */
  readonly starts: number;
}

/**
 * Which ends lead to a new start: every one (`permanent`), faults only (`transient`), none (`temporary`). A child that is
 * not started again is forgotten.
 */
export type RestartPolicy = "permanent" | "transient" | "temporary";

/**
 * What a fault means: `restart` by the rules; `giveUp` on this child at once, because a new start would end the same
 * way; `fatal` for the supervisor and all of its children.
 */
export type FaultVerdict = "restart" | "giveUp" | "fatal";

export interface ChildSpec {
  /** Names the child among its siblings: 1 to 200 visible characters. */
  readonly id: string;
  /** Makes a fresh instance. What it throws or rejects with is a fault of the child. */
  readonly start: (context: StartContext) => RunningChild | Promise<RunningChild>;
  /** Default `transient`. */
  readonly restart?: RestartPolicy;
  /**
   * When the child has used up its restarts: `quarantine` lists it with its reason while its siblings go on, `escalate`
   * ends the supervisor with all its children. Default `quarantine`.
   */
  readonly whenExhausted?: "quarantine" | "escalate";
  /**
   * Siblings that were added before and have to run before this child is started; it is stopped before them. With the
   * strategy `restForOne` it is restarted with them.
   */
  readonly dependsOn?: readonly string[];
  /** Milliseconds the child has for stopping outside of a shutdown. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** Judges faults of this child instead of the judge of the supervisor. */
  readonly judge?: FaultJudge;
}

/** Decides what a fault means. Must be cheap and must not throw. */
export type FaultJudge = (error: CodedError) => FaultVerdict;

/**
 * `starting`, `running`, `stopping`; `waiting` for the end of its back-off; `held` until the siblings it depends on run;
 * `quarantined` until somebody releases or removes it.
 */
export type ChildState = "starting" | "running" | "stopping" | "waiting" | "held" | "quarantined";

/** A child as people see it. */
export interface ChildStatus {
  readonly id: string;
  readonly state: ChildState;
  /** Why it is quarantined, held back or waiting. */
  readonly reason: CodedError | undefined;
  /** Restarts that still count against the limit. */
  readonly recentRestarts: number;
  /** How often it was started in all. */
  readonly starts: number;
}
