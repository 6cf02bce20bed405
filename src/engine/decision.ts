import type { CodedError } from "../base/coded-error.ts";
import type { RunEvent } from "./events.ts";

/** The answer of `decide`. */
export type Decision = Accepted | Rejected;

export interface Accepted {
  readonly ok: true;
  /** What happened, already applied to the state; append before taking the effects out of the process. */
  readonly events: readonly RunEvent[];
  /** There is more to decide right now: send `advance`. */
  readonly hasMore: boolean;
  /** Results of `attemptsFinished` that were passed over because their attempt is not running. */
  readonly staleCount: number;
}

/** The command cannot be followed; the state is untouched. */
export interface Rejected {
  readonly ok: false;
  readonly rejection: CodedError;
}
