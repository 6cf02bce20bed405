import type { CodedError } from "../base/coded-error.ts";
import type { Child } from "./child.ts";

/** How the children of one stop end. */
export interface StopSettings {
  /** Milliseconds for this child, asked when its turn has come. */
  readonly budgetMs: (child: Child) => number;
  /**
   * Called when the child has stopped, or was abandoned with `error`; only for children that had an instance. Whoever
   * asked first tells of it, the others know.
   */
  readonly stopped: (child: Child, error: CodedError | undefined, isFirst: boolean) => void;
}

/**
 * Stops children in reverse order. All of them are asked at once, except that a child whose dependants are among them
 * is asked when those are gone.
 * @param children in the order in which they were added
 */
export async function stopChildren(children: readonly Child[], settings: StopSettings): Promise<void> {
  const ends = new Map<Child, Promise<void>>();
  for (const child of children.toReversed()) {
    const before = [...child.dependants].flatMap((dependant) => ends.get(dependant) ?? []);
    const end =
      before.length === 0 ? stopOne(child, settings) : Promise.all(before).then(() => stopOne(child, settings));
    ends.set(child, end);
  }
  await Promise.all(ends.values());
}

async function stopOne(child: Child, { budgetMs, stopped }: StopSettings): Promise<void> {
  if (!child.hasInstance) return;
  const isFirst = !child.isStopping;
  const error = await child.stop(budgetMs(child));
  stopped(child, error, isFirst);
}
