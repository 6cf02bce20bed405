import type { AttemptToken, RunId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { Outcome } from "../operation/outcome.ts";

/** What an executor is asked to do: one attempt of one operation or script on one host. Plain data. */
export interface Job {
  readonly runId: RunId;
  readonly task: string;
  readonly host: string;
  /** From 1, within the generation. */
  readonly attempt: number;
  /** Idempotency key: an executor starts each token at most once. */
  readonly token: AttemptToken;
  /**
   * Set when a process that has ended may have sent this token before, as after a recovery: a journal that has forgotten
   * old tokens then does not take it for a new one. Default false.
   */
  readonly isResent?: boolean;
  readonly mode: JobMode;
  /** In mode `probe`: the token of the attempt that was lost, under which its result or its pre-image may be known. */
  readonly probeOf?: AttemptToken;
  readonly work: JobWork;
  readonly timeoutMs?: number;
  readonly killGraceMs?: number;
  /** Texts in the work that must not show up in anything, besides the secret parameters of its operation. */
  readonly secrets?: readonly string[];
}

/** `apply` makes it true, `inspect` says what would change, `probe` looks whether an unknown attempt took effect. */
export type JobMode = "apply" | "inspect" | "probe";

export type JobWork =
  | { readonly kind: "operation"; readonly operation: string; readonly params: JsonValue }
  | {
      readonly kind: "script";
      readonly interpreter: readonly string[];
      readonly script: string;
      readonly args: readonly string[];
      readonly env: { readonly [name: string]: string };
      readonly cwd?: string;
      /** Given on standard input as JSON. */
      readonly input?: JsonValue;
    }
  /** Restores from the pre-image that the attempt with `undoToken` captured. */
  | { readonly kind: "undo"; readonly operation: string; readonly undoToken: AttemptToken };

/** How the job ended. Judged by token: a result for a superseded attempt changes nothing. */
export interface AttemptResult {
  readonly token: AttemptToken;
  readonly outcome: Outcome;
  readonly durationMs: number;
}
