import { must } from "../src/base/assert.ts";
import type { RunId } from "../src/base/ids.ts";
import type { UserCode } from "../src/runner/user-code.ts";
import { authorCode } from "../src/library/author-code.ts";
import { LatencyMeter } from "./latency-meter.ts";

/**
 * Measures from the moment at which nothing but drover keeps a task from running to the call of its function: its last
 * dependency has returned, or a slot of its run has become free, whatever is later. Between the two lie the result, the
 * decision, the commit and the effect.
 */
export class DispatchMeter {
  readonly dispatches = new LatencyMeter();
  /** From asking for a run to the call of its first function. */
  readonly starts = new LatencyMeter();
  callCount = 0;
  readonly #runs = new Map<RunId, RunMeter>();
  readonly #slots: number;

  /** @param slots tasks of a run that may be in flight at once */
  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Code that is called as that of any author, and measured. */
  codeOf(dependencies: Dependencies, startMs: number): UserCode {
    return {
      ...authorCode,
      runTask: (body, call) => {
        const nowMs = performance.now();
        this.callCount += 1;
        let run = this.#runs.get(call.runId);
        if (run === undefined) {
          run = new RunMeter(dependencies, this.#slots, this.dispatches);
          this.#runs.set(call.runId, run);
          this.starts.record(nowMs - startMs);
        }
        run.called(call.index, nowMs);
        const returned = authorCode.runTask(body, call);
        run.ended(call.index, performance.now());
        return returned;
      },
    };
  }

  forget(runId: RunId): void {
    this.#runs.delete(runId);
  }
}

/** Per task the indices of those it depends on. */
export type Dependencies = readonly (readonly number[])[];

/** Follows one run. */
class RunMeter {
  readonly #dependencies: Dependencies;
  readonly #slots: number;
  readonly #dispatches: LatencyMeter;
  readonly #endMs: Float64Array;
  /** Ends in their order, as many as there are slots: the oldest of them freed the slot of the next call. */
  readonly #freedMs: Float64Array;
  #callCount = 0;
  #endCount = 0;

  constructor(dependencies: Dependencies, slots: number, dispatches: LatencyMeter) {
    this.#dependencies = dependencies;
    this.#slots = slots;
    this.#dispatches = dispatches;
    this.#endMs = new Float64Array(dependencies.length);
    this.#freedMs = new Float64Array(slots);
  }

  called(task: number, nowMs: number): void {
    let readyMs = 0;
    if (this.#callCount >= this.#slots)
      readyMs = must(this.#freedMs[this.#callCount % this.#slots], "A slot was freed");
    for (const dependency of this.#dependencies[task] ?? []) {
      readyMs = Math.max(readyMs, this.#endMs[dependency] ?? 0);
    }
    this.#callCount += 1;
    if (readyMs > 0) this.#dispatches.record(nowMs - readyMs);
  }

  ended(task: number, nowMs: number): void {
    this.#endMs[task] = nowMs;
    this.#freedMs[this.#endCount % this.#slots] = nowMs;
    this.#endCount += 1;
  }
}
