import type { JsonObject } from "../base/json.ts";
import type { RunEvent } from "../engine/events.ts";
import type { RunView } from "../engine/run-view.ts";

/**
 * Watches a run. Called synchronously, in the order of the log, never awaited; what it throws is collected and changes
 * nothing. Not called again for events that were committed before a recovery.
 */
export interface RunObserver {
  /** Events that are committed and applied. */
  onEvents?(events: readonly RunEvent[], view: RunView): void;
  /** A line of output of a running attempt. Lossy: never part of the log. */
  onOutput?(line: OutputLine): void;
  onProgress?(progress: TaskProgress): void;
}

export interface OutputLine {
  readonly task: number;
  /** Empty for tasks without a host. */
  readonly host: string;
  /** `log` for lines written by task functions. */
  readonly stream: "stdout" | "stderr" | "log";
  readonly text: string;
  readonly data?: JsonObject;
}

export interface TaskProgress {
  readonly task: number;
  readonly host: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly message?: string;
}

/** Several observers as one, told in their order; `undefined` when there is none. */
export function observersOf(observers: readonly (RunObserver | undefined)[]): RunObserver | undefined {
  const present = observers.filter((observer) => observer !== undefined);
  const [first, ...rest] = present;
  if (first === undefined || rest.length === 0) return first;
  return {
    onEvents: (events, view) => present.forEach((observer) => observer.onEvents?.(events, view)),
    onOutput: (line) => present.forEach((observer) => observer.onOutput?.(line)),
    onProgress: (progress) => present.forEach((observer) => observer.onProgress?.(progress)),
  };
}
