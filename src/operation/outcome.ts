import type { CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";

/** The words in which every attempt ends. */
export type OutcomeStatus = "changed" | "unchanged" | "skipped" | "failed" | "cancelled" | "unknown";

/** What a retry policy may do about a failure. `retryAfterMs` overrides the policy's delay. */
export type ErrorClass = "retryable" | "fatal";

/** How one attempt on one host (or of one function) ended. Plain data: it crosses the wire and the log. */
export type Outcome = Succeeded | Skipped | Failed | Cancelled | Unknown;

export interface Succeeded {
  readonly status: "changed" | "unchanged";
  /** Result of the operation or function; absent when it has none. */
  readonly data?: JsonValue;
  /** What was (or in a dry run would be) changed. */
  readonly changes?: readonly Change[];
  /** Whether the executor holds a pre-image from which `undo` can restore. */
  readonly isReversible?: boolean;
  /** Dry run only: depends on something that is not known before the run. */
  readonly isConditional?: boolean;
  /** Dry run only: why it is conditional. */
  readonly reason?: string;
  /** Inspection only: a digest of the state that was found, equal while the host is as it was. */
  readonly observedHash?: string;
  /** Function tasks that speak for several hosts. */
  readonly hostResults?: readonly HostResult[];
}

export interface Skipped {
  readonly status: "skipped";
  readonly reason: string;
}

export interface Failed {
  readonly status: "failed";
  readonly error: CodedError;
  readonly errorClass: ErrorClass;
  readonly retryAfterMs?: number;
  /** The host could not be reached: nothing was started there. */
  readonly failure?: "unreachable";
  /** What it returned besides failing: kept for guards and report. */
  readonly data?: JsonValue;
  readonly changed?: boolean;
  readonly hostResults?: readonly HostResult[];
  /** Changes were made before it failed and a pre-image is held. */
  readonly isReversible?: boolean;
}

export interface Cancelled {
  readonly status: "cancelled";
  readonly reason: string;
}

/** Nobody can say whether it ran to its end. Never retried blindly. */
export interface Unknown {
  readonly status: "unknown";
  readonly reason: string;
}

/** One thing that differs between what is and what is wanted. */
export interface Change {
  /** What differs: `content`, `mode`, `owner`, `existence`, `command`, … */
  readonly property: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** Unified diff for text content; absent for secrets and binary content. */
  readonly diff?: string;
}

/** What one host contributed to a task. */
export interface HostResult {
  readonly hostname: string;
  /** How it ended; while it has not, whether it has started. */
  readonly status: OutcomeStatus | "pending" | "running";
  readonly changed: boolean;
  readonly error?: CodedError;
  /** Set when the host could not be reached. */
  readonly failure?: "unreachable";
  /** Why it was skipped, cancelled or is unknown. */
  readonly reason?: string;
  readonly data?: JsonValue;
  readonly changes?: readonly Change[];
  readonly durationMs: number;
  readonly attempts?: number;
  readonly rolledBack?: boolean;
}
