/** A broken promise of our own code. Never caught for control flow: it ends the run with its log intact. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/**
 * Stops when `condition` does not hold. Only for what can be false by a bug of ours; what users or the
 * world can cause is a {@link CodedError}.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Returns `value`, stopping when it is absent. The typed replacement of the `!` operator. */
export function must<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(message);
  return value;
}

/** The end of every exhaustive switch: a new variant fails to compile here. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`Unexpected variant: ${String(value)}`);
}
