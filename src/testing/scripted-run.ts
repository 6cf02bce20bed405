import { must } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import type { RunEvent } from "../engine/events.ts";
import type { RunPhase, RunView, SkipCause, TaskStatus, Verdict } from "../engine/run-view.ts";
import type { Outcome } from "../operation/outcome.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import { fakeRunView, type FakeTask } from "./fake-run-view.ts";

/** The events a script may say besides starting and ending tasks. */
export type ScriptedEvent = Extract<
  RunEvent,
  { readonly type: "gate.entered" | "phase.entered" | "retry.scheduled" | "run.stopping" | "undo.completed" }
>;

/**
 * A run in which nothing runs: a test says what happens, one step at a time, and an observer sees the events and the view
 * it would see of a real run. For tests of displays.
 */
export class ScriptedRun {
  readonly view: RunView;
  readonly #observer: RunObserver;
  readonly #nowMs: () => number;
  readonly #planName: string;
  readonly #createdAtMs: number;
  #tasks: FakeTask[];
  #phase: RunPhase = "running";
  #verdict: Verdict | undefined;
  #error: CodedError | undefined;
  #current: RunView | undefined;

  constructor(options: {
    readonly planName: string;
    readonly tasks: readonly Omit<FakeTask, "status">[];
    readonly observer: RunObserver;
    readonly nowMs: () => number;
  }) {
    this.#planName = options.planName;
    this.#observer = options.observer;
    this.#nowMs = options.nowMs;
    this.#createdAtMs = options.nowMs();
    this.#tasks = options.tasks.map((task) => ({ ...task, status: "pending" }));
    this.view = liveView(() => this.#now());
    this.#emit([]);
  }

  dispatch(...names: readonly string[]): void {
    for (const name of names) this.#change(name, { status: "running", startedAtMs: this.#nowMs(), attempts: 1 });
    this.#emit(
      names.map((name) => ({ ...this.#head(), type: "task.dispatched", task: this.#indexOf(name), attempt: 1 })),
    );
  }

  complete(name: string, status: "changed" | "unchanged" | "failed", more: Partial<FakeTask> = {}): void {
    const startedAtMs = this.#tasks[this.#indexOf(name)]?.startedAtMs ?? this.#nowMs();
    const finishedAtMs = this.#nowMs();
    const isChanged = status === "changed";
    this.#change(name, { status, isChanged, finishedAtMs, durationMs: finishedAtMs - startedAtMs, ...more });
    if (status === "failed") this.#error ??= more.error;
    this.#emit([
      { ...this.#head(), type: "task.completed", task: this.#indexOf(name), attempt: 1, outcome: outcomeOf(status) },
    ]);
  }

  skip(
    name: string,
    reason: string,
    skipCause: SkipCause & ("guard" | "notTriggered" | "dependencyFailed") = "guard",
  ): void {
    this.#change(name, { status: "skipped", reason, skipCause });
    const index = this.#indexOf(name);
    this.#emit([{ ...this.#head(), type: "tasks.skipped", ranges: [[index, index]], cause: skipCause, reason }]);
  }

  notRun(names: readonly string[], reason: string): void {
    for (const name of names) this.#change(name, { status: "notRun", reason });
    const ranges = names.map((name) => [this.#indexOf(name), this.#indexOf(name)] as const);
    this.#emit([{ ...this.#head(), type: "tasks.notRun", ranges, reason }]);
  }

  /** Changes a task without an event. */
  change(name: string, more: Partial<FakeTask>): void {
    this.#change(name, more);
  }

  /** Says an event that needs no change of the view. */
  say(event: ScriptedEvent): void {
    this.#emit([event]);
  }

  finish(verdict: Verdict): void {
    this.#phase = "finished";
    this.#verdict = verdict;
    this.#emit([{ ...this.#head(), type: "run.completed", verdict }]);
  }

  indexOf(name: string): number {
    return this.#indexOf(name);
  }

  #emit(events: readonly RunEvent[]): void {
    this.#observer.onEvents?.(events, this.view);
  }

  #head(): { readonly v: 1; readonly at: number } {
    return { v: 1, at: this.#nowMs() };
  }

  #indexOf(name: string): number {
    const index = this.#tasks.findIndex((task) => task.name === name);
    return must(index === -1 ? undefined : index, `The script has no task ${name}`);
  }

  #change(name: string, more: Partial<FakeTask>): void {
    const index = this.#indexOf(name);
    const status: TaskStatus | undefined = more.status ?? this.#tasks[index]?.status;
    this.#tasks[index] = { ...this.#tasks[index], ...more, name, status: must(status, "A task has a status") };
    this.#current = undefined;
  }

  #now(): RunView {
    if (this.#phase === "finished") this.#current = undefined;
    this.#current ??= fakeRunView({
      planName: this.#planName,
      phase: this.#phase,
      createdAtMs: this.#createdAtMs,
      finishedAtMs: this.#nowMs(),
      tasks: this.#tasks,
      ...(this.#verdict !== undefined && { verdict: this.#verdict }),
      ...(this.#error !== undefined && { error: this.#error }),
    });
    return this.#current;
  }
}

/** A view that stays valid while what it shows changes. */
function liveView(now: () => RunView): RunView {
  return {
    get runId() {
      return now().runId;
    },
    get planName() {
      return now().planName;
    },
    get phase() {
      return now().phase;
    },
    get isDryRun() {
      return now().isDryRun;
    },
    get taskCount() {
      return now().taskCount;
    },
    get createdAtMs() {
      return now().createdAtMs;
    },
    get finishedAtMs() {
      return now().finishedAtMs ?? 0;
    },
    get counts() {
      return now().counts;
    },
    get verdict() {
      return now().verdict ?? "needsDecision";
    },
    task: (index) => now().task(index),
    indexOf: (name) => now().indexOf(name),
    statusOf: (index) => now().statusOf(index),
    dependenciesOf: (index) => now().dependenciesOf(index),
  };
}

function outcomeOf(status: "changed" | "unchanged" | "failed"): Outcome {
  if (status !== "failed") return { status };
  return {
    status,
    error: { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot run the task" },
    errorClass: "retryable",
  };
}
