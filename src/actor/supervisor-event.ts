import type { CodedError } from "../base/coded-error.ts";
import type { ShutdownPhase } from "./shutdown.ts";

/** What happened to a supervisor and its children, told in order to whoever watches. */
export type SupervisorEvent = SupervisorFact & {
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
};

export type SupervisorFact =
  | ChildFact
  /** Failures have become frequent: half of what ends the supervisor, unless it was told otherwise. */
  | { readonly type: "warning"; readonly failures: number; readonly windowMs: number }
  /** Failures are so frequent that restarting makes it worse: everything stops. */
  | { readonly type: "meltdown"; readonly failures: number; readonly windowMs: number }
  /** A phase of a shutdown begins. */
  | { readonly type: "phase"; readonly phase: ShutdownPhase }
  /** The supervisor and all children are gone; `error` says why, when nobody asked for it. */
  | { readonly type: "ended"; readonly error: CodedError | undefined };

/** Something about one child. */
export type ChildFact = { readonly child: string } & (
  | { readonly type: "started" }
  | { readonly type: "restarted"; readonly starts: number }
  /** The child ended as it should. */
  | { readonly type: "exited" }
  /** The child failed: `thrown` is what it threw, for its stack. */
  | { readonly type: "faulted"; readonly error: CodedError; readonly thrown: unknown }
  /** The child will be started again after `delayMs`, together with the siblings in `together`. */
  | { readonly type: "restarting"; readonly delayMs: number; readonly together: readonly string[] }
  /** The child cannot run before a sibling does. */
  | { readonly type: "held"; readonly error: CodedError }
  /** The child is not started again before somebody releases it. */
  | { readonly type: "quarantined"; readonly error: CodedError }
  /** The child was given up and takes the supervisor with it. */
  | { readonly type: "escalated"; readonly error: CodedError }
  /** The child was stopped: by request, or with its siblings. */
  | { readonly type: "stopped" }
  /** The child did not stop in time and may still do something. */
  | { readonly type: "abandoned"; readonly error: CodedError }
);

/** Watches a supervisor. Called synchronously, never awaited; what it throws is collected and changes nothing. */
export type SupervisorObserver = (event: SupervisorEvent) => void;
