import { codedError, type CodedError, DroverError, fromThrown } from "../base/coded-error.ts";
import type { Child } from "./child.ts";
import type { RunningChild } from "./child-spec.ts";
import type { ShutdownPhase, ShutdownProblem } from "./shutdown.ts";

/** The phases in which children work for their own end. */
export type WorkPhase = Extract<ShutdownPhase, "drain" | "checkpoint">;

/**
 * Asks all running children at once, newest first, and waits until each is done, has ended, or `signal` aborts.
 * @returns those that could not do it, or not in time
 */
export async function runPhase(
  children: readonly Child[],
  phase: WorkPhase,
  signal: AbortSignal,
): Promise<readonly ShutdownProblem[]> {
  const problems: ShutdownProblem[] = [];
  const busy = new Set<string>();
  const works = children.toReversed().map(async (child) => {
    const { running } = child;
    if (running === undefined) return;
    busy.add(child.id);
    try {
      await firstOf(ask(running, phase, signal), running);
    } catch (thrown) {
      for (const error of errorsOf(thrown, `Cannot ${phase} "${child.id}"`)) {
        if (busy.has(child.id)) problems.push({ child: child.id, phase, error });
      }
    } finally {
      busy.delete(child.id);
    }
  });
  await beforeAbort(Promise.all(works), signal);
  const late = [...busy].map((child) => ({ child, phase, error: lateError(child, phase) }));
  busy.clear();
  return [...problems, ...late];
}

function ask(running: RunningChild, phase: WorkPhase, signal: AbortSignal): void | Promise<void> {
  return phase === "drain" ? running.drain?.(signal) : running.checkpoint?.(signal);
}

/** A child that ends by itself has nothing left to do; its supervisor tells whether it failed. */
function firstOf(work: void | Promise<void>, running: RunningChild): void | Promise<void> {
  if (!(work instanceof Promise)) return undefined;
  const ended = running.ended.then(ignore, ignore);
  return Promise.race([work, ended]);
}

function ignore(): void {}

async function beforeAbort(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function errorsOf(thrown: unknown, action: string): readonly CodedError[] {
  if (thrown instanceof DroverError) return thrown.errors;
  return [fromThrown("DRV_SUPERVISOR_CHILD_FAULTED", thrown, action)];
}

function lateError(child: string, phase: WorkPhase): CodedError {
  return codedError("DRV_SUPERVISOR_PHASE_LATE", `Cannot ${phase} "${child}": it was not done in time`);
}
