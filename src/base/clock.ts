/**
 * The port through which time enters. Pure folders never see it: they receive numbers.
 */
export interface Clock {
  /** Wall clock in milliseconds since 1970-01-01 UTC; may jump either way. */
  nowMs(): number;
  /** Milliseconds from an arbitrary start; never goes back. Deadlines and durations use this one. */
  monotonicMs(): number;
  /** Calls `fire` once after at least `delayMs`; disposing before that prevents it. */
  setTimer(delayMs: number, fire: () => void): Disposable;
  /** Resolves after at least `delayMs`; rejects with the reason of `signal` when that aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The port through which randomness enters. */
export interface Random {
  /** `count` bytes fit for tokens and keys. */
  bytes(count: number): Uint8Array;
}
