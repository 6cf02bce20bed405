import { ATTEMPTS_MAX, TOTAL_TIMEOUT_MS_DEFAULT } from "../base/limits.ts";
import type { AfterFailure, ErrorStrategyDefinition } from "../definition/error-strategy.ts";
import type { RetryPolicy } from "./compiled-plan.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";
import { ValueReader } from "./value-reader.ts";

/** Longest delay before a retry when the plan says nothing: the total time of a task ends first. */
const RETRY_MAX_MS_DEFAULT = TOTAL_TIMEOUT_MS_DEFAULT;
const BACKOFF_FACTOR_DEFAULT = 2;
const BACKOFF_FACTOR_MAX = 100;

const STRATEGY_MEMBERS = ["afterFailure", "retry"];
const RETRY_MEMBERS = ["times", "initial", "factor", "max", "jitter", "on"];

/** An error strategy, read and checked; an absent half is inherited. */
export interface ErrorStrategy {
  readonly afterFailure?: AfterFailure;
  readonly retry?: RetryPolicy;
}

/** Reads a strategy; an absent half stays absent. */
export function readStrategy(
  given: unknown,
  context: { readonly problems: Problems; readonly place: Place },
): ErrorStrategy {
  const place = memberOf(context.place, "onError");
  new ValueReader(context.problems, context.place).members("onError", given, STRATEGY_MEMBERS);
  if (typeof given !== "object" || given === null) return {};
  const strategy: ErrorStrategyDefinition = given;
  const reader = new ValueReader(context.problems, place);
  const afterFailure = reader.oneOf("afterFailure", strategy.afterFailure, ["stopAll", "continueRun"]);
  const retry = strategy.retry === undefined ? undefined : readRetry(strategy.retry, { ...context, place });
  return { ...(afterFailure === undefined ? {} : { afterFailure }), ...(retry === undefined ? {} : { retry }) };
}

function readRetry(
  given: NonNullable<ErrorStrategyDefinition["retry"]>,
  { problems, place }: { readonly problems: Problems; readonly place: Place },
): RetryPolicy | undefined {
  if (new ValueReader(problems, place).members("retry", given, RETRY_MEMBERS) === undefined) return undefined;
  const reader = new ValueReader(problems, memberOf(place, "retry"));
  const retries = reader.number("times", given.times ?? Number.NaN, { min: 0, max: ATTEMPTS_MAX - 1 });
  const factor = reader.number("factor", given.factor, { min: 1, max: BACKOFF_FACTOR_MAX, isInteger: false });
  const jitter = reader.number("jitter", given.jitter, { min: 0, max: 1, isInteger: false });
  return {
    retries: retries ?? 0,
    initialMs: reader.duration("initial", given.initial) ?? 0,
    factor: factor ?? BACKOFF_FACTOR_DEFAULT,
    maxMs: reader.duration("max", given.max) ?? RETRY_MAX_MS_DEFAULT,
    jitter: jitter ?? 0,
    on: reader.oneOf("on", given.on, ["retryable", "any"]) ?? "retryable",
  };
}
