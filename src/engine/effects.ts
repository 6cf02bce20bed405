/**
 * What the world has to do. Data only: the runner performs it and answers with a command. Delivered at least once; an
 * attempt is identified by `(task, unit, attempt, generation)` and carries the token of `attemptTokenOf`.
 */
export type Effect = EvaluateEffect | DispatchEffect | CancelAttemptEffect | UndoEffect;

/** Call user code; answered by `evaluated`. */
export interface EvaluateEffect {
  readonly type: "evaluate";
  readonly task: number;
  readonly generation: number;
  readonly needs: EvaluationNeeds;
}

export interface EvaluationNeeds {
  /** Indices of guards to call in this order, until one says no. */
  readonly guards: readonly number[];
  /** Call the parameter function of the operation, or the input function of the script. */
  readonly params: boolean;
  /** Choose a host for target `_any`. */
  readonly placement: boolean;
  /** Call the key function of the group. */
  readonly keys: boolean;
}

/** Start an attempt; answered by `attemptFinished`, `attemptsFinished` or `attemptNotStarted`. */
export interface DispatchEffect {
  readonly type: "dispatch";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  /** Absent for tasks without a target: they run where the engine runs. */
  readonly host: string | undefined;
  /**
   * `inspect` (dry run) changes nothing. `probe` finds out whether an attempt of unknown outcome has reached its goal:
   * answered `changed` or `unchanged` when it has, `failed` when it has not, `unknown` when that cannot be told.
   */
  readonly mode: DispatchMode;
}

export type DispatchMode = "apply" | "inspect" | "probe";

/** End a running attempt (also of an undo). It is still answered by its own result. */
export interface CancelAttemptEffect {
  readonly type: "cancelAttempt";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  readonly strength: "abort" | "kill";
}

/** Undo what a unit did; answered by `undoFinished`. */
export interface UndoEffect {
  readonly type: "undo";
  readonly task: number;
  readonly unit: number;
  readonly attempt: number;
  readonly generation: number;
  readonly host: string | undefined;
  /** Number of the attempt to undo: its token names the pre-image. */
  readonly undoOf: number;
  /** From that pre-image, or by the undo of the plan (`taskOf(state, task).undo`). */
  readonly source: "generated" | "declared";
}
