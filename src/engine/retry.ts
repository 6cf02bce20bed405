import { sha256 } from "../base/json.ts";
import type { Failed } from "../operation/outcome.ts";
import type { RetryPolicy } from "../plan/compiled-plan.ts";

/** Whether a policy makes another attempt after this failure. `attemptsMade` counts those that count, from 1. */
export function isRetried(policy: RetryPolicy | undefined, failure: Failed, attemptsMade: number): boolean {
  if (policy === undefined || attemptsMade > policy.retries) return false;
  return policy.on === "any" || failure.errorClass === "retryable";
}

/**
 * Computes how long to wait before the next attempt: `min(initialMs · factor^k, maxMs)` before retry k, counted from 0,
 * minus up to the fraction `jitter` of it.
 *
 * @param attemptsMade attempts made so far, from 1
 * @param options.draw number in [0, 1) that chooses the jitter; see {@link jitterDraw}
 * @returns whole milliseconds
 *
 * @example
 * const policy = { retries: 3, initialMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0, on: "retryable" } as const;
 * retryDelayMs(policy, 1, { draw: 0 }); // 1_000
 * retryDelayMs(policy, 2, { draw: 0 }); // 2_000
 */
export function retryDelayMs(policy: RetryPolicy, attemptsMade: number, options: { readonly draw: number }): number {
  const grown = policy.initialMs === 0 ? 0 : policy.initialMs * policy.factor ** (attemptsMade - 1);
  const delayMs = Math.min(grown, policy.maxMs);
  return Math.max(0, Math.round(delayMs * (1 - policy.jitter * options.draw)));
}

/** A number in [0, 1) from whatever names an attempt, so that a replay waits as long as the first time. */
export function jitterDraw(identity: readonly (string | number)[]): number {
  return Number.parseInt(sha256(JSON.stringify(identity)).slice(0, 8), 16) / 2 ** 32;
}
